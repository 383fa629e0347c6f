"""docker_log: do the last lines of a container's log say this?"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from probes.engine.containers import docker_api
from probes.engine.containers.log import ContainerLog, own_secrets
from probes.engine.errors import CannotLook
from probes.engine.files.log_lines import EXPECT, LAST_LINE_ONLY, judging, search, shown
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_MOST_LINES = 2000
_OUTPUT_LINES = 20


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    name = params["name"]
    found = await docker_api.inspect(name, policy=policy, deadline=deadline)
    if found is None:
        return Observation(
            reason_code="container_missing",
            facts={"name": name, "matched": [], "last_line": None, "lines_read": 0},
            summary=f"there is no container named {name}",
        )
    log = ContainerLog(is_tty=bool((found.get("Config") or {}).get("Tty")))
    await docker_api.read_log(name, log.take, tail=params["tail"], policy=policy, deadline=deadline)
    try:
        async with asyncio.timeout_at(deadline):
            return await asyncio.to_thread(_observe, params, log, own_secrets(found))
    except TimeoutError:
        raise CannotLook("runner_overloaded", "searching the log took too long") from None


def _observe(params: Mapping[str, Any], log: ContainerLog, secrets: tuple[str, ...]) -> Observation:
    lines = log.lines()
    searched = lines[-1:] if params["last_line_only"] else lines
    matched = search(params["patterns"], searched, known=secrets)
    return Observation(
        reason_code="matched" if matched else "not_matched",
        facts={
            "name": params["name"],
            "matched": matched,
            "last_line": shown(lines[-1], known=secrets) if lines else None,
            "lines_read": len(lines),
            "is_cut": log.is_cut,
        },
        summary=_words(params["name"], matched, lines, log.is_cut),
        output="\n".join(shown(line, known=secrets) for line in lines[-_OUTPUT_LINES:]),
    )


def _words(
    name: str, matched: Sequence[Mapping[str, Any]], lines: Sequence[str], is_cut: bool
) -> str:
    if matched:
        return f"the log of {name} says: {matched[0]['line']}"
    if not lines:
        return f"the log of {name} is empty"
    cut = ", all that is kept of it at once" if is_cut else ""
    return f"nothing of it is in the last {len(lines)} lines of {name}{cut}"


KIND = Kind(
    name="docker_log",
    title="Container log",
    help="Searches the last lines of a container's log, both streams, without terminal colours.",
    params=(
        Param(name="name", type="container", required=True, help="Name or id of the container."),
        Param(
            name="patterns",
            type="pattern",
            required=True,
            multiple=True,
            help="RE2, each searched line by line.",
        ),
        Param(
            name="tail",
            type="integer",
            minimum=1,
            maximum=_MOST_LINES,
            default=200,
            help="How many lines from the end.",
        ),
        LAST_LINE_ONLY,
        EXPECT,
    ),
    reasons=reasons(
        ok=("matched",),
        critical=("not_matched", "container_missing"),
        unknown=("daemon_unreachable", "unreadable"),
    ),
    look=look,
    cost_s=0.2,
    judging=judging,
    facts={
        "name": "The container that was asked for.",
        "matched": "One entry per pattern that was found: how often, and the last line with it.",
        "last_line": "The last line that is not empty.",
        "lines_read": "How many lines were searched.",
        "is_cut": "Whether the lines were more than is kept, so that only their end was searched.",
    },
    example={"name": "backend", "patterns": ["ModuleNotFoundError", "Errno 98"]},
)

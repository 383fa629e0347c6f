"""docker_container: how is this container, and does it stay that way?"""

import asyncio
from collections.abc import Mapping
from typing import Any

from probes.engine.containers import docker_api
from probes.engine.containers.log import ContainerLog, own_secrets
from probes.engine.containers.state import Container
from probes.engine.errors import CannotLook
from probes.engine.files.log_lines import shown
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy, Status

_LAST_LINES = 20
# Between two looks at a container that may be in a restart loop, and what is kept of the
# deadline for the last of them.
_AGAIN_AFTER_S = 0.25
_RESERVE_S = 0.4


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    name = params["name"]
    container = await _ask(name, policy, deadline)
    if container is None:
        return _missing(name)
    rose_by = 0
    if container.is_suspicious:
        before, container = container, await _watch(name, container, policy, deadline)
        if container is None:
            return _missing(name)
        rose_by = max(0, container.restart_count - before.restart_count)
    code, words = _reason(params, container, rose_by)
    facts = {"name": name, **container.facts(), "restarts_seen": rose_by}
    if code == "unhealthy":
        facts["health_output"] = container.health_output()
    if container.has_ended or code == "restarting":
        facts["last_line"] = await _last_line(name, container, policy, deadline)
    last = facts.get("last_line")
    words = f"{words}; its log ends: {last}" if last else words
    return Observation(reason_code=code, facts=facts, summary=f"container {name} {words}")


def _missing(name: str) -> Observation:
    facts = {"name": name, "state": None}
    return Observation(
        reason_code="missing", facts=facts, summary=f"there is no container named {name}"
    )


async def _ask(name: str, policy: Policy, deadline: float) -> Container | None:
    found = await docker_api.inspect(name, policy=policy, deadline=deadline)
    if found is None:
        return None
    container = Container(found=found)
    if not container.state:
        raise CannotLook(
            "daemon_unreachable", f"the engine calls {name} {container.own_state!r}: unknown here"
        )
    return container


async def _watch(name: str, first: Container, policy: Policy, deadline: float) -> Container | None:
    """The container as soon as it restarts, or as it is shortly before the deadline.

    Docker says `restarting` only while it waits before the next try, Podman never does.
    """
    loop = asyncio.get_running_loop()
    latest: Container | None = first
    while loop.time() + _AGAIN_AFTER_S + _RESERVE_S < deadline:
        await asyncio.sleep(_AGAIN_AFTER_S)
        latest = await _ask(name, policy, deadline)
        if latest is None or latest.state != "running":
            return latest
        if latest.restart_count > first.restart_count:
            return latest
    return latest


def _reason(params: Mapping[str, Any], container: Container, rose_by: int) -> tuple[str, str]:
    if container.state == "restarting" or rose_by > 0:
        return "restarting", f"keeps restarting ({container.restart_count} times so far)"
    if container.state != "running":
        return container.state, _ended(container)
    most, count = params["max_restarts"], container.restart_count
    if most is not None and count > most:
        return "too_many_restarts", f"runs, but was restarted {count} times; {most} are allowed"
    return _health_reason(params["expect_health"], container.health_status)


def _ended(container: Container) -> str:
    facts = container.facts()
    if not container.has_ended:
        return f"is {container.own_state}"
    why = ", killed for lack of memory" if facts["oom_killed"] else ""
    error = f": {facts['error']}" if facts["error"] else ""
    return f"is {container.own_state} (exit code {facts['exit_code']}{why}){error}"


def _health_reason(expected: str, health: str | None) -> tuple[str, str]:
    if expected != "any" and health == "unhealthy":
        return "unhealthy", "runs, but its health check fails"
    if expected == "healthy" and health == "starting":
        return "health_starting", "runs, but its health check has not passed yet"
    if expected == "healthy" and health is None:
        return "no_health_check", "runs, but has no health check"
    return "running", f"is running, {health}" if health else "is running"


async def _last_line(
    name: str, container: Container, policy: Policy, deadline: float
) -> str | None:
    """Why it ended often stands there. An engine that keeps no log takes nothing away."""
    log = ContainerLog(is_tty=bool(container.part("Config").get("Tty")))
    try:
        await docker_api.read_log(
            name, log.take, tail=_LAST_LINES, policy=policy, deadline=deadline
        )
    except CannotLook:
        return None
    lines = log.lines()
    return shown(lines[-1], known=own_secrets(container.found)) if lines else None


def _judging(params: Mapping[str, Any]) -> Mapping[str, Status]:
    wanted = params["expect_state"]
    if wanted == "running":
        return {}
    unwanted = ("running", "health_starting", "no_health_check", "too_many_restarts")
    return {**dict.fromkeys(unwanted, Status.CRITICAL), wanted: Status.OK}


KIND = Kind(
    name="docker_container",
    title="Container",
    help="Asks the container engine of this host (Docker or Podman) how a container is, and "
    "watches one that may be restarting. Never changes anything.",
    params=(
        Param(name="name", type="container", required=True, help="Name or id of the container."),
        Param(
            name="expect_state",
            type="choice",
            choices=("running", "exited", "paused", "created", "missing"),
            default="running",
        ),
        Param(
            name="max_restarts",
            type="integer",
            minimum=0,
            help="More restarts than this are a warning even while it runs.",
        ),
        Param(
            name="expect_health",
            type="choice",
            choices=("not_unhealthy", "healthy", "any"),
            default="not_unhealthy",
        ),
    ),
    reasons=reasons(
        ok=("running",),
        warning=("created", "health_starting", "no_health_check", "too_many_restarts"),
        critical=("exited", "restarting", "paused", "dead", "missing", "unhealthy"),
        unknown=("daemon_unreachable",),
    ),
    look=look,
    cost_s=0.2,
    judging=_judging,
    facts={
        "name": "The container that was asked for.",
        "state": "The engine's own word: created, running, paused, restarting, exited, dead.",
        "exit_code": "Of a container that ended.",
        "oom_killed": "Whether it was killed for lack of memory.",
        "error": "What the engine says about a start that failed.",
        "restart_count": "How often the engine started it again.",
        "restarts_seen": "How many of them happened while it was watched.",
        "health": "What its health check says: starting, healthy, unhealthy.",
        "health_output": "What the failing health check printed.",
        "started_at": "When it was started last.",
        "finished_at": "When it ended.",
        "image": "The image it was made from.",
        "ports": "One entry per port: inside, and the address it is published at.",
        "last_line": "The last line of its log, where it ended or keeps restarting.",
    },
    example={"name": "backend", "expect_health": "healthy"},
)

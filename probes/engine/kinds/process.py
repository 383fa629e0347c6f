"""process: does the program run, how often, since when, and does it keep running?"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from probes.engine.errors import CannotLook, Complaint
from probes.engine.host.oom import oom_kills
from probes.engine.host.process_rows import Process
from probes.engine.host.processes import Found, find, look_denied, replaced
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_MOST_SHOWN = 20
# Between two looks, and for how long: a supervisor waits about a second before it starts again.
_EVERY_S = 0.25
_WATCH_S = 3.0
# The counter of kills carries no time. What was killed is started again, so a kill is called
# recent when a process of the group began within this time.
_RECENT_S = 3600.0


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    """Our own host's table needs no guard. In a thread, for a host with many processes."""
    try:
        async with asyncio.timeout_at(deadline):
            samples = [await _find(params)]
            kills = await asyncio.to_thread(_kills, samples[0].processes)
            if params["check_respawn"]:
                samples += await _watch(params, deadline)
            more = await asyncio.to_thread(_kills, samples[-1].processes)
    except TimeoutError:
        raise CannotLook(
            "runner_overloaded", "reading this host's processes took too long"
        ) from None
    return _observe(params, samples, more, rose=_rose(kills, more))


async def _find(params: Mapping[str, Any]) -> Found:
    return await asyncio.to_thread(find, name=params["name"], pattern=params["cmdline_regex"])


async def _watch(params: Mapping[str, Any], deadline: float) -> list[Found]:
    loop = asyncio.get_running_loop()
    until = min(loop.time() + _WATCH_S, deadline - _EVERY_S)
    samples: list[Found] = []
    while not samples or loop.time() < until:
        await asyncio.sleep(_EVERY_S)
        samples.append(await _find(params))
    return samples


def _kills(processes: Sequence[Process]) -> dict[int, int]:
    counted = {each.pid: oom_kills(each.pid) for each in processes[:_MOST_SHOWN]}
    return {pid: count for pid, count in counted.items() if count is not None}


def _rose(before: Mapping[int, int], after: Mapping[int, int]) -> bool:
    return any(after.get(pid, 0) > count for pid, count in before.items())


def _observe(
    params: Mapping[str, Any], samples: Sequence[Found], kills: Mapping[int, int], *, rose: bool
) -> Observation:
    last = samples[-1]
    gone, new = replaced(samples)
    facts: dict[str, Any] = {
        "count": len(last.processes),
        "pids": last.pids[:_MOST_SHOWN],
        "processes": [each.facts for each in last.processes[:_MOST_SHOWN]],
        "hidden": last.hidden or None,
        "oom_kills": max(kills.values(), default=None),
        "ended_while_looking": gone,
        "started_while_looking": new,
    }
    code, words = _reason(params, samples, facts, rose=rose)
    return Observation(reason_code=code, facts=facts, summary=f"{_asked(params)}: {words}")


def _reason(
    params: Mapping[str, Any], samples: Sequence[Found], facts: Mapping[str, Any], *, rose: bool
) -> tuple[str, str]:
    last, count = samples[-1], facts["count"]
    gone, new = facts["ended_while_looking"], facts["started_while_looking"]
    if gone and new:
        return "respawning", f"pid {gone[0]} ended and pid {new[-1]} began while looking"
    if count < params["min_count"]:
        if last.hidden:
            raise look_denied(last)
        wanted = f", {params['min_count']} are wanted" if count else ""
        return "not_running", f"{count or 'no'} process runs{wanted}"
    ages = [each.age_s for each in last.processes]
    if params["max_age_s"] is not None and max(ages) > params["max_age_s"]:
        return "too_old", f"pid {facts['pids'][0]} has run for {max(ages):.0f} s already"
    if rose or (facts["oom_kills"] and min(ages) < _RECENT_S):
        return "oom_recent", f"runs, but the kernel killed {facts['oom_kills']} for want of memory"
    return "running", f"{count} running, pid {', '.join(map(str, facts['pids'][:5]))}"


def _asked(params: Mapping[str, Any]) -> str:
    pattern = params["cmdline_regex"]
    return " ".join(filter(None, (params["name"], pattern and repr(pattern))))


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    if not params["name"] and not params["cmdline_regex"]:
        yield Complaint(field="name", message="give the name, cmdline_regex or both")


KIND = Kind(
    name="process",
    title="Process",
    help="Looks in this host's process table, without the probe's own processes. A process that "
    "runs need not serve: pair it with a listening port.",
    params=(
        Param(name="name", type="text", help="Exact, such as nginx; .exe may be left out."),
        Param(name="cmdline_regex", type="pattern", help="RE2, found in the command line."),
        Param(name="min_count", type="integer", default=1, minimum=1, maximum=1000),
        Param(
            name="max_age_s",
            type="number",
            minimum=0,
            help="In seconds; an older process was not started again since.",
        ),
        Param(
            name="check_respawn",
            type="boolean",
            default=False,
            help="Watch for up to 3 seconds whether processes end and others take their place.",
        ),
    ),
    reasons=reasons(
        ok=("running",),
        warning=("oom_recent",),
        critical=("not_running", "respawning", "too_old"),
    ),
    look=look,
    cost_s=0.3,
    further_s=lambda params: _WATCH_S if params["check_respawn"] else 0.0,
    check=_check,
    facts={
        "count": "How many matching processes run.",
        "pids": "Their pids, oldest process first.",
        "processes": "One entry per process: pid, name, command line, user, start, age, memory, "
        "folder, executable. What this user may not see is empty.",
        "hidden": "Why a match could be hidden from this user.",
        "oom_kills": "Processes of the same control group that the kernel killed for want of "
        "memory, since the group began.",
        "ended_while_looking": "Pids that were seen and ended.",
        "started_while_looking": "Pids that came while looking.",
    },
    example={"cmdline_regex": "uvicorn app.main:app", "check_respawn": True},
)

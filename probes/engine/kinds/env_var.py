"""env_var: was a process started with these environment variables? Names only, never values."""

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from probes.engine.errors import CannotLook, Complaint
from probes.engine.host.listeners import listeners_on
from probes.engine.host.process_rows import Process
from probes.engine.host.processes import described, environment, find, look_denied
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy, Status

_TARGETS = ("of_pid", "cmdline_regex", "port")
_MOST_PROCESSES = 50


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    """Our own host's table needs no guard. In a thread, for a host with many processes."""
    try:
        async with asyncio.timeout_at(deadline):
            return await asyncio.to_thread(_look, params)
    except TimeoutError:
        raise CannotLook(
            "runner_overloaded", "reading this host's processes took too long"
        ) from None


def _look(params: Mapping[str, Any]) -> Observation:
    processes = _processes(params) if _is_aimed(params) else [described(os.getpid())]
    read: dict[Process, frozenset[str]] = {}
    denied: list[Process] = []
    for process in filter(None, processes[:_MOST_PROCESSES]):
        try:
            read[process] = _names(process)
        except PermissionError:
            denied.append(process)
        except ProcessLookupError:
            continue
    if not read and not denied:
        raise CannotLook("not_running", f"no process with {_asked(params)} runs: nothing was read")
    missing = [name for name in params["names"] if any(name not in had for had in read.values())]
    if denied and not missing:
        raise CannotLook("permission_denied", _why_denied(denied[0]))
    return _observe(params, read, missing)


def _is_aimed(params: Mapping[str, Any]) -> bool:
    return any(params[name] is not None for name in _TARGETS)


def _asked(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {params[name]}" for name in _TARGETS if params[name] is not None)


def _processes(params: Mapping[str, Any]) -> Sequence[Process | None]:
    if params["cmdline_regex"] is not None:
        found = find(name=None, pattern=params["cmdline_regex"])
        if not found.processes and found.hidden:
            raise look_denied(found)
        return found.processes
    pids = [params["of_pid"]] if params["of_pid"] is not None else _holders(params["port"])
    return [described(pid) for pid in pids]


def _holders(port: int) -> list[int]:
    try:
        listeners = listeners_on(port)
    except PermissionError:
        raise CannotLook("permission_denied", "this user may not list sockets") from None
    if listeners and not any(each.pid for each in listeners):
        raise CannotLook(
            "permission_denied",
            f"port {port} is held by a process this user may not see; run the probe as its user",
        )
    if any(each.process == "docker-proxy" for each in listeners):
        raise CannotLook(
            "unreadable",
            f"port {port} is held by docker-proxy, which only forwards it to a container",
        )
    return sorted({each.pid for each in listeners if each.pid})


def _names(process: Process) -> frozenset[str]:
    """A program that writes its title over its environment leaves nothing to read."""
    names = environment(process.pid)
    if not names:
        raise CannotLook(
            "unreadable", f"the environment of pid {process.pid} is empty or was overwritten"
        )
    return names


def _why_denied(process: Process) -> str:
    return (
        f"this user may not read the environment of {process.name} (pid {process.pid}); run the "
        f"probe as {process.user or 'its user'} or as an administrator"
    )


def _observe(
    params: Mapping[str, Any], read: Mapping[Process, frozenset[str]], missing: Sequence[str]
) -> Observation:
    facts = {
        "whose": "process" if _is_aimed(params) else "probe",
        "present": [name for name in params["names"] if name not in missing],
        "missing": missing,
        "processes": [
            {
                **{key: each.facts[key] for key in ("pid", "name", "cmdline", "user", "started")},
                "missing": [name for name in missing if name not in had],
            }
            for each, had in read.items()
        ],
    }
    lacking = [each for each, had in read.items() if any(name not in had for name in missing)]
    one = next(iter(lacking or read))
    who = f"{one.name} (pid {one.pid})"
    if not _is_aimed(params):
        who = f"the probe's own process (pid {one.pid}), which is no service,"
    if missing:
        words = f"{who} was started without {', '.join(missing)}"
        return Observation(reason_code="missing_keys", facts=facts, summary=words)
    words = f"{who} was started with {', '.join(params['names'])}"
    return Observation(reason_code="complete", facts=facts, summary=words)


def _judging(params: Mapping[str, Any]) -> Mapping[str, Status]:
    """What the probe's own process lacks says little about a service."""
    return {} if _is_aimed(params) else {"missing_keys": Status.WARNING}


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    if len(given := [name for name in _TARGETS if params[name] is not None]) > 1:
        yield Complaint(field=given[1], message=f"give only one of {', '.join(_TARGETS)}")


KIND = Kind(
    name="env_var",
    title="Environment variables of a process",
    help="Looks whether a process was started with variables; only names leave the host. What a "
    "program reads from an .env file itself is not in there, and without a process it is the "
    "probe's own environment, which says little about a service.",
    params=(
        Param(name="names", type="variable", required=True, multiple=True),
        Param(name="of_pid", type="integer", minimum=1, help="The process with this pid."),
        Param(
            name="cmdline_regex", type="pattern", help="Processes by command line (RE2), each one."
        ),
        Param(name="port", type="port", help="The processes that listen on this port."),
    ),
    reasons=reasons(
        ok=("complete",), critical=("missing_keys",), unknown=("not_running", "unreadable")
    ),
    look=look,
    cost_s=0.1,
    check=_check,
    judging=_judging,
    facts={
        "whose": "Whose environment was read: a process's, or the probe's own.",
        "present": "The names that every process has.",
        "missing": "The names that some process lacks.",
        "processes": "One entry per process: pid, name, command line, user, start, what it lacks.",
    },
    example={"names": ["JWT_SECRET_KEY", "DATABASE_URL"], "port": 8000},
)

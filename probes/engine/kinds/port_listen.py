"""port_listen: who, if anyone, listens on this port of the host the probe runs on?"""

import asyncio
import ipaddress
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from probes.engine.errors import CannotLook, Complaint
from probes.engine.expect_answer import matches
from probes.engine.host.listeners import (
    Listener,
    all_loopback,
    listeners_on,
    listeners_printed,
)
from probes.engine.programs.netstat import netstat
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy, Status

_MOST_SHOWN = 20


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    """Our own host's table needs no guard. In a thread, for a host with many sockets."""
    try:
        async with asyncio.timeout_at(deadline):
            found = await _listeners(params["port"], deadline)
    except TimeoutError:
        raise CannotLook("runner_overloaded", "reading this host's sockets took too long") from None
    except PermissionError:
        raise CannotLook("permission_denied", "this user may not list sockets") from None
    listeners = [each for each in found if params["family"] in ("any", each.family)]
    reason_code, words = _reason(params, listeners)
    return Observation(
        reason_code=reason_code,
        facts={
            "port": params["port"],
            "listeners": [each.facts for each in listeners[:_MOST_SHOWN]],
            "addresses": sorted({each.address for each in listeners}),
        },
        summary=f"port {params['port']}: {words}",
    )


async def _listeners(port: int, deadline: float) -> list[Listener]:
    try:
        return await asyncio.to_thread(listeners_on, port)
    except CannotLook:
        if sys.platform != "win32":
            raise
    # Without psutil. Windows' own list tells no names.
    printed = await netstat(deadline=deadline)
    return await asyncio.to_thread(listeners_printed, printed, port)


def _reason(params: Mapping[str, Any], listeners: list[Listener]) -> tuple[str, str]:
    if not listeners:
        return "not_listening", "nothing listens"
    pattern, bind = params["expect_process"], params["expect_bind"]
    holders = [each for each in listeners if each.process]
    if pattern and holders and not any(_is_the_one(pattern, each) for each in holders):
        return "held_by_other", f"held by {_named(holders)}, not by {pattern!r}"
    if pattern and not holders:
        return "pid_hidden", f"{_where(listeners)} listens, but who it is cannot be seen from here"
    if bind and not ipaddress.ip_address(bind).is_loopback and all_loopback(listeners):
        return "bound_loopback_only", f"{_named(listeners)} listens only on {_where(listeners)}"
    return "listening", f"{_named(listeners)} listens on {_where(listeners)}"


def _is_the_one(pattern: str, listener: Listener) -> bool:
    return matches(pattern, f"{listener.process} {listener.cmdline}")


def _named(listeners: list[Listener]) -> str:
    known = {f"{each.process or 'process'} ({each.pid})" for each in listeners if each.pid}
    return ", ".join(sorted(known)[:3]) or "a process this user may not see"


def _where(listeners: list[Listener]) -> str:
    return ", ".join(sorted({each.address for each in listeners}))


def _judging(params: Mapping[str, Any]) -> Mapping[str, Status]:
    if params["expect"] == "free":
        return {
            "not_listening": Status.OK,
            "listening": Status.CRITICAL,
            "pid_hidden": Status.CRITICAL,
        }
    return {"not_listening": Status.OK} if params["expect"] == "any" else {}


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    bind = params["expect_bind"]
    if bind and "${" not in bind:
        try:
            ipaddress.ip_address(bind)
        except ValueError:
            yield Complaint(field="expect_bind", message="must be an IP address such as 0.0.0.0")


KIND = Kind(
    name="port_listen",
    title="Listening port",
    help="Reads this host's table of listening sockets: address, process, command line.",
    params=(
        Param(name="port", type="port", required=True),
        Param(
            name="expect", type="choice", choices=("listening", "free", "any"), default="listening"
        ),
        Param(
            name="expect_bind",
            type="host",
            help="An address such as 0.0.0.0; then listening on loopback only is a failure.",
        ),
        Param(
            name="expect_process",
            type="pattern",
            help="RE2, found in the holder's name and command line.",
        ),
        Param(name="family", type="choice", choices=("any", "ipv4", "ipv6"), default="any"),
    ),
    reasons=reasons(
        ok=("listening",),
        warning=("pid_hidden",),
        critical=("not_listening", "held_by_other", "bound_loopback_only"),
    ),
    look=look,
    cost_s=0.1,
    check=_check,
    judging=_judging,
    facts={
        "port": "The port that was looked up.",
        "listeners": "One entry per listening socket and holder: address, family, pid, process, command line, user, container.",
        "addresses": "The addresses something listens on.",
    },
    example={"port": 8000, "expect_process": "uvicorn"},
)

"""privileged_port: may a server of this user bind this port of the host?"""

import asyncio
import contextlib
import errno
import getpass
import os
import socket
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook, Complaint
from probes.engine.network.windows_errors import in_posix_words
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_FIRST_UNPRIVILEGED = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
_ROOT = 0


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    if params["port"] in policy.denied_ports:
        raise CannotLook("not_allowed", f"port {params['port']} belongs to Knownfix itself")
    try:
        async with asyncio.timeout_at(deadline):
            return await asyncio.to_thread(_look, params["port"], params["user"])
    except TimeoutError:
        raise CannotLook("runner_overloaded", "binding the port took too long") from None


def _look(port: int, asked: str | None) -> Observation:
    own = _own_name()
    user = asked or own
    refused = _try_to_bind(port)
    facts = {
        "port": port,
        "user": user,
        "unprivileged_port_start": _first_unprivileged(),
        "is_tried": refused != errno.EADDRINUSE and user == own,
        "can_bind": None,
    }
    if refused == errno.EADDRINUSE:
        return _say("in_use", facts, f"port {port} is held already; port_listen says by whom")
    if user == own:
        return _by_trial(facts, refused)
    return _by_rule(facts, is_root=_is_root(user))


def _own_name() -> str:
    if not hasattr(os, "geteuid"):
        return getpass.getuser()
    import pwd

    with contextlib.suppress(KeyError):
        return pwd.getpwuid(os.geteuid()).pw_name
    return str(os.geteuid())


def _is_root(user: str) -> bool:
    """Raises CannotLook where there is no such user, or no way to ask for another one."""
    if not hasattr(os, "geteuid"):
        raise CannotLook("bad_definition", f"on this system only {_own_name()} can be asked for")
    import pwd

    try:
        return pwd.getpwnam(user).pw_uid == _ROOT
    except KeyError:
        raise CannotLook("bad_definition", f"this host has no user {user}") from None


def _first_unprivileged() -> int | None:
    """Linux says it (ip-sysctl: ip_unprivileged_port_start); elsewhere there is no such number."""
    with contextlib.suppress(OSError, ValueError):
        return int(_FIRST_UNPRIVILEGED.read_text())
    return None


def _try_to_bind(port: int) -> int | None:
    """The error's number, or None. Never listens, and lets go at once: nobody can connect, and
    a server that starts meanwhile, which sets SO_REUSEADDR too, is not in the way."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        # On Windows the same option would share a port that somebody holds.
        if os.name == "posix":
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("0.0.0.0", port))  # noqa: S104 - what servers bind; see above
        except OSError as error:
            return in_posix_words(error).errno
    return None


def _by_trial(facts: dict[str, Any], refused: int | None) -> Observation:
    port, user = facts["port"], facts["user"]
    if refused is None:
        return _say("can_bind", facts, f"{user} could bind port {port}")
    if refused in (errno.EACCES, errno.EPERM):
        return _say("denied", facts, f"{user} may not bind port {port}{_why_denied(facts)}")
    raise CannotLook("unreadable", f"binding port {port} failed: {os.strerror(refused)}")


def _by_rule(facts: dict[str, Any], *, is_root: bool) -> Observation:
    port, user, first = facts["port"], facts["user"], facts["unprivileged_port_start"]
    if first is None:
        raise CannotLook("unreadable", "this system does not say which ports are privileged")
    if is_root or port >= first:
        return _say("can_bind", facts, f"{user} may bind port {port}, by this host's rule")
    words = f"{user} may not bind port {port}{_why_denied(facts)}"
    return _say("denied", facts, f"{words}, unless the service is given CAP_NET_BIND_SERVICE")


def _why_denied(facts: Mapping[str, Any]) -> str:
    if sys.platform == "win32":
        return "; `netsh interface ipv4 show excludedportrange tcp` lists what Windows keeps back"
    first = facts["unprivileged_port_start"]
    return f": ports below {first} are privileged here" if first is not None else ""


def _say(code: str, facts: dict[str, Any], summary: str) -> Observation:
    known = {"can_bind": True, "denied": False}
    facts["can_bind"] = known.get(code)
    return Observation(reason_code=code, facts=facts, summary=summary)


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    if params["user"] is not None and not params["user"].strip():
        yield Complaint(field="user", message="must not be empty")


KIND = Kind(
    name="privileged_port",
    title="Right to bind a port",
    help="Binds a free port for a moment, without listening; for another user it tells by the "
    "host's rule. A service may have rights of its own that neither shows.",
    params=(
        Param(name="port", type="port", required=True),
        Param(name="user", type="text", help="Who the service runs as; empty: the probe's user."),
    ),
    reasons=reasons(
        ok=("can_bind",),
        warning=("in_use",),
        critical=("denied",),
        unknown=("unreadable",),
    ),
    look=look,
    cost_s=0.05,
    check=_check,
    facts={
        "port": "The port that was asked for.",
        "user": "Whose right it is.",
        "unprivileged_port_start": "The first port that everybody may bind (Linux).",
        "is_tried": "Whether it was tried rather than told by the rule.",
        "can_bind": "Whether that user may bind it, where that could be told.",
    },
    example={"port": 80, "user": "www-data"},
)

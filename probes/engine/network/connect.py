"""Connecting to addresses that passed the guard, and saying exactly how it ended."""

import asyncio
import errno
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from probes.engine.deadline import within
from probes.engine.errors import CannotLook
from probes.engine.guard import Address
from probes.engine.network import sockets
from probes.engine.network.windows_errors import in_posix_words, posix_name

# Once one address answered, this long for the others to say how they are.
_GRACE_S = 0.05
_NO_ROUTE = (
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.ENETDOWN,
    errno.EHOSTDOWN,
    errno.EAFNOSUPPORT,
)
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM)
# Of several addresses none of which connected, the outcome that tells most: a drop beside a
# refusal is a firewall, and a refusal beside a missing route is a host without IPv6.
_TELLING = ("timed_out_connect", "reset", "refused", "no_route")


@dataclass(kw_only=True)
class Attempt:
    """One address: how connecting to it ended. The socket is open while `outcome` is connected."""

    address: Address
    outcome: str = "not_awaited"
    error_number: int | None = None
    elapsed_s: float = 0.0
    sock: socket.socket | None = None

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "address": self.address.ip,
            "outcome": self.outcome,
            "errno": posix_name(self.error_number),
            "elapsed_s": round(self.elapsed_s, 4),
        }

    def close(self) -> None:
        if self.sock is not None:
            self.sock.close()
            self.sock = None


def outcome_of(error: OSError) -> str:
    """The reason code of a failed connection. Raises CannotLook when the target is not the cause."""
    error = in_posix_words(error)
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, TimeoutError):
        return "timed_out_connect"
    if isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError):
        return "reset"
    if error.errno in _NO_ROUTE:
        return "no_route"
    if isinstance(error, PermissionError):
        raise CannotLook("permission_denied", "this host does not let the probe connect there")
    if error.errno in _EXHAUSTED:
        raise CannotLook("runner_overloaded", "this host has no sockets or ports left")
    raise CannotLook("probe_crashed", f"connecting failed: {error}")


async def connect_all(addresses: Sequence[Address], *, deadline: float) -> list[Attempt]:
    """Try every address at once. Who asks owns the sockets: see `winner` and `close_all`."""
    attempts = attempts_at(addresses)
    try:
        with within(deadline):
            await dial(attempts)
    except TimeoutError:
        time_out(attempts)
    except BaseException:
        close_all(attempts)
        raise
    return attempts


def attempts_at(addresses: Sequence[Address]) -> list[Attempt]:
    return [Attempt(address=address) for address in addresses]


async def dial(attempts: list[Attempt]) -> None:
    """Try all, without a deadline: who calls has one, and calls `time_out` when it has passed."""
    if len(attempts) == 1:
        await _connect(attempts[0])
    else:
        await _race(attempts)


def time_out(attempts: Sequence[Attempt]) -> None:
    """What was still being tried did not answer in time."""
    for attempt in attempts:
        if attempt.outcome == "not_awaited":
            attempt.outcome = "timed_out_connect"


def winner(attempts: Sequence[Attempt]) -> Attempt:
    """The first that connected, or else the one whose failure tells most."""
    for attempt in attempts:
        if attempt.outcome == "connected":
            return attempt
    return min(attempts, key=lambda attempt: _TELLING.index(attempt.outcome))


def close_all(attempts: Sequence[Attempt], *, but: Attempt | None = None) -> None:
    for attempt in attempts:
        if attempt is not but:
            attempt.close()


async def _race(attempts: list[Attempt]) -> None:
    tasks = [asyncio.ensure_future(_connect(attempt)) for attempt in attempts]
    try:
        for done in asyncio.as_completed(tasks):
            await done
            if any(attempt.outcome == "connected" for attempt in attempts):
                await asyncio.wait(tasks, timeout=_GRACE_S)
                break
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _connect(attempt: Attempt) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        attempt.sock = socket.socket(attempt.address.family, socket.SOCK_STREAM)
        attempt.sock.setblocking(False)
        await sockets.connect(attempt.sock, attempt.address.ip, attempt.address.port)
        attempt.outcome = "connected"
    except OSError as error:
        attempt.error_number = in_posix_words(error).errno
        attempt.outcome = outcome_of(error)
    finally:
        attempt.elapsed_s = loop.time() - started

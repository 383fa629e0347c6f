"""One HTTP exchange over our own socket: one deadline for all of it, and a cap on everything.

General clients hold neither against a peer that drips, never ends or inflates (measured), so
the socket is ours. How far the exchange came stays readable when it fails.
"""

import asyncio
import contextlib
import functools
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from probes.engine.deadline import within
from probes.engine.errors import CannotLook
from probes.engine.guard import Address, NameNotFound, resolve
from probes.engine.network.connect import (
    Attempt,
    attempts_at,
    close_all,
    dial,
    outcome_of,
    time_out,
    winner,
)
from probes.engine.network.http_reader import (
    MAX_HEADERS,
    AnswerReader,
    BadAnswer,
    BrokenOff,
    Head,
)
from probes.engine.network.http_wire import Wire, is_tls_problem, open_wire, tls_problem
from probes.engine.network.secret_headers import check_where_sent, mask_echo
from probes.engine.spec import Policy

MAX_BODY = 64 * 1024
# Framing may be larger than the body it carries, but not endlessly: one-byte chunks are.
_MAX_WIRE = 8 * MAX_BODY
_BREAKS = re.compile(r"[\x00\r\n]")
# In the phase `connect`: one address had answered, and others were still waited for.
_TIMED_OUT = {
    "connect": "timed_out_ttfb",
    "tls": "tls_failed",
    "ttfb": "timed_out_ttfb",
    "body": "timed_out_body",
}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to ask. The URL is one that `values` accepted; headers come after our own."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    verify_tls: bool = True

    @property
    def place(self) -> "Place":
        return place_of(self.url)

    @property
    def lines(self) -> list[tuple[str, str]]:
        own = {
            "host": self.place.netloc,
            "user-agent": "knownfix-probe/1",
            "accept": "*/*",
            "accept-encoding": "identity",
            "connection": "close",
        }
        both = {**self.headers, **self.secret_headers}
        given = {name.lower(): value for name, value in both.items()}
        return list((own | given).items())


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a URL leads: `target` is what the request's first line asks for."""

    is_tls: bool
    netloc: str
    host: str
    port: int
    target: str


@functools.lru_cache(maxsize=1024)
def place_of(url: str) -> Place:
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    return Place(
        is_tls=is_tls,
        netloc=parts.netloc,
        host=parts.hostname or "",
        port=parts.port or (443 if is_tls else 80),
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


@dataclass(kw_only=True)
class Exchange:
    """How far it came. `failure` is a reason code, empty when a whole answer was read."""

    request: Request
    phase: str = "dns"
    timings: dict[str, float] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    peer_ip: str = ""
    tls_expiry: str | None = None
    status: int | None = None
    http_version: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    is_cut: bool = False
    wire_bytes: int = 0
    failure: str = ""
    problem: str = ""

    def header(self, name: str) -> str | None:
        """The value, several joined by a comma; None when there is no such header."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key == wanted]
        return ", ".join(values) if values else None

    def fail(self, reason_code: str, problem: str) -> None:
        self.failure, self.problem = reason_code, problem


async def exchange(request: Request, *, policy: Policy, deadline: float) -> Exchange:
    """Ask once. What the target did wrong is in the answer; raises only CannotLook."""
    done = Exchange(request=request)
    clock = _Clock(done)
    try:
        addresses = await _resolve(done, policy, deadline)
        with within(deadline):
            if won := await _connect(done, clock, addresses):
                await _talk(done, clock, won)
    except NameNotFound as error:
        done.fail("dns_failed", str(error))
    except TimeoutError:
        _run_out(done)
    finally:
        clock.stop()
        close_all(done.attempts)
    if policy.secrets:
        done.headers, done.body = mask_echo(done.headers, done.body, policy.secrets)
    return done


def _run_out(done: Exchange) -> None:
    time_out(done.attempts)
    if winner(done.attempts).outcome == "connected":
        done.fail(_TIMED_OUT[done.phase], f"ran out of time ({done.phase})")
    else:
        _note_unconnected(done)


_NAMES = {phase: f"{phase}_s" for phase in ("dns", "connect", "tls", "ttfb", "body")}


class _Clock:
    """Seconds per phase, written as each phase ends."""

    def __init__(self, done: Exchange) -> None:
        self._done, self._now = done, asyncio.get_running_loop().time
        self._began = self._since = self._now()

    def enter(self, phase: str) -> None:
        now = self._now()
        self._done.timings[_NAMES[self._done.phase]] = round(now - self._since, 4)
        self._done.phase, self._since = phase, now

    def stop(self) -> None:
        self.enter(self._done.phase)
        self._done.timings["total_s"] = round(self._now() - self._began, 4)


async def _resolve(done: Exchange, policy: Policy, deadline: float) -> Sequence[Address]:
    place = done.request.place
    addresses = await resolve(place.host, place.port, policy=policy, deadline=deadline)
    if done.request.secret_headers:
        check_where_sent(done.request.url, addresses, verify_tls=done.request.verify_tls)
    return addresses


async def _connect(done: Exchange, clock: _Clock, addresses: Sequence[Address]) -> Attempt | None:
    clock.enter("connect")
    done.attempts = attempts_at(addresses)
    await dial(done.attempts)
    won = winner(done.attempts)
    if won.outcome != "connected":
        _note_unconnected(done)
        return None
    done.peer_ip = won.address.ip
    return won


def _note_unconnected(done: Exchange) -> None:
    telling = winner(done.attempts)
    done.peer_ip = telling.address.ip
    problem = f"connecting to {telling.address.ip} port {telling.address.port}: {telling.outcome}"
    done.fail(telling.outcome, problem)


async def _talk(done: Exchange, clock: _Clock, won: Attempt) -> None:
    if done.request.place.is_tls:
        clock.enter("tls")
    try:
        wire = await _open(done, won)
    except OSError as error:
        # An ssl.SSLError is one too; so is a peer that hangs up in the handshake.
        return done.fail("tls_failed", tls_problem(error))
    try:
        clock.enter("ttfb")
        await _converse(done, clock, wire)
    finally:
        wire.close()
    return None


async def _open(done: Exchange, won: Attempt) -> Wire:
    sock, won.sock = won.sock, None
    assert sock is not None
    tls_name = done.request.place.host if done.request.place.is_tls else None
    wire = await open_wire(sock, tls_name=tls_name, verify_tls=done.request.verify_tls)
    done.tls_expiry = wire.tls_expiry
    return wire


async def _converse(done: Exchange, clock: _Clock, wire: Wire) -> None:
    try:
        await wire.send(_question(done.request))
        await _read_answer(done, clock, wire)
    except BadAnswer as error:
        done.fail("bad_response", f"the answer is not proper HTTP: {error}")
    except BrokenOff as error:
        _broken_off(done, str(error))
    except OSError as error:
        reason_code = "tls_failed" if is_tls_problem(error) else outcome_of(error)
        done.fail(reason_code, f"the connection broke ({done.phase}): {error}")


def _broken_off(done: Exchange, problem: str) -> None:
    if done.wire_bytes == 0:
        done.fail("reset", "the connection was closed without an answer")
    elif done.phase == "body":
        done.fail("reset", problem)
    else:
        done.fail("bad_response", f"the answer is not proper HTTP: {problem}")


def _question(request: Request) -> bytes:
    lines = [f"{request.method} {request.place.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.lines]
    if _BREAKS.search("".join(lines)):
        broken = [line.partition(":")[0] for line in lines if _BREAKS.search(line)]
        raise CannotLook("bad_definition", f"{broken[0]} holds a line break; it cannot be sent")
    return "\r\n".join([*lines, "", ""]).encode()


async def _read_answer(done: Exchange, clock: _Clock, wire: Wire) -> None:
    reader = AnswerReader(done.request.method)
    body: _Body | None = None
    while not (reader.is_whole or done.is_cut):
        data = await wire.receive()
        if not data:
            return reader.end()
        done.wire_bytes += len(data)
        part = reader.feed(data)
        if body is None and reader.head is not None:
            _note_head(done, reader.head)
            clock.enter("body")
            body = _Body(done)
        if body is not None:
            body.add(part)
        elif done.wire_bytes > 2 * MAX_HEADERS:
            raise BadAnswer("there is no final answer")
    return None


def _note_head(done: Exchange, head: Head) -> None:
    done.status, done.http_version, done.headers = head.status, head.http_version, head.headers


class _Body:
    """Puts the body into the exchange: gzip and deflate undone, and never past its cap."""

    def __init__(self, done: Exchange) -> None:
        self._done = done
        self._taken = 0
        encoding = (done.header("content-encoding") or "").strip().lower()
        is_deflated = encoding in ("gzip", "x-gzip", "deflate")
        # 47: gzip or zlib, whichever the first bytes say.
        self._undo = zlib.decompressobj(47) if is_deflated else None

    def add(self, part: bytes) -> None:
        self._taken += len(part)
        self._done.body += self._inflated(part, MAX_BODY - len(self._done.body))
        is_full = len(self._done.body) >= MAX_BODY or self._taken >= MAX_BODY
        self._done.is_cut = is_full or self._done.wire_bytes >= _MAX_WIRE

    def _inflated(self, part: bytes, room: int) -> bytes:
        if self._undo is None or room <= 0:
            return part[: max(room, 0)]
        with contextlib.suppress(zlib.error):
            return self._undo.decompress(part, room)
        return b""

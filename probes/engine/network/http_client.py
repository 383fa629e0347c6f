"""One HTTP exchange over our own socket: one deadline for all of it, and a cap on everything.

General clients hold neither against a peer that drips, never ends or inflates (measured), so
the socket is ours; h11 does the parsing. How far the exchange came stays readable when it fails.
"""

import asyncio
import contextlib
import functools
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

import h11

from probes.engine.guard import NameNotFound, resolve
from probes.engine.network.connect import Attempt, close_all, connect_all, outcome_of, winner
from probes.engine.network.secret_headers import check_where_sent, mask_echo
from probes.engine.spec import Policy

MAX_HEADERS = 16 * 1024
MAX_BODY = 64 * 1024
# Framing may be larger than the body it carries, but not endlessly: one-byte chunks are.
_MAX_WIRE = 8 * MAX_BODY
_CHUNK = 16 * 1024
_TIMED_OUT = {"tls": "tls_failed", "ttfb": "timed_out_ttfb", "body": "timed_out_body"}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to ask. The URL is one that `values` accepted; headers come after our own."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    verify_tls: bool = True

    @property
    def parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def port(self) -> int:
        return self.parts.port or (443 if self.parts.scheme == "https" else 80)

    @property
    def lines(self) -> list[tuple[str, str]]:
        own = {
            "host": self.parts.netloc,
            "user-agent": "knownfix-probe/1",
            "accept": "*/*",
            "accept-encoding": "identity",
            "connection": "close",
        }
        both = {**self.headers, **self.secret_headers}
        given = {name.lower(): value for name, value in both.items()}
        return list((own | given).items())

    @property
    def target(self) -> str:
        return (self.parts.path or "/") + (f"?{self.parts.query}" if self.parts.query else "")


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
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None

    def fail(self, reason_code: str, problem: str) -> None:
        self.failure, self.problem = reason_code, problem


async def exchange(request: Request, *, policy: Policy, deadline: float) -> Exchange:
    """Ask once. What the target did wrong is in the answer; raises only CannotLook."""
    done = Exchange(request=request)
    clock = _Clock(done)
    try:
        if won := await _connect(done, clock, policy, deadline):
            async with asyncio.timeout_at(deadline):
                await _talk(done, clock, won)
    except TimeoutError:
        done.fail(_TIMED_OUT[done.phase], f"ran out of time ({done.phase})")
    finally:
        clock.stop()
        close_all(done.attempts)
    if policy.secrets:
        done.headers, done.body = mask_echo(done.headers, done.body, policy.secrets)
    return done


class _Clock:
    """Seconds per phase, written as each phase ends."""

    def __init__(self, done: Exchange) -> None:
        self._done, self._loop = done, asyncio.get_running_loop()
        self._began = self._since = self._loop.time()

    def enter(self, phase: str) -> None:
        now = self._loop.time()
        self._done.timings[f"{self._done.phase}_s"] = round(now - self._since, 4)
        self._done.phase, self._since = phase, now

    def stop(self) -> None:
        self.enter(self._done.phase)
        self._done.timings["total_s"] = round(self._loop.time() - self._began, 4)


async def _connect(
    done: Exchange, clock: _Clock, policy: Policy, deadline: float
) -> Attempt | None:
    host, port = done.request.parts.hostname or "", done.request.port
    try:
        addresses = await resolve(host, port, policy=policy, deadline=deadline)
    except NameNotFound as error:
        done.fail("dns_failed", str(error))
        return None
    if done.request.secret_headers:
        check_where_sent(done.request.url, addresses, verify_tls=done.request.verify_tls)
    clock.enter("connect")
    done.attempts = await connect_all(addresses, deadline=deadline)
    won = winner(done.attempts)
    done.peer_ip = won.address.ip
    if won.outcome == "connected":
        return won
    done.fail(won.outcome, f"connecting to {won.address.ip} port {port}: {won.outcome}")
    return None


async def _talk(done: Exchange, clock: _Clock, won: Attempt) -> None:
    if done.request.parts.scheme == "https":
        clock.enter("tls")
    try:
        reader, writer = await _open(done, won)
    except OSError as error:
        # An ssl.SSLError is one too; so is a peer that hangs up in the handshake.
        return done.fail("tls_failed", _tls_problem(error))
    try:
        clock.enter("ttfb")
        await _converse(done, clock, reader, writer)
    finally:
        # Not close(): that would wait for a peer that does not read.
        writer.transport.abort()
    return None


async def _open(done: Exchange, won: Attempt) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    sock, won.sock = won.sock, None
    if done.request.parts.scheme != "https":
        return await asyncio.open_connection(sock=sock)
    reader, writer = await asyncio.open_connection(
        sock=sock,
        ssl=_tls(done.request.verify_tls),
        server_hostname=done.request.parts.hostname,
    )
    certificate = writer.get_extra_info("peercert") or {}
    if not_after := certificate.get("notAfter"):
        expiry = datetime.fromtimestamp(ssl.cert_time_to_seconds(not_after), UTC)
        done.tls_expiry = expiry.isoformat()
    return reader, writer


@functools.cache
def _tls(verify: bool) -> ssl.SSLContext:
    """Loading the system's certificates takes tens of milliseconds: once per process."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _tls_problem(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate was not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and error.reason:
        return f"the TLS handshake failed: {error.reason.replace('_', ' ').lower()}"
    return f"the TLS handshake failed: {error}"


async def _converse(
    done: Exchange, clock: _Clock, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADERS)
    try:
        writer.write(_ask(connection, done.request))
        await _read_response(done, connection, reader)
        clock.enter("body")
        await _read_body(done, connection, reader)
    except h11.RemoteProtocolError as error:
        _broken(done, str(error))
    except OSError as error:
        done.fail(_lost(error), f"the connection broke ({done.phase}): {error}")


def _lost(error: OSError) -> str:
    return "tls_failed" if isinstance(error, ssl.SSLError) else outcome_of(error)


def _broken(done: Exchange, problem: str) -> None:
    """The peer stopped talking, or never talked HTTP."""
    if done.wire_bytes == 0:
        done.fail("reset", "the connection was closed without an answer")
    elif done.phase == "body" and "closed" in problem:
        done.fail("reset", "the connection was closed before the body ended")
    else:
        done.fail("bad_response", f"the answer is not proper HTTP: {problem}")


def _ask(connection: h11.Connection, request: Request) -> bytes:
    head = h11.Request(method=request.method, target=request.target, headers=request.lines)
    return (connection.send(head) or b"") + (connection.send(h11.EndOfMessage()) or b"")


async def _next(done: Exchange, connection: h11.Connection, reader: asyncio.StreamReader) -> Any:
    while (event := connection.next_event()) is h11.NEED_DATA:
        data = await reader.read(_CHUNK)
        done.wire_bytes += len(data)
        connection.receive_data(data)
    return event


async def _read_response(
    done: Exchange, connection: h11.Connection, reader: asyncio.StreamReader
) -> None:
    event = await _next(done, connection, reader)
    while isinstance(event, h11.InformationalResponse) and done.wire_bytes <= 2 * MAX_HEADERS:
        event = await _next(done, connection, reader)
    if not isinstance(event, h11.Response):
        raise h11.RemoteProtocolError("there is no final answer")
    done.status = event.status_code
    done.http_version = event.http_version.decode("ascii")
    done.headers = [
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in event.headers
    ]


async def _read_body(
    done: Exchange, connection: h11.Connection, reader: asyncio.StreamReader
) -> None:
    inflate = _Inflate(done.header("content-encoding") or "")
    taken = 0
    event = await _next(done, connection, reader)
    while isinstance(event, h11.Data):
        taken += len(event.data)
        done.body += inflate.some(bytes(event.data), MAX_BODY - len(done.body))
        if len(done.body) >= MAX_BODY or taken >= MAX_BODY or done.wire_bytes >= _MAX_WIRE:
            done.is_cut = True
            return
        event = await _next(done, connection, reader)


class _Inflate:
    """Undoes gzip and deflate, never past the room that is left."""

    def __init__(self, encoding: str) -> None:
        is_deflated = encoding.strip().lower() in ("gzip", "x-gzip", "deflate")
        # 47: gzip or zlib, whichever the first bytes say.
        self._undo = zlib.decompressobj(47) if is_deflated else None

    def some(self, data: bytes, room: int) -> bytes:
        if self._undo is None or room <= 0:
            return data[: max(room, 0)]
        with contextlib.suppress(zlib.error):
            return self._undo.decompress(data, room)
        return b""

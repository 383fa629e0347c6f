"""The bytes of one exchange: straight through the socket, or inside TLS.

Plain sockets are asked without a transport or a stream in between, which costs half of the
processor's time; asyncio's TLS wants both.
"""

import asyncio
import functools
import socket
import ssl
from datetime import UTC, datetime
from typing import Protocol

from probes.engine.network import sockets

_CHUNK = 16 * 1024


class Wire(Protocol):
    """`receive` gives nothing once the peer has closed. Both raise OSError when it breaks."""

    tls_expiry: str | None

    async def send(self, data: bytes) -> None: ...

    async def receive(self) -> bytes: ...

    def close(self) -> None: ...


async def open_wire(sock: socket.socket, *, tls_name: str | None, verify_tls: bool) -> Wire:
    """Takes over a connected socket. `tls_name`: shake hands first, for that host."""
    if tls_name is None:
        return _Plain(sock)
    reader, writer = await asyncio.open_connection(
        sock=sock, ssl=_tls(verify_tls), server_hostname=tls_name
    )
    return _Secure(reader, writer)


class _Plain:
    tls_expiry: str | None = None

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    async def send(self, data: bytes) -> None:
        await sockets.send(self._sock, data)

    async def receive(self) -> bytes:
        return await sockets.receive(self._sock, _CHUNK)

    def close(self) -> None:
        self._sock.close()


class _Secure:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        certificate = writer.get_extra_info("peercert") or {}
        self.tls_expiry = _expiry(certificate.get("notAfter"))

    async def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def receive(self) -> bytes:
        return await self._reader.read(_CHUNK)

    def close(self) -> None:
        # Not close(): that would wait for a peer that does not read.
        self._writer.transport.abort()


def _expiry(not_after: str | None) -> str | None:
    if not not_after:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(not_after), UTC).isoformat()


@functools.cache
def _tls(verify: bool) -> ssl.SSLContext:
    """Loading the system's certificates takes tens of milliseconds: once per process."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def is_tls_problem(error: OSError) -> bool:
    return isinstance(error, ssl.SSLError)


def tls_problem(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate was not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and error.reason:
        return f"the TLS handshake failed: {error.reason.replace('_', ' ').lower()}"
    return f"the TLS handshake failed: {error}"

"""Servers that hang, drip, never end, inflate or lead in circles: real ones, on loopback.

`python -m probes.evaluation.hostile` says the port of each as JSON, and ends when its standard input
closes.
"""

import asyncio
import contextlib
import gzip
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\n"
DROPPED = "SYN dropped"
_DRIP_S = 0.05
_BOMB_BYTES = 50_000_000
_LONG_S = 60.0
_BACKLOG = 512


async def head_of(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


def writes(*parts: bytes, then_close: bool = False, each_s: float = 0.0) -> Handler:
    """Reads the question, writes the parts, and then says nothing or hangs up."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(each_s)
        if not then_close:
            await asyncio.sleep(_LONG_S)

    return handler


def repeats(first: bytes, part: bytes, *, each_s: float = 0.0) -> Handler:
    """Reads the question, and then writes the same part for ever."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(first)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(each_s)

    return handler


def _gzip_bomb() -> Handler:
    bomb = gzip.compress(b"\0" * _BOMB_BYTES)
    head = f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    return writes(OK + head + bomb)


def _redirect_loop() -> Handler:
    found = (
        b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    return writes(found, then_close=True)


def behaviours() -> Mapping[str, Handler]:
    return {
        "silent": writes(),
        "dripping headers": repeats(OK, b"X-A: b\r\n", each_s=_DRIP_S),
        "dripping body": repeats(OK + b"Content-Length: 9999\r\n\r\n", b"x", each_s=_DRIP_S),
        "endless body": repeats(OK + b"\r\n", b"x" * 65536),
        "huge headers": repeats(OK, b"X-A: " + b"b" * 8000 + b"\r\n"),
        "redirect loop": _redirect_loop(),
        "gzip bomb": _gzip_bomb(),
    }


@contextlib.asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[int]:
    """The port on which each connection is left to `handler`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await handler(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=_BACKLOG)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


@contextlib.contextmanager
def dropping() -> Iterator[int]:
    """A port whose queue is full, so that the kernel drops every further attempt to connect."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])


async def serve() -> None:
    # They stand for other hosts: who is measured must not lose its processor to them.
    os.nice(5)
    async with contextlib.AsyncExitStack() as stack:
        ports = {DROPPED: stack.enter_context(dropping())}
        for name, handler in behaviours().items():
            ports[name] = await stack.enter_async_context(serving(handler))
        sys.stdout.write(json.dumps(ports) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())

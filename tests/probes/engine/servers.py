"""Real servers on port 0 that behave as badly as a test wants."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from typing import Any

from probes.engine.runner import run_one
from probes.engine.spec import Policy, ProbeResult, ProbeSpec
from probes.evaluation.hostile import Handler, head_of

__all__ = ["Handler", "by_path", "head_of", "response", "run", "says", "serving"]


async def run(
    kind: str, /, *, policy: Policy, timeout_s: float = 5.0, retries: int = 0, **params: Any
) -> ProbeResult:
    spec = ProbeSpec(kind=kind, params=params, timeout_s=timeout_s, retries=retries)
    return await run_one(spec, policy=policy)


@contextlib.asynccontextmanager
async def serving(
    handler: Handler, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[int]:
    """The port of a server that reads each request's head and then leaves it to `handler`."""
    tasks: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await handler(reader, writer)
        tasks.discard(task)
        writer.transport.abort()

    server = await asyncio.start_server(answer, host, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def response(
    status: int = 200, body: bytes = b"ok", headers: dict[str, str] | None = None
) -> bytes:
    lines = {"Content-Length": str(len(body)), "Connection": "close"} | (headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode("latin-1") + body


def says(status: int = 200, body: bytes = b"ok", headers: dict[str, str] | None = None) -> Handler:
    """A server that always answers the same."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(response(status, body, headers))
        await writer.drain()

    return handler


def by_path(answers: dict[str, bytes]) -> Handler:
    """A server that answers bytes by `METHOD /path`, or by the path alone."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, path, _ = (await head_of(reader)).decode("latin-1").split(" ", 2)
        answer = answers.get(f"{method} {path}") or answers.get(path) or response(404)
        writer.write(answer)
        await writer.drain()

    return handler

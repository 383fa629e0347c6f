"""A container engine's socket: a real Unix socket that answers bytes by path, however wrong."""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from probes.engine.spec import Policy
from tests.probes.engine.servers import Handler, head_of, response

Answers = Mapping[str, bytes | Sequence[bytes]]


@contextlib.asynccontextmanager
async def engine_socket(answers: Answers) -> AsyncIterator[tuple[Policy, list[str]]]:
    """A policy that names the socket, and the requests that came. A list is answered in turn."""
    asked: list[str] = []
    left = {
        path: [each] if isinstance(each, bytes) else list(each) for path, each in answers.items()
    }

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, _ = (await head_of(reader)).decode("latin-1").split(" ", 2)
        asked.append(f"{method} {target}")
        queue = left.get(target.partition("?")[0], [not_found("page not found")])
        writer.write(queue.pop(0) if len(queue) > 1 else queue[0])
        await writer.drain()
        writer.close()

    async with listening_engine(answer) as policy:
        yield policy, asked


@contextlib.asynccontextmanager
async def listening_engine(handler: Handler) -> AsyncIterator[Policy]:
    """A policy that names a socket whose every connection is left to `handler`."""
    tasks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await handler(reader, writer)
            return
        writer.transport.abort()

    # Not pytest's own folder: the path of a socket may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="kf-", dir="/tmp") as folder:
        path = str(Path(folder, "engine.sock"))
        server = await asyncio.start_unix_server(talk, path)
        try:
            yield Policy.read(docker_socket=path)
        finally:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.wait_closed()


def not_found(message: str) -> bytes:
    return response(404, json.dumps({"message": message}).encode())


def inspected(name: str = "backend", **changes: Any) -> bytes:
    """The engine's answer for a running container; `changes` go over its top level."""
    found = {
        "Id": "db" + "0" * 62,
        "Name": f"/{name}",
        "RestartCount": 0,
        "State": state(),
        "Config": {"Tty": False, "Image": "shop:1", "Env": ["PATH=/bin"]},
        "HostConfig": {"RestartPolicy": {"Name": "no"}},
        "NetworkSettings": {"Ports": {}},
        **changes,
    }
    return response(200, json.dumps(found).encode())


def state(status: str = "running", **changes: Any) -> dict[str, Any]:
    return {
        "Status": status,
        "ExitCode": 0,
        "StartedAt": "2026-11-20T08:00:00.123456789Z",
        **changes,
    }


def frame(stream: int, text: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text

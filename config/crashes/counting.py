"""A server that counts its connections: how often probes really looked. It answers HTTP slowly."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

# Longer than a worker waits between two writes, so that batches are caught half recorded.
SLOW_S = 0.4
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Counter:
    """`port` is set once the server listens; `accepted` grows with each connection."""

    port = 0
    accepted = 0

    async def serve(self, ready: threading.Event, over: asyncio.Event) -> None:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0, backlog=512)
        self.port = int(server.sockets[0].getsockname()[1])
        ready.set()
        async with server:
            await over.wait()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        # Who only connects closes at once; a killed worker may do so while it is answered.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(SLOW_S)
            writer.write(_ANSWER)
            await writer.drain()
        writer.close()


@contextlib.contextmanager
def counting() -> Iterator[Counter]:
    counter, ready, over = Counter(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_run, args=(loop, counter, ready, over), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield counter
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


def _run(
    loop: asyncio.AbstractEventLoop, counter: Counter, ready: threading.Event, over: asyncio.Event
) -> None:
    with contextlib.closing(loop):
        loop.run_until_complete(counter.serve(ready, over))

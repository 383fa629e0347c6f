"""A healthy HTTP server that costs little: `python -m probes.evaluation.quick_server` says its port.

It ends when its standard input closes.
"""

import asyncio
import sys

BODY = b'{"service": "shop", "status": "OK", "database": "Connected", "uptime_s": 86402}'
_HEAD = (
    "HTTP/1.1 200 OK\r\n"
    "Server: quick\r\n"
    "Date: Wed, 25 Nov 2026 09:00:00 GMT\r\n"
    "Content-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n"
    "Cache-Control: no-store\r\n"
    "\r\n"
).encode()
_BACKLOG = 1024


class QuickAnswer(asyncio.Protocol):
    """Answers every request alike, and hangs up where the request wants that."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if self._seen.endswith(b"\r\n\r\n"):
            self._transport.write(_HEAD + BODY)
            if b"connection: close" in self._seen.lower():
                self._transport.close()
            self._seen = b""


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(QuickAnswer, "127.0.0.1", 0, backlog=_BACKLOG)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())

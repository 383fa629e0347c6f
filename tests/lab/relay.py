"""Carries connections into a network namespace: the socket was opened outside of it and handed on.

ip netns exec NAME python3 -m tests.lab.relay FD HOST PORT
"""

import asyncio
import contextlib
import socket
import sys

_AT_ONCE = 65_536


async def relay(fd: int, host: str, port: int) -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            there_reader, there_writer = await asyncio.open_connection(host, port)
            await asyncio.gather(_carry(reader, there_writer), _carry(there_reader, writer))
        writer.close()

    server = await asyncio.start_server(accept, sock=socket.socket(fileno=fd))
    await server.serve_forever()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_AT_ONCE):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run(relay(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))

"""A small reverse proxy, run as a process: it answers 502 itself while its upstream is away.

    python reverse_proxy.py LISTEN_PORT UPSTREAM_PORT

Like the load balancers it stands for, it adds no CORS header to an answer of its own.
"""

import asyncio
import sys

_PAGE = b"<h1>502 Bad Gateway</h1>\n"
BAD_GATEWAY = b"\r\n".join(
    [
        b"HTTP/1.1 502 Bad Gateway",
        b"Server: stand-in-lb",
        b"Content-Type: text/html",
        b"Content-Length: %d" % len(_PAGE),
        b"Connection: close",
        b"",
        _PAGE,
    ]
)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def serve(
    client: asyncio.StreamReader, answer: asyncio.StreamWriter, *, upstream: int
) -> None:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", upstream)
    except OSError:
        await client.readuntil(b"\r\n\r\n")
        answer.write(BAD_GATEWAY)
        await answer.drain()
        answer.close()
        return
    await asyncio.gather(pump(client, writer), pump(reader, answer))


async def main(listen: int, upstream: int) -> None:
    server = await asyncio.start_server(
        lambda client, answer: serve(client, answer, upstream=upstream), "127.0.0.1", listen
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))

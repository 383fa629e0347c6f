"""Waiting for a socket, with one turn of the event loop for each wait.

`loop.sock_connect` and `loop.sock_recv` try first, clean up in a turn of their own, and look the
address up: a sixth of what a whole HTTP probe costs. On loops that do not tell readiness (Windows)
they are what is used.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from typing import Any

_UNDER_WAY = (errno.EINPROGRESS, errno.EWOULDBLOCK)
Watch = Callable[..., Any]


async def connect(sock: socket.socket, ip: str, port: int) -> None:
    """To a literal address. Raises OSError."""
    loop = asyncio.get_running_loop()
    if not _tells_readiness(loop):
        await loop.sock_connect(sock, (ip, port))
        return
    failed = sock.connect_ex((ip, port))
    if failed in _UNDER_WAY:
        failed = 0 if _is_connected(sock) else await _outcome(sock)
    if failed:
        raise OSError(failed, os.strerror(failed))


async def _outcome(sock: socket.socket) -> int:
    loop = asyncio.get_running_loop()
    await _ready(sock, loop.add_writer, loop.remove_writer)
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def _is_connected(sock: socket.socket) -> bool:
    """To its own host a connection is there at once, although the system says it is under way."""
    try:
        sock.getpeername()
    except OSError:
        return False
    return True


async def send(sock: socket.socket, data: bytes) -> None:
    """All of it. A short question goes out at once."""
    try:
        sent = sock.send(data)
    except BlockingIOError:
        sent = 0
    if sent < len(data):
        await asyncio.get_running_loop().sock_sendall(sock, data[sent:])


async def receive(sock: socket.socket, most: int) -> bytes:
    """What has come, as soon as something has; nothing once the peer has closed."""
    loop = asyncio.get_running_loop()
    if not _tells_readiness(loop):
        return await loop.sock_recv(sock, most)
    while True:
        await _ready(sock, loop.add_reader, loop.remove_reader)
        try:
            return sock.recv(most)
        except BlockingIOError:
            continue


def _tells_readiness(loop: asyncio.AbstractEventLoop) -> bool:
    proactor = getattr(asyncio, "ProactorEventLoop", None)
    return proactor is None or not isinstance(loop, proactor)


async def _ready(sock: socket.socket, watch: Watch, unwatch: Watch) -> None:
    descriptor = sock.fileno()
    waiting = asyncio.get_running_loop().create_future()
    watch(descriptor, _wake, waiting)
    try:
        await waiting
    finally:
        unwatch(descriptor)


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)

"""Finds the port to answer on, keeps it, and names who holds one that is taken."""

import errno
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

import psutil

TRIES = 50


class NoPort(Exception):
    """No port near the wanted one could be bound, or the host is none of this machine's."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    pid: int
    command: str

    def __str__(self) -> str:
        return f"process {self.pid}, {self.command}"


def listen(host: str, port: int, *, on_taken: Callable[[int], None]) -> socket.socket:
    """A socket that listens on `port`, or on the next one that is free.

    The socket is bound and kept: a port that was only looked at could be gone a moment later.
    `on_taken` hears of every port that another process holds.
    """
    for candidate in [port] if port == 0 else range(port, min(port + TRIES, 65536)):
        try:
            return _bound(host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise NoPort(f"{host}:{candidate} cannot be used: {error.strerror}.") from error
            on_taken(candidate)
    raise NoPort(f"No free port from {port} to {port + TRIES - 1} on {host}.")


def _bound(host: str, port: int) -> socket.socket:
    wanted = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = wanted[0]
    listener = socket.socket(family, kind, protocol)
    try:
        # Without it a port stays closed for a minute after the last stop.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def holder_of(port: int) -> Holder | None:
    """Who listens on the port; None when it is another user's process or in a container."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return None
    for connection in connections:
        address = connection.laddr
        is_holder = connection.status == psutil.CONN_LISTEN and address and address.port == port
        if is_holder and connection.pid and connection.pid != os.getpid():
            return _describe(connection.pid)
    return None


def _describe(pid: int) -> Holder | None:
    try:
        process = psutil.Process(pid)
        return Holder(pid=pid, command=" ".join(process.cmdline())[:120] or process.name())
    except psutil.Error:
        return None

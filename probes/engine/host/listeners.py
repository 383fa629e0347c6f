"""Who listens on a TCP port of this host: every address family, every process that holds it."""

import contextlib
import ipaddress
import socket
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.host.holders import process_named
from probes.engine.host.windows_netstat import listening_sockets

_LISTEN = "0A"


@dataclass(frozen=True, kw_only=True)
class Listener:
    """One listening socket and one process that holds it; `pid` is None when it is hidden.

    A socket shared by several processes (a server and its workers) appears once for each.
    """

    address: str
    port: int
    family: str
    pid: int | None = None
    process: str = ""
    cmdline: str = ""
    user: str = ""
    container_id: str = ""

    @property
    def is_loopback(self) -> bool:
        address = ipaddress.ip_address(self.address)
        mapped = getattr(address, "ipv4_mapped", None)
        return bool((mapped or address).is_loopback)

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "address": self.address,
            "port": self.port,
            "family": self.family,
            "pid": self.pid,
            "process": self.process or None,
            "cmdline": self.cmdline or None,
            "user": self.user or None,
            "container_id": self.container_id or None,
        }


def listeners_on(port: int) -> list[Listener]:
    """Every listener on that port. Blocks for some milliseconds.

    Raises PermissionError, and CannotLook where a library is needed that is not installed.
    """
    if sys.platform == "linux":
        return list(_of_linux(port))
    return list(_of_psutil(port))


def listeners_printed(printed: str, port: int) -> list[Listener]:
    """The same out of what `netstat -ano` printed on Windows."""
    rows = listening_sockets(printed)
    return [_listener(row.address, port, row.pid) for row in rows if row.port == port]


def _of_linux(port: int) -> Iterator[Listener]:
    """From /proc itself: psutil names one holder of a shared socket, and walks every process
    even when nothing listens."""
    sockets = dict(_sockets(port))
    if not sockets:
        return
    holders = _holders(frozenset(sockets))
    for inode, address in sockets.items():
        pids = sorted(holders.get(inode, ()))
        yield from (_listener(address, port, pid) for pid in pids or (None,))


def _sockets(port: int) -> Iterator[tuple[str, str]]:
    """Inode and address of each listening socket on the port."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(FileNotFoundError), Path(table).open() as lines:
            next(lines, None)
            for line in lines:
                columns = line.split()
                address, _, number = columns[1].partition(":")
                if columns[3] == _LISTEN and int(number, 16) == port:
                    yield columns[9], _address(address)


def _address(text: str) -> str:
    """The kernel prints each 32-bit word in the machine's own byte order."""
    words = [bytes.fromhex(text[at : at + 8]) for at in range(0, len(text), 8)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
    return socket.inet_ntop(family, b"".join(words))


def _holders(inodes: frozenset[str]) -> dict[str, set[int]]:
    """The processes we may look into that have one of the sockets open."""
    wanted = {f"socket:[{inode}]": inode for inode in inodes}
    held: dict[str, set[int]] = {}
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            for inode in wanted.keys() & _open_files(process):
                held.setdefault(wanted[inode], set()).add(int(process.name))
    return held


def _open_files(process: Path) -> set[str]:
    found = set()
    # Not ours to look into, or gone by now.
    with contextlib.suppress(OSError):
        for entry in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(str(entry.readlink()))
    return found


def _of_psutil(port: int) -> Iterator[Listener]:
    try:
        import psutil
    except ImportError:
        raise CannotLook(
            "library_missing",
            "listing this host's sockets needs psutil; install it with "
            "`python3 -m pip install psutil`",
        ) from None
    try:
        sockets = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        raise PermissionError from None
    for each in sockets:
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port:
            yield _listener(each.laddr.ip, port, each.pid)


def _listener(address: str, port: int, pid: int | None) -> Listener:
    family = "ipv6" if ":" in address else "ipv4"
    known = process_named(pid) if pid is not None else {}
    return Listener(address=address, port=port, family=family, pid=pid, **known)


def all_loopback(listeners: Iterable[Listener]) -> bool:
    return all(listener.is_loopback for listener in listeners)

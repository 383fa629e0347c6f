"""Who listens on a TCP port of this host: every address family, every process that holds it."""

import contextlib
import ipaddress
import re
import socket
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

_LISTEN = "0A"
_MAX_CMDLINE = 500


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
    """Every listener on that port. Blocks for some milliseconds; may raise psutil.AccessDenied."""
    if sys.platform == "linux":
        return list(_of_linux(port))
    return list(_of_psutil(port))


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
    for each in psutil.net_connections(kind="tcp"):
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port:
            yield _listener(each.laddr.ip, port, each.pid)


def _listener(address: str, port: int, pid: int | None) -> Listener:
    family = "ipv6" if ":" in address else "ipv4"
    return Listener(address=address, port=port, family=family, pid=pid, **_process(pid))


def _process(pid: int | None) -> dict[str, str]:
    known: dict[str, str] = {}
    if pid is None:
        return known
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        known["process"] = process.name()
        known["container_id"] = _container(pid)
        known["cmdline"] = " ".join(process.cmdline())[:_MAX_CMDLINE]
        known["user"] = process.username()
    return known


def _container(pid: int) -> str:
    """The id that container engines put into the control group's path."""
    with contextlib.suppress(OSError):
        groups = Path(f"/proc/{pid}/cgroup").read_text()
        if found := re.search(r"\b[0-9a-f]{64}\b", groups):
            return found.group()
    return ""


def all_loopback(listeners: Iterable[Listener]) -> bool:
    return all(listener.is_loopback for listener in listeners)

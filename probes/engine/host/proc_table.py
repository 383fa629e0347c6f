"""Linux' processes from /proc itself: an agent's host may have nothing but Python."""

import contextlib
import functools
import os
import time
from collections.abc import Iterator
from pathlib import Path

from probes.engine.host.command_line import shown
from probes.engine.host.process_rows import Process, Row

# The kernel keeps this much of a name; the command line has the whole.
_MAX_NAME = 15
# Fields of /proc/PID/stat after the name (proc_pid_stat(5) counts from the pid, as 1).
_STATE, _PARENT, _STARTED, _RSS = 3 - 3, 4 - 3, 22 - 3, 24 - 3


class ProcTable:
    def rows(self) -> Iterator[Row]:
        for entry in os.listdir("/proc"):
            # Gone by now, or not ours to look into: then only that it is there.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if entry.isdecimal():
                    yield _row(int(entry))

    def describe(self, pid: int) -> Process | None:
        try:
            name, fields = _stat(pid)
            argv = _argv(pid)
            return Process(
                pid=pid,
                started=_boot_time() + int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK"),
                name=_whole_name(name, argv or []),
                cmdline=None if argv is None else shown(argv),
                user=_user(pid),
                exe=_link(pid, "exe"),
                cwd=_link(pid, "cwd"),
                rss_bytes=int(fields[_RSS]) * os.sysconf("SC_PAGE_SIZE"),
            )
        except (OSError, IndexError):
            return None

    def environment(self, pid: int) -> frozenset[str]:
        try:
            pairs = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except FileNotFoundError:
            raise ProcessLookupError from None
        named = (pair.partition(b"=") for pair in pairs)
        return frozenset(os.fsdecode(name) for name, equals, _ in named if name and equals)


def _row(pid: int) -> Row:
    try:
        name, fields = _stat(pid)
    except PermissionError:
        return Row(pid=pid)
    argv = _argv(pid)
    return Row(
        pid=pid,
        parent=int(fields[_PARENT]),
        name=_whole_name(name, argv or []),
        argv=argv,
        is_zombie=fields[_STATE] == "Z",
    )


def _stat(pid: int) -> tuple[str, list[str]]:
    """The name, which may hold anything, even brackets and spaces; and the fields after it."""
    before, _, after = _text(pid, "stat").rpartition(")")
    return before.partition("(")[2], after.split()


def _argv(pid: int) -> list[str] | None:
    with contextlib.suppress(PermissionError):
        written = _text(pid, "cmdline").rstrip("\0")
        return written.split("\0") if written else []
    return None


def _whole_name(name: str, argv: list[str]) -> str:
    started_as = Path(argv[0]).name if argv else ""
    return started_as if len(name) >= _MAX_NAME and started_as.startswith(name) else name


def _user(pid: int) -> str | None:
    import pwd

    numbers = next(line for line in _text(pid, "status").splitlines() if line.startswith("Uid:"))
    number = int(numbers.split()[1])
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(number).pw_name
    return str(number)


def _link(pid: int, name: str) -> str | None:
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/{name}") or None
    return None


def _text(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")


@functools.cache
def _boot_time() -> float:
    """In Unix seconds. Once only: a clock that is set must not make an old process a new one.
    (`btime` in /proc/stat is worked out anew at every reading, and may differ by a second.)"""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)

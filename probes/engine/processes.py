"""The processes of this host that match, without the probe's own, and what may not be seen."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any

from probes.engine.command_line import shown
from probes.engine.errors import CannotLook
from probes.engine.values import compile_pattern

if TYPE_CHECKING:
    import psutil

_EXEC_S = 0.05
_MAX_MATCHED = 8000


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process; what this user may not see of it is None. `started` is in Unix seconds."""

    pid: int
    started: float
    name: str | None = None
    cmdline: str | None = None
    user: str | None = None
    exe: str | None = None
    cwd: str | None = None
    rss_bytes: int | None = None

    @property
    def age_s(self) -> float:
        return max(0.0, time.time() - self.started)

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "pid": self.pid,
            "name": self.name,
            "cmdline": self.cmdline,
            "user": self.user,
            "started": datetime.fromtimestamp(self.started, UTC).isoformat(timespec="seconds"),
            "age_s": round(self.age_s, 1),
            "rss_bytes": self.rss_bytes,
            "cwd": self.cwd,
            "exe": self.exe,
        }


@dataclass(frozen=True, kw_only=True)
class Found:
    """The matching processes, oldest first; `hidden` says what could be one and is not seen."""

    processes: tuple[Process, ...]
    hidden: str = ""

    @property
    def pids(self) -> list[int]:
        return [each.pid for each in self.processes]


def find(*, name: str | None, pattern: str | None) -> Found:
    """Every process of that exact name whose command line holds the pattern. Blocks.

    A zombie does not run. Left out are the probe's own process, what it was started by (a
    shell whose command line holds the very pattern) and what it started (other probes).
    """
    psutil = _library()
    wanted = compile_pattern(pattern) if pattern else None
    own = _own_family()
    found: list[Process] = []
    unseen = 0
    for process in psutil.process_iter(["name", "cmdline", "status"]):
        seen = process.info
        if process.pid in own or seen["status"] == psutil.STATUS_ZOMBIE:
            continue
        if name and seen["name"] and not _same_name(name, seen["name"]):
            continue
        if (wanted and seen["cmdline"] is None) or (name and not seen["name"]):
            unseen += 1
        elif not wanted or wanted.search(" ".join(seen["cmdline"])[:_MAX_MATCHED]):
            found += _described(process)
    found.sort(key=lambda each: each.started)
    return Found(processes=tuple(found), hidden=_hidden(unseen))


def described(pid: int) -> Process | None:
    """The process of that pid, or None when there is none."""
    psutil = _library()
    with contextlib.suppress(psutil.NoSuchProcess):
        return next(_described(psutil.Process(pid)), None)
    return None


def environment(pid: int) -> frozenset[str]:
    """The names of the variables a process was started with; never their values.

    Raises ProcessLookupError or PermissionError.
    """
    psutil = _library()
    try:
        return _steady(psutil.Process(pid).environ)
    except psutil.NoSuchProcess:
        raise ProcessLookupError from None
    except psutil.AccessDenied:
        raise PermissionError from None


def _steady(read: Callable[[], dict[str, str]]) -> frozenset[str]:
    """A process in the middle of exec has no environment for a moment."""
    if not (names := frozenset(read())):
        time.sleep(_EXEC_S)
        names = frozenset(read())
    return names


def _library() -> ModuleType:
    """psutil, which a host that runs nothing but an agent may not have."""
    try:
        import psutil
    except ImportError:
        raise CannotLook(
            "library_missing",
            "looking at processes needs psutil; install it with `python3 -m pip install psutil`",
        ) from None
    return psutil


def look_denied(found: Found) -> CannotLook:
    """What to raise when the answer may be among what is hidden."""
    return CannotLook("permission_denied", f"no match is visible, but {found.hidden}")


def replaced(samples: Sequence[Found]) -> tuple[list[int], list[int]]:
    """Pids that ended from one look to a later one, and those that began after one of them had.

    A process is the same when its start is the same too: pids are used again.
    """
    looks = [{(each.started, each.pid) for each in found.processes} for found in samples]
    seen = set().union(*looks)
    gone = sorted(seen - looks[-1])
    new = sorted(each for each in seen - looks[0] if not gone or each > gone[0])
    return [pid for _, pid in gone], [pid for _, pid in new]


def _own_family() -> frozenset[int]:
    """The first process of a host or container is not what it runs for: it may be asked for."""
    own = _library().Process()
    kin = {each.pid for each in (*own.parents(), *own.children(recursive=True))}
    return frozenset(kin - {1} | {own.pid})


def _same_name(wanted: str, name: str) -> bool:
    return wanted.casefold().removesuffix(".exe") == name.casefold().removesuffix(".exe")


def _described(process: "psutil.Process") -> Iterator[Process]:
    """Nothing when it ended meanwhile."""
    with contextlib.suppress(_library().NoSuchProcess), process.oneshot():
        seen = process.as_dict(["name", "cmdline", "username", "exe", "cwd", "memory_info"])
        yield Process(
            pid=process.pid,
            started=process.create_time(),
            name=seen["name"],
            cmdline=None if seen["cmdline"] is None else shown(seen["cmdline"]),
            user=seen["username"],
            exe=seen["exe"] or None,
            cwd=seen["cwd"] or None,
            rss_bytes=seen["memory_info"].rss if seen["memory_info"] else None,
        )


def _hidden(unseen: int) -> str:
    if sys.platform == "linux" and not os.path.exists("/proc/1"):
        return (
            "/proc hides the processes of other users here (hidepid); run the probe as the "
            "service's user or as root"
        )
    if unseen:
        return (
            f"{unseen} processes of other users hide their command line; give the name as well, "
            "or run the probe as the service's user or as an administrator"
        )
    return ""

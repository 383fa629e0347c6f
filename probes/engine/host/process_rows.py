"""Processes as a table of the system gives them; see `proc_table` and `psutil_table`."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Row:
    """What finding a process needs; a name or arguments this user may not see are None."""

    pid: int
    parent: int = 0
    name: str | None = None
    argv: list[str] | None = None
    is_zombie: bool = False


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


class Table(Protocol):
    """Where a system keeps its processes. All of it blocks for some milliseconds."""

    def rows(self) -> Iterator[Row]:
        """Every process this user may see at all."""

    def describe(self, pid: int) -> Process | None:
        """None when there is no such process any more."""

    def environment(self, pid: int) -> frozenset[str]:
        """Names of the variables it was started with. Raises ProcessLookupError, PermissionError."""

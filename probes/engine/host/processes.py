"""The processes of this host that match, without the probe's own, and what may not be seen."""

import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from probes.engine.errors import CannotLook
from probes.engine.host.proc_table import ProcTable
from probes.engine.host.process_rows import Process, Row, Table
from probes.engine.host.psutil_table import PsutilTable
from probes.engine.values import compile_pattern

_EXEC_S = 0.05
_MAX_MATCHED = 8000


@dataclass(frozen=True, kw_only=True)
class Found:
    """The matching processes, oldest first; `hidden` says what could be one and is not seen."""

    processes: tuple[Process, ...]
    hidden: str = ""

    @property
    def pids(self) -> list[int]:
        return [each.pid for each in self.processes]


def find(*, name: str | None, pattern: str | None, table: Table | None = None) -> Found:
    """Every process of that exact name whose command line holds the pattern. Blocks.

    A zombie does not run. Left out are the probe's own process, what it was started by (a
    shell whose command line holds the very pattern) and what it started (other probes).
    """
    wanted = compile_pattern(pattern) if pattern else None
    table = table or _table()
    rows = list(table.rows())
    own = _own_family(rows)
    found: list[Process] = []
    unseen = 0
    for row in rows:
        if row.pid in own or row.is_zombie or not _may_be_named(name, row):
            continue
        if (wanted and row.argv is None) or (name and row.name is None):
            unseen += 1
        elif not wanted or wanted.search(" ".join(row.argv or ())[:_MAX_MATCHED]):
            described = table.describe(row.pid)
            found += [described] if described else []
    found.sort(key=lambda each: each.started)
    return Found(processes=tuple(found), hidden=_hidden(unseen))


def described(pid: int) -> Process | None:
    """The process of that pid, or None when there is none."""
    return _table().describe(pid)


def environment(pid: int) -> frozenset[str]:
    """The names of the variables a process was started with; never their values.

    Raises ProcessLookupError or PermissionError.
    """
    names = _table().environment(pid)
    if not names:
        # A process in the middle of exec has no environment for a moment.
        time.sleep(_EXEC_S)
        names = _table().environment(pid)
    return names


def _table() -> Table:
    """Raises CannotLook where a library is needed that is not installed."""
    return ProcTable() if sys.platform == "linux" else PsutilTable()


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


def _own_family(rows: Iterable[Row]) -> frozenset[int]:
    """The first process of a host or container is not what it runs for: it may be asked for."""
    parents = {row.pid: row.parent for row in rows}
    above = set(_line_of(os.getpid(), parents)) | {os.getppid()}
    below = {pid for pid in parents if os.getpid() in _line_of(pid, parents)}
    return frozenset((above - {1}) | below | {os.getpid()})


def _line_of(pid: int, parents: dict[int, int]) -> list[int]:
    """A process and those above it. Pids are used again, so a line may even close to a ring."""
    line = [pid]
    while (parent := parents.get(line[-1], 0)) and parent not in line:
        line.append(parent)
    return line


def _may_be_named(wanted: str | None, row: Row) -> bool:
    if wanted is None or row.name is None:
        return True
    return wanted.casefold().removesuffix(".exe") == row.name.casefold().removesuffix(".exe")


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

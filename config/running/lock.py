"""One `up` at a time for one state folder, by a lock that the kernel frees when its holder dies."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True, kw_only=True)
class Running:
    """The `up` that holds the lock; no url while it is still starting."""

    pid: int
    url: str


class AlreadyRuns(Exception):
    def __init__(self, running: Running | None) -> None:
        self.running = running
        who = f"process {running.pid}" if running else "another process"
        where = running.url if running and running.url else "still starting"
        super().__init__(f"Knownfix already runs here: {who}, {where}")


class Lock:
    """Held until closed. Not inherited by children, whose life must not prolong it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+")
        if not _taken(self._file):
            running = _read(self._file)
            self._file.close()
            raise AlreadyRuns(running)
        self.say("")

    def say(self, url: str) -> None:
        """Write down who runs and where, for the next one who tries."""
        self._file.seek(0)
        self._file.truncate()
        json.dump({"pid": os.getpid(), "url": url}, self._file)
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def _taken(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _read(file: IO[str]) -> Running | None:
    file.seek(0)
    try:
        return Running(**json.load(file))
    except (ValueError, TypeError):
        return None

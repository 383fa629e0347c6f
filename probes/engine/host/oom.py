"""Processes that the kernel killed for want of memory, counted per control group (Linux)."""

import contextlib
import re
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_COUNT = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)


def oom_kills(pid: int) -> int | None:
    """Kills in the control group of a process since the group began; None when nobody counts.

    https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files (memory.events);
    under version 1 the same counter stands in memory.oom_control.
    """
    with contextlib.suppress(OSError):
        for counter in _counters(Path(f"/proc/{pid}/cgroup").read_text()):
            with contextlib.suppress(OSError):
                if found := _COUNT.search(counter.read_text()):
                    return int(found.group(1))
    return None


def _counters(groups: str) -> list[Path]:
    """The files that may hold the counter, for the lines `id:controllers:path` of a process."""
    counters = []
    for line in groups.splitlines():
        number, controllers, path = line.split(":", 2)
        below = path.lstrip("/")
        if "memory" in controllers.split(","):
            counters.append(_ROOT / "memory" / below / "memory.oom_control")
        elif number == "0":
            counters += [_ROOT / each / below / "memory.events" for each in ("", "unified")]
    return counters

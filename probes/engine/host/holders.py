"""Who holds a socket: its name, command line, user and container, as far as this user may see."""

import contextlib
import re
from pathlib import Path

from probes.engine.errors import CannotLook
from probes.engine.host.processes import described

_CONTAINER_ID = re.compile(r"\b[0-9a-f]{64}\b")


def process_named(pid: int) -> dict[str, str]:
    """`process`, `cmdline`, `user` and `container_id`; empty when it may not be seen, has ended,
    or a library is missing that would show it."""
    process = None
    with contextlib.suppress(CannotLook):
        process = described(pid)
    if process is None:
        return {}
    return {
        "process": process.name or "",
        "cmdline": process.cmdline or "",
        "user": process.user or "",
        "container_id": _container(pid),
    }


def _container(pid: int) -> str:
    """The id that container engines put into the control group's path."""
    with contextlib.suppress(OSError):
        if found := _CONTAINER_ID.search(Path(f"/proc/{pid}/cgroup").read_text()):
            return found.group()
    return ""

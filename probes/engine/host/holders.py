"""Who a process is: its name, command line, user and container. From /proc itself on Linux."""

import contextlib
import re
import sys
from pathlib import Path

_MAX_CMDLINE = 500
# The kernel keeps this much of a name; the command line has the whole.
_MAX_NAME = 15


def process_named(pid: int) -> dict[str, str]:
    """`process`, `cmdline`, `user` and `container_id`, as far as this user may see them."""
    known: dict[str, str] = {}
    with contextlib.suppress(OSError):
        if sys.platform == "linux":
            _read_proc(Path(f"/proc/{pid}"), known)
        else:
            _ask_psutil(pid, known)
    return known


def _read_proc(process: Path, known: dict[str, str]) -> None:
    argv = [part for part in _text(process / "cmdline").split("\0") if part]
    known["process"] = _whole_name(_text(process / "comm").rstrip("\n"), argv)
    known["container_id"] = _container(process)
    known["cmdline"] = " ".join(argv)[:_MAX_CMDLINE]
    known["user"] = _user(process.stat().st_uid)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _whole_name(name: str, argv: list[str]) -> str:
    started_as = Path(argv[0]).name if argv else ""
    return started_as if len(name) >= _MAX_NAME and started_as.startswith(name) else name


def _container(process: Path) -> str:
    """The id that container engines put into the control group's path."""
    with contextlib.suppress(OSError):
        if found := re.search(r"\b[0-9a-f]{64}\b", _text(process / "cgroup")):
            return found.group()
    return ""


def _user(number: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _ask_psutil(pid: int, known: dict[str, str]) -> None:
    import psutil

    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        known["process"] = process.name()
        known["cmdline"] = " ".join(process.cmdline())[:_MAX_CMDLINE]
        known["user"] = process.username()

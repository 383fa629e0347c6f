"""Cleans up after a lab, however it ended: it waits for the end of its input, which also a kill brings.

Started by the lab as a process of its own, it is told line by line what there is (`group 123`,
`pidfile PATH`, `namespace NAME`, `folder PATH`). Standard library only.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

PREFIX = "kflab"
NAMESPACES = Path("/run/netns")
_PATIENCE_S = 10.0
# What `ip netns exec` shows as /etc/hosts inside the namespace of that name.
HOSTS = Path("/etc/netns")


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    clean(line.split(maxsplit=1) for line in sys.stdin.read().splitlines())


def clean(things: Iterable[list[str]]) -> None:
    """Newest first: processes end before the folders they write to go."""
    for kind, name in reversed(list(things)):
        _CLEANERS[kind](name)


def _end_group(number: str) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(int(number), signal.SIGKILL)


def _end_server(pidfile: str) -> None:
    """A server that looks after itself ends as it likes to; one that was stopped goes on first."""
    try:
        pid = int(Path(pidfile).read_text().split()[0])
        for number in (signal.SIGCONT, signal.SIGTERM):
            os.kill(pid, number)
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
    except (OSError, ValueError, IndexError):
        return


def _remove_namespace(name: str) -> None:
    for pid in _ip("netns", "pids", name).split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    _ip("netns", "delete", name)
    shutil.rmtree(HOSTS / name, ignore_errors=True)


def _ip(*arguments: str) -> str:
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    ip = shutil.which("ip", path=path) or "ip"
    return subprocess.run([ip, *arguments], capture_output=True, text=True, check=False).stdout


def _remove_folder(path: str) -> None:
    shutil.rmtree(path, ignore_errors=True)


_CLEANERS = {
    "group": _end_group,
    "pidfile": _end_server,
    "namespace": _remove_namespace,
    "folder": _remove_folder,
}


def sweep() -> None:
    """Remove what labs left whose process is gone, and whose janitor was killed as well."""
    places = (
        (NAMESPACES, "namespace"),
        (HOSTS, "namespace"),
        (Path(tempfile.gettempdir()), "folder"),
    )
    for folder, kind in places:
        for path in folder.glob(f"{PREFIX}-*"):
            owner = path.name.split("-")[1]
            if owner.isdecimal() and not Path("/proc", owner).exists():
                _CLEANERS[kind](path.name if kind == "namespace" else str(path))


if __name__ == "__main__":
    main()

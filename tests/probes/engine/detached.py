"""Real processes that are not children of the test: a probe never takes its own for the target."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping

_START = """
import os, subprocess, sys
print(subprocess.Popen(sys.argv[1:], start_new_session=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)
"""
SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")


@contextlib.contextmanager
def detached(*argv: str, env: Mapping[str, str] | None = None, cwd: str = "/") -> Iterator[int]:
    """The pid of a program whose parent has gone. Killed with its whole session at the end."""
    started = subprocess.run(
        [sys.executable, "-c", _START, *argv],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        capture_output=True,
        check=True,
    )
    pid = int(started.stdout)
    try:
        yield pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)

"""Real processes that are not children of the test: a probe never takes its own for the target."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

import psutil

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
    # In the middle of exec a process has neither arguments nor an environment.
    with contextlib.suppress(psutil.NoSuchProcess):
        while not psutil.Process(pid).cmdline():
            time.sleep(0.005)
    try:
        yield pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        # Somebody else reaps it; until then it is a zombie.
        with contextlib.suppress(psutil.NoSuchProcess):
            while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.005)

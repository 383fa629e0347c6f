"""Real processes for tests: started in their own group, awaited, and ended whatever happens."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE_S = 20.0
PROXY = Path(__file__).with_name("reverse_proxy.py")


def free_port() -> int:
    """A port that the system just gave and nobody holds."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers(port: int, host: str = "127.0.0.1") -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


class Running:
    """A process with what it has printed so far; `output` grows while it runs."""

    def __init__(self, argv: list[str], *, cwd: Path, log: Path, env: dict[str, str]) -> None:
        self.log = log
        with log.open("wb") as sink:
            self.process = subprocess.Popen(
                argv,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until_listening(self, port: int, host: str = "127.0.0.1") -> None:
        self._wait(lambda: answers(port, host), f"{host}:{port} to answer")

    def wait_for_line(self, words: str) -> str:
        """The output once it holds these words."""
        self._wait(lambda: words in self.output, repr(words))
        return self.output

    def wait_for_end(self) -> str:
        self.process.wait(timeout=PATIENCE_S)
        return self.output

    def _wait(self, happened, what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for {what}; printed:\n{self.output}")
            time.sleep(0.05)

    def stop(self) -> None:
        """The whole group: a reloader's child must not stay behind."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=5)


@contextlib.contextmanager
def running(*argv: str | int, cwd: Path, name: str, **env: str) -> Iterator[Running]:
    """`python ARGV` in `cwd`; its output goes to `cwd/NAME.log`."""
    process = Running([sys.executable, *map(str, argv)], cwd=cwd, log=cwd / f"{name}.log", env=env)
    try:
        yield process
    finally:
        process.stop()


@contextlib.contextmanager
def uvicorn(
    cwd: Path, port: int, *, target: str = "main:app", host: str = "127.0.0.1", name: str = "server"
) -> Iterator[Running]:
    """A uvicorn that answers."""
    argv = ("-m", "uvicorn", target, "--host", host, "--port", port)
    with running(*argv, cwd=cwd, name=name) as server:
        server.wait_until_listening(port)
        yield server

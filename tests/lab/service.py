"""A process that a lab started: what it has printed, whether it listens, how it ended."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.lab.place import Place

PATIENCE_S = 60.0
_LISTEN = "0A"


@dataclass(frozen=True, kw_only=True)
class Service:
    name: str
    argv: tuple[str, ...]
    at: Place
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until_listening(self, port: int) -> "Service":
        self._wait(lambda: port in _listening(self.pid), f"{self.name} to listen on {port}")
        return self

    def wait_for_a_port(self) -> int:
        """The port uvicorn says that it got, once it listens there."""
        self.wait_for_words("Uvicorn running on http://")
        port = int(re.search(r"running on http://[^:]+:(\d+)", self.output)[1])  # type: ignore[index]
        self.wait_until_listening(port)
        return port

    def wait_for_words(self, words: str) -> "Service":
        self._wait(lambda: words in self.output, f"{self.name} to print {words!r}")
        return self

    def line_with(self, words: str) -> str:
        """The first line it printed with these words, without spaces around it; or nothing."""
        return next((line.strip() for line in self.output.splitlines() if words in line), "")

    def wait_for_end(self) -> int:
        """The exit code; negative for a signal."""
        return self.process.wait(timeout=PATIENCE_S)

    def freeze(self) -> None:
        """Every process of the group stops where it is, and stays there."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        os.killpg(self.pid, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE_S)

    def _wait(self, happened: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for {what}; it printed:\n{self.output}")
            time.sleep(0.02)


def _listening(pid: int) -> set[int]:
    """The ports somebody listens on in the network namespace of that process."""
    ports = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == _LISTEN:
                ports.add(int(columns[1].partition(":")[2], 16))
    return ports

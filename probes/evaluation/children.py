"""The programs that a measurement starts: they say a line, are told a line, and end with it."""

import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any


class Child:
    """A program of ours that reads and writes JSON lines."""

    def __init__(self, module: str, *args: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", module, *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid

    def ask(self, question: Any) -> Any:
        self.say(question)
        return self.hear()

    def say(self, line: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def hear(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("A measured program ended early; its words are above.")
        return json.loads(line)

    def close(self) -> None:
        self._process.communicate()


@contextlib.contextmanager
def child(module: str, *args: str) -> Iterator[Child]:
    started = Child(module, *args)
    try:
        yield started
    finally:
        started.close()


@contextlib.contextmanager
def program(argv: Sequence[str]) -> Iterator[int]:
    """The pid of somebody else's program, which ends with this."""
    started = subprocess.Popen(  # noqa: S603 - named by the measurement, no shell
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield started.pid
    finally:
        started.terminate()
        started.wait()


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])

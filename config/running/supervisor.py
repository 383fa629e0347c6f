"""Starts the children, starts a crashed one again, and stops all of them once."""

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

PATIENCE_S = 10.0
RESTARTS, WITHIN_S = 5, 30.0
TICK_S = 0.1


@dataclass(kw_only=True)
class Child:
    """A program the base consists of, and its running process."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    descriptors: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    crashes: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS))

    def start(self) -> None:
        # An own session: the terminal's Ctrl-C reaches the supervisor alone, which signals once.
        # The pipe on stdin is never written to; it closes when the supervisor dies. It also
        # keeps the terminal from a child that asks for input.
        self.process = subprocess.Popen(
            self.argv,
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=self.descriptors,
            env=dict(self.env),
        )

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        """Signal the child; SIGKILL goes to everything it started in its session."""
        if not self.is_alive():
            return
        with contextlib.suppress(ProcessLookupError):
            send = os.killpg if number == signal.SIGKILL else os.kill
            send(self.pid, number)

    def may_start_again(self) -> bool:
        """Note one crash; False when it was one too many within the window."""
        now = time.monotonic()
        self.crashes.append(now)
        return len(self.crashes) < RESTARTS or now - self.crashes[0] > WITHIN_S


class Supervisor:
    """Runs children until a signal or a child that cannot be kept alive."""

    def __init__(self, children: Sequence[Child], *, say: Callable[[str], None]) -> None:
        self.children = children
        self._say = say
        self._asked = 0

    def take_signals(self) -> None:
        # Set always: started by nohup or `&`, Python would keep ignoring SIGINT.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1

    @property
    def is_asked_to_stop(self) -> bool:
        return self._asked > 0

    def start(self) -> None:
        for child in self.children:
            child.start()

    def watch(self) -> int:
        """Return 0 when asked to stop, 1 when a child keeps dying."""
        while not self._asked:
            for child in self.children:
                if not child.is_alive() and not self._revive(child):
                    return 1
            time.sleep(TICK_S)
        return 0

    def _revive(self, child: Child) -> bool:
        ended = _how(child)
        _close_stdin(child)
        if not child.may_start_again():
            self._say(
                f"{child.name} ended {RESTARTS} times in {WITHIN_S:.0f} s ({ended}); stopping"
            )
            return False
        child.start()
        self._say(f"{child.name} ended ({ended}); started again as process {child.pid}")
        return True

    def stop(self) -> None:
        """Ask every child once, wait, then kill; a second signal kills at once."""
        asked, until = self._asked, time.monotonic() + PATIENCE_S
        for child in self.children:
            child.signal(signal.SIGTERM)
        while any(child.is_alive() for child in self.children):
            if time.monotonic() > until or self._asked > max(asked, 1):
                for child in self.children:
                    child.signal(signal.SIGKILL)
            time.sleep(TICK_S / 4)
        for child in self.children:
            _close_stdin(child)


def _how(child: Child) -> str:
    code = child.process.returncode if child.process else None
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def _close_stdin(child: Child) -> None:
    if child.process and child.process.stdin:
        child.process.stdin.close()

"""The supervisor with small real children."""

import os
import signal
import sys
import threading
import time

from config.running.supervisor import RESTARTS, Child, Supervisor


def child(code: str) -> Child:
    return Child(name="child", argv=[sys.executable, "-c", code], env=os.environ)


def test_child_that_dies_at_once_is_given_up() -> None:
    said: list[str] = []
    supervisor = Supervisor([child("raise SystemExit(3)")], say=said.append)
    supervisor.start()

    code = supervisor.watch()
    supervisor.stop()

    assert code == 1
    assert len([line for line in said if "started again" in line]) == RESTARTS - 1
    assert "exit code 3" in said[-1]


def test_child_that_ignores_the_signal_is_killed_by_the_second_one() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    one = child(deaf)
    supervisor = Supervisor([one], say=lambda text: None)
    supervisor.start()
    time.sleep(0.5)
    supervisor._on_signal(signal.SIGINT, None)
    threading.Timer(0.5, supervisor._on_signal, (signal.SIGINT, None)).start()

    started = time.monotonic()
    supervisor.stop()

    assert time.monotonic() - started < 5
    assert one.process and one.process.returncode == -signal.SIGKILL

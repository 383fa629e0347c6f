"""A real `manage.py up` in its own folder, as a person starts it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


class Up:
    """One start: what it printed, its processes, and how to stop it."""

    def __init__(self, var: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self.var = var
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "up", *(options or ("--port", "0"))],
            cwd=var,
            env=environment(var) | (env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines = []
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.strip().startswith("stop "):
                break

    def said(self, label: str) -> str:
        """What the line of this label says; empty when there is none."""
        found = [line for line in self.lines if re.match(rf"  {label} {{2,}}", f"{line}")]
        return found[0][18:].strip() if found else ""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def url(self) -> str:
        return self.said("open")

    def pid_of(self, name: str) -> int:
        found = re.search(rf"{name} is process (\d+)", self.text)
        assert found, self.text
        return int(found[1])

    def cpu_s(self, name: str) -> float:
        """How long the supervisor, or the child of this name, has worked."""
        pid = self.process.pid if name == "supervisor" else self.pid_of(name)
        times = psutil.Process(pid).cpu_times()
        return times.user + times.system

    def family(self) -> list[psutil.Process]:
        whole = psutil.Process(self.process.pid)
        return [whole, *whole.children(recursive=True)]

    def press_ctrl_c(self) -> None:
        """As the terminal does: to every process of the foreground group."""
        os.killpg(os.getpgid(self.process.pid), signal.SIGINT)

    def wait(self) -> int:
        assert self.process.stdout
        self.lines += self.process.stdout.read().splitlines()
        return self.process.wait(timeout=30)


def environment(var: Path) -> dict[str, str]:
    var.mkdir(parents=True, exist_ok=True)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("KNOWNFIX")}
    inherited.pop("DATABASE_URL", None)
    return inherited | {"KNOWNFIX_VAR": str(var), "KNOWNFIX_NO_VENV": "1"}


@contextlib.contextmanager
def running(var: Path, *options: str, env: dict[str, str] | None = None) -> Iterator[Up]:
    up = Up(var, *options, env=env)
    try:
        yield up
    finally:
        if up.process.poll() is None:
            family = up.family()
            up.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                up.process.wait(timeout=20)
            for one in family:
                with contextlib.suppress(psutil.Error):
                    one.kill()
        assert up.process.stdout
        up.process.stdout.close()
        up.process.wait(timeout=20)


def gone(processes: list[psutil.Process], *, within_s: float = 8.0) -> bool:
    left = psutil.wait_procs(processes, timeout=within_s)[1]
    return all(one.status() == psutil.STATUS_ZOMBIE for one in left if one.is_running())


def command_of(process: psutil.Process) -> list[str]:
    """Its command line; nothing when it ended while we looked."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []

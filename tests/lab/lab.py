"""A lab: everything one scenario starts. When it is left, or killed, nothing of it stays behind."""

import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from tests.lab import janitor
from tests.lab.place import HERE, Place
from tests.lab.service import PATIENCE_S, Service

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")
_numbers = itertools.count(1)


class Lab:
    """Use it with `with`. `places` are the vantage points by name, `services` what was started."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {HERE.name: HERE}
        self.services: list[Service] = []
        # What probes may touch here, as a limits file has it; scenarios add what is theirs.
        self.limits: dict[str, Any] = {}
        # Set for the probes, beside what this process has.
        self.env: dict[str, str] = {}
        # What a person would know of it and type: a port that was free, a folder, a file.
        self.values: dict[str, str] = {}
        # What a person should know of what runs, beyond the services.
        self.notes: list[str] = []
        self._exits = contextlib.ExitStack()

    def __enter__(self) -> "Lab":
        janitor.sweep()
        self.name = f"{janitor.PREFIX}-{os.getpid()}-{next(_numbers)}"
        self._janitor = subprocess.Popen(
            [sys.executable, "-I", janitor.__file__],
            stdin=subprocess.PIPE,
            text=True,
            cwd="/",
            start_new_session=True,
        )
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.leave_to_janitor("folder", str(self.folder))
        self.limits = {
            "networks": ["10.99.0.0/16", "127.0.0.0/8", "::1/128"],
            "roots": [str(self.folder)],
            "interpreters": [sys.executable],
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._exits.close()
        finally:
            assert self._janitor.stdin
            self._janitor.stdin.close()
            self._janitor.wait(timeout=PATIENCE_S)
            for service in self.services:
                service.process.wait(timeout=PATIENCE_S)

    def enter(self, context: contextlib.AbstractContextManager[T]) -> T:
        """Use something that cleans up after itself, until the lab ends."""
        return self._exits.enter_context(context)

    def leave_to_janitor(self, kind: str, name: str) -> None:
        assert self._janitor.stdin
        self._janitor.stdin.write(f"{kind} {name}\n")
        self._janitor.stdin.flush()

    def write_limits(self) -> Path:
        """The limits file for the probes, with all that scenarios have added by now."""
        path = self.folder / "limits.toml"
        tables = {name: value for name, value in self.limits.items() if isinstance(value, dict)}
        lines = _toml({name: self.limits[name] for name in self.limits.keys() - tables.keys()})
        for name, table in tables.items():
            lines += [f"[{name}]", *_toml(table)]
        path.write_text("\n".join(lines) + "\n")
        return path

    def start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        at: Place = HERE,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> Service:
        """Start a process there, in a group of its own; its output goes to a file of the lab."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                at.argv(argv),
                cwd=cwd or self.folder,
                env=_environment(env),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=pass_fds,
            )
        self.leave_to_janitor("group", str(process.pid))
        service = Service(name=name, argv=tuple(argv), at=at, log=log, process=process)
        self.services.append(service)
        return service

    def run(
        self,
        argv: Sequence[str],
        *,
        at: Place = HERE,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command there to its end; its output and errors together."""
        service = self.start(f"command-{len(self.services)}", argv, at=at, cwd=cwd, env=env)
        code = service.wait_for_end()
        return subprocess.CompletedProcess(list(argv), code, service.output, "")


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    """Nothing of the product's own settings, and output as it is written."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KNOWNFIX")}
    kept.pop("DATABASE_URL", None)
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"} | dict(more or {})


def _toml(table: Mapping[str, Any]) -> list[str]:
    """Lines of TOML: texts and lists of texts are written there as in JSON."""
    return [f"{json.dumps(name)} = {_value(value)}" for name, value in table.items()]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(_toml(value))}}}"
    return json.dumps(value)


def wait_until(happened: Callable[[], bool], what: str, *, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience_s:.0f} s in vain for {what}")
        time.sleep(0.02)

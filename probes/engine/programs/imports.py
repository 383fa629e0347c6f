"""Asking a target's own interpreter whether names can be imported there."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.guard import allowed_interpreter, allowed_path
from probes.engine.programs import child
from probes.engine.programs.sources import source_of
from probes.engine.redact import redact
from probes.engine.spec import Policy

_MOST_BYTES = 1024 * 1024
_MAX_TRACEBACK = 4000


@dataclass(frozen=True, kw_only=True)
class Imports:
    """One answer per name, as import_script.py gives them; `trying` is the name it died in."""

    answers: list[dict[str, Any]]
    trying: str | None
    exit_code: int | None
    stderr: str

    @property
    def output(self) -> str:
        """The end of each traceback, which says most, and what the modules printed."""
        tracebacks = (_end_of(answer.get("traceback", "")) for answer in self.answers)
        return "\n".join(tracebacks) + self.stderr

    @property
    def is_timed_out(self) -> bool:
        return self.exit_code is None


def check_interpreter(interpreter: str, *, policy: Policy) -> None:
    """Raises CannotLook when it is not allowed, or cannot be started: then nobody was asked."""
    path = allowed_interpreter(interpreter, policy=policy)
    if not os.path.isfile(path):
        raise CannotLook("interpreter_missing", f"there is no interpreter {interpreter}")
    if not os.access(path, os.X_OK):
        raise CannotLook("permission_denied", f"this user may not execute {interpreter}")


def working_folder(cwd: str, *, policy: Policy) -> str | None:
    """The real folder, or None when there is none of that name."""
    path = allowed_path(cwd, policy=policy)
    return str(path) if path.is_dir() else None


async def try_imports(
    interpreter: str, names: Sequence[str], *, cwd: str | None, policy: Policy, deadline: float
) -> Imports:
    """`-I` keeps the user's site and PYTHON* variables out; only `cwd` is added to the path."""
    path = allowed_interpreter(interpreter, policy=policy)
    argv = [path, "-I", "-B", "-c", source_of("import_script.py"), cwd or "", *names]
    ended = await child.run(
        argv, cwd=cwd or Path(path).anchor, deadline=deadline, most_bytes=_MOST_BYTES
    )
    lines = _read_lines(ended.stdout)
    answers = [line for line in lines if "name" in line]
    started = [line["trying"] for line in lines if "trying" in line]
    done = Imports(
        answers=answers,
        trying=started[-1] if len(started) > len(answers) else None,
        exit_code=ended.exit_code,
        stderr=ended.stderr,
    )
    if not started and not done.is_timed_out:
        raise CannotLook(
            "bad_definition",
            f"{interpreter} does not run Python code: exit code {done.exit_code} {done.stderr}",
        )
    return done


def _end_of(text: str) -> str:
    """Masked before it is cut: a part of a secret no longer looks like one."""
    return redact(text).text[-_MAX_TRACEBACK:]


def _read_lines(stdout: str) -> list[dict[str, Any]]:
    read = []
    for line in stdout.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            read.append(value)
    return read


def missing_from(answer: dict[str, Any]) -> str | None:
    """The module that was not found, when that is what failed."""
    found = answer.get("missing_module")
    return str(found) if found else None


def is_part_of(missing: str, module: str) -> bool:
    """True when `missing` is the module itself or a package it is in."""
    return module == missing or module.startswith(missing + ".")

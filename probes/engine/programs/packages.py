"""Asking a target's own interpreter which requirements it satisfies."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.guard import allowed_interpreter
from probes.engine.programs import child
from probes.engine.programs.imports import check_interpreter
from probes.engine.programs.sources import source_of
from probes.engine.spec import Policy

_MOST_BYTES = 1024 * 1024


async def compare_packages(
    interpreter: str, requirements: Sequence[str], *, policy: Policy, deadline: float
) -> dict[str, Any]:
    """What packages_script.py answers. `-I` keeps the user's site and PYTHON* variables out."""
    check_interpreter(interpreter, policy=policy)
    path = allowed_interpreter(interpreter, policy=policy)
    script = source_of("packages_script.py")
    ended = await child.run(
        [path, "-I", "-B", "-c", script, json.dumps(list(requirements))],
        cwd=Path(path).anchor,
        deadline=deadline,
        most_bytes=_MOST_BYTES,
    )
    if ended.exit_code is None:
        raise CannotLook("timeout", f"{interpreter} took too long to list its packages")
    found = _last_line(ended.stdout)
    if not isinstance(found, dict):
        raise CannotLook(
            "bad_definition",
            f"{interpreter} does not run Python code: exit code {ended.exit_code} {ended.stderr}",
        )
    if "error" in found:
        raise CannotLook("bad_definition", f"{interpreter} is too old: {found['error']}")
    return found


def _last_line(stdout: str) -> Any:
    """The script's answer; what a site's .pth files print comes before it."""
    try:
        return json.loads(stdout.rstrip().rpartition("\n")[2])
    except (ValueError, RecursionError):
        return None

"""The lines of a log: without terminal codes, searched by patterns, and where older ones went;
and what every kind that searches one asks for."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.files.text_file import lines_of
from probes.engine.guard import allowed_path
from probes.engine.redact import redact, strip_controls
from probes.engine.schema import Param
from probes.engine.spec import Policy, Status
from probes.engine.values import compile_pattern

LAST_LINE_ONLY = Param(
    name="last_line_only",
    type="boolean",
    default=False,
    help="Only the last line that is not empty counts.",
)
EXPECT = Param(name="expect", type="choice", choices=("matched", "not_matched"), default="matched")
_MAX_LINE = 500
# logrotate's, with and without dateext, and what Python's and Java's own handlers write.
# Compressed ones are not read: what is asked for stands at the end.
_ROTATED = re.compile(r"[.-](?:1|\d{4}-?\d\d-?\d\d(?:[T._-]?\d{2,6})*)(?:\.log)?")


def judging(params: Mapping[str, Any]) -> Mapping[str, Status]:
    """Where a match is what nobody hopes for."""
    if params["expect"] == "not_matched":
        return {"matched": Status.CRITICAL, "not_matched": Status.OK}
    return {}


def log_lines(text: str) -> list[str]:
    """A private key is masked while its lines are still together."""
    whole = redact(text).text if "PRIVATE KEY-----" in text else text
    return [strip_controls(line) for line in lines_of(whole)]


def search(
    patterns: Sequence[str], lines: Sequence[str], *, known: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """One entry per pattern that is found: {pattern, count, line}, the line being the last."""
    return [
        {"pattern": pattern, "count": len(hits), "line": shown(hits[-1], known=known)}
        for pattern in patterns
        if (hits := _hits(pattern, lines))
    ]


def _hits(pattern: str, lines: Sequence[str]) -> list[str]:
    found = compile_pattern(pattern).search
    return [line for line in lines if found(line)]


def shown(line: str, *, known: Sequence[str] = ()) -> str:
    """Masked before it is cut: a part of a secret no longer looks like one. `known` are others."""
    return redact(line, known=known).text[:_MAX_LINE]


def rotated(path: Path, *, policy: Policy) -> Path | None:
    """The file that was the log before this one: the youngest by its time, under the same name."""
    found: list[tuple[float, Path]] = []
    try:
        with os.scandir(path.parent) as entries:
            for entry in entries:
                rest = entry.name.removeprefix(path.name)
                if rest != entry.name and _ROTATED.fullmatch(rest) and entry.is_file():
                    found.append((entry.stat().st_mtime, Path(entry.path)))
        return allowed_path(str(max(found)[1]), policy=policy) if found else None
    except (OSError, CannotLook):
        return None

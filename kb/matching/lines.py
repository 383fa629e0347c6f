"""Which lines of a paste deserve to be heard: each shape once, errors before noise.

A short text is an alert or a message: it begins with what happened, and says after it where,
how much and what to do. A log has no such headline: there errors stand out by themselves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.matching.fingerprint import shape

# A paste this short is heard whole; a longer one is a log, where errors stand out.
_SHORT = 6
LOUD = 100
_PLAIN, _FRAME, _ROUTINE = 40, 25, 12
_HEADLINE, _AFTER = 100, 40

_ERROR = re.compile(
    r"error|exception|fail|fatal|critical|refused|denied|cannot|can't|could not|unable|timed? ?out"
    r"|not found|traceback|panic|exited|killed|blocked|\b[45]\d\d\b|(?-i:E[A-Z]{4,})|오류|에러|실패|불가"
    r"|거부|없[습는음]|초과",
    re.IGNORECASE,
)
_ROUTINE_LINE = re.compile(
    r"^[^a-z]{0,80}\b(?:trace|debug|info|notice)\b|\blevel=\"?(?:debug|info)", re.I
)
_FRAME_LINE = re.compile(
    r'^\s*(?:at\s\S+.*[:(]|File\s"[^"]+",\sline\s\d+|\S+\s@\s\S+:\d+|\.{3}\s\d+\smore|\^+\s*$)'
)
# What names an error is heard wherever it stands: an exception, a constant, a status.
_NAMED_ERROR = re.compile(
    r"[a-z](?:Error|Exception)\b|\b(?:[A-Z]+_)?ERR(?:OR)?_[A-Z]|\bE[A-Z]{4,}\b|\b[45]\d\d\b(?!%|\.\d)"
    r"|\b[Ee]rrno\b|\bWinError\b"
)
_SENTENCE_ENDS = (".", ":", "!", "?", ";")


@dataclass(frozen=True, slots=True)
class Line:
    """`weight` is how loud the line is, `told` how much it is the headline; both in hundredths."""

    text: str
    start: int
    weight: int
    told: int
    shape: str


def heard_lines(text: str) -> list[Line]:
    """The lines to read, in order; a line of a shape already seen is left out."""
    shaped = [(line, start, found) for line, start in _split(text) if (found := shape(line))]
    is_log = len(shaped) > _SHORT
    first: dict[str, Line] = {}
    told, before = _HEADLINE, ""
    for number, (line, start, found) in enumerate(shaped):
        if number and not is_log:
            told = _told(line, before=before, told=told)
        first.setdefault(found, Line(line, start, _weight(line, is_log), told, found))
        before = line
    return list(first.values())


def _told(line: str, *, before: str, told: int) -> int:
    """`told`: what the line before has; a line that goes on its sentence has the same."""
    if _NAMED_ERROR.search(line):
        return _HEADLINE
    goes_on = line.lstrip()[:1].islower() and not before.rstrip().endswith(_SENTENCE_ENDS)
    return told if goes_on else _AFTER


def _split(text: str) -> Iterator[tuple[str, int]]:
    at = 0
    for line in text.splitlines(keepends=True):
        yield line, at
        at += len(line)


def _weight(line: str, is_log: bool) -> int:
    if _FRAME_LINE.match(line):
        return _FRAME
    if not is_log:
        return LOUD
    if _ROUTINE_LINE.search(line):
        return _ROUTINE
    return LOUD if _ERROR.search(line) else _PLAIN


def telling_shapes(lines: list[Line]) -> list[str]:
    """The shapes that say what went wrong: the errors where there are any, else all."""
    loud = [line.shape for line in lines if line.weight == LOUD and _ERROR.search(line.text)]
    return (
        loud or [line.shape for line in lines if line.weight != _FRAME] or [x.shape for x in lines]
    )

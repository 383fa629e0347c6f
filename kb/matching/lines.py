"""Which lines of a paste deserve to be heard: each shape once, errors before noise.

A short text is an alert or a message: it begins with what happened, and says after it where,
how much and what to do. A log has no such headline: there errors stand out by themselves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.matching.fingerprint import shape

# A paste this short is heard whole; a longer one is a log, where errors stand out, and so does
# what a person wrote around it.
_SHORT = 6
LOUD = 100
_PLAIN, _FRAME, _ROUTINE = 20, 25, 8
_HEADLINE, _AFTER = 100, 40

_ERROR = re.compile(
    r"error|exception|fail|fatal|critical|refused|denied|cannot|can't|could not|unable|timed? ?out"
    r"|not found|traceback|panic|exited|restarting|killed|blocked|cancell?ed|unhealthy|unreachable|no such"
    r"|(?-i:\bE[A-Z]{4,}\b)|오류|에러|실패|불가|거부|없[습는음]|초과",
    re.IGNORECASE,
)
# A request that was answered with an error: `"GET / HTTP/1.1" 502`, `status=503`.
_BAD_STATUS = re.compile(
    r"\bHTTP/[\d.]+\"?\s[45]\d\d\b|\bstatus(?:[ _]?code)?\W{1,3}[45]\d\d\b", re.I
)
_GOOD_STATUS = re.compile(r"\bHTTP/[\d.]+\"?\s[123]\d\d\b", re.I)
_ROUTINE_LINE = re.compile(
    r"^(?-i:[^a-z]{0,80})\b(?:trace|debug|info|notice)\b|\blevel=\"?(?:debug|info)"
    r"|\b(?:passed|healthy|succeeded|successful(?:ly)?|unchanged|cached|loaded|reused)\b",
    re.I,
)
_STAMPED = re.compile(r"^\W{0,2}(?:\d|[A-Z][a-z]{2}\s+\d)|\d\d:\d\d:\d\d")
_SPOKEN = re.compile(
    r"[가-힣]{2,}(?:\s+\S+)*\s+[가-힣]{2,}|^\s*[A-Za-z][a-z',]*(?:\s[A-Za-z',/-]+){4,}"
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
    if not is_log or _BAD_STATUS.search(line):
        return LOUD
    if _GOOD_STATUS.search(line):
        return _ROUTINE
    is_error = bool(_ERROR.search(line))
    if _ROUTINE_LINE.search(line):
        return _ROUTINE
    return LOUD if is_error or _is_spoken(line) else _PLAIN


def _is_spoken(line: str) -> bool:
    """Whether a person wrote it: a sentence, without the time that a program puts before it."""
    return not _STAMPED.search(line) and bool(_SPOKEN.search(line))


def telling_shapes(lines: list[Line]) -> list[str]:
    """The shapes that say what went wrong: the errors where there are any, else all."""
    loud = [line.shape for line in lines if line.weight == LOUD and _ERROR.search(line.text)]
    return (
        loud or [line.shape for line in lines if line.weight != _FRAME] or [x.shape for x in lines]
    )

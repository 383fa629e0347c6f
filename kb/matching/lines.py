"""Which lines of a paste deserve to be heard: each shape once, errors before noise.

A short text is an alert or a message: it begins with what happened, and says after it where,
how much and what to do. A log has no such headline: there errors stand out by themselves.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import accumulate, repeat
from typing import NamedTuple

from kb.matching.expressions import Locators
from kb.matching.fingerprint import shape
from kb.matching.forms import forms

# A paste this short is heard whole; a longer one is a log, where errors stand out, and so does
# what a person wrote around it.
_SHORT = 6
LOUD = 100
_PLAIN, _FRAME, _ROUTINE = 20, 25, 8
_HEADLINE, _AFTER = 100, 40

# What a line can be, by RE2 expressions that are all tried in one pass.
_ERROR, _BAD_STATUS, _GOOD_STATUS, _ROUTINE_LINE, _STAMPED, _SPOKEN, _FRAME_LINE = range(7)
_KINDS = {
    _ERROR: r"error|exception|fail|fatal|critical|refused|denied|cannot|can't|could not|unable"
    r"|timed? ?out|not found|traceback|panic|exited|restarting|killed|blocked|cancell?ed|unhealthy|unreachable"
    r"|no such|(?-i:\bE[A-Z]{4,}\b)|오류|에러|실패|불가|거부|없[습는음]|초과",
    # A request that was answered with an error: `"GET / HTTP/1.1" 502`, `status=503`.
    _BAD_STATUS: r"\bHTTP/[\d.]+\"?\s[45]\d\d\b|\bstatus(?:[ _]?code)?\W{1,3}[45]\d\d\b",
    _GOOD_STATUS: r"\bHTTP/[\d.]+\"?\s[123]\d\d\b",
    _ROUTINE_LINE: r"^(?-i:[^a-z]*)\b(?:trace|debug|info|notice)\b|\blevel=\"?(?:debug|info)"
    r"|\b(?:passed|healthy|succeeded|successful(?:ly)?|unchanged|cached|loaded|reused)\b",
    _STAMPED: r"^[^\w가-힣]{0,2}(?:\d|(?-i:[A-Z][a-z]{2})\s+\d)|\d+:\d+:\d",
    _SPOKEN: r"[가-힣]{2}\s(?:.*\s)?[가-힣]{2}|^\s*[a-z][a-z',]*(?:\s[a-z',/-]+){4,}",
    _FRAME_LINE: r"^\s*(?:at\s\S+.*[:(]|(?-i:File)\s\"[^\"]+\",\sline\s\d+|\S+\s@\s\S+:\d+"
    r"|\.{3}\s\d+\smore|\^+\s*$)",
}
# What names an error is heard wherever it stands: an exception, a constant, a status.
_NAMED_ERROR = re.compile(
    r"[a-z](?:Error|Exception)\b|\b(?:[A-Z]+_)?ERR(?:OR)?_[A-Z]|\bE[A-Z]{4,}\b|\b[45]\d\d\b(?!%|\.\d)"
    r"|\b[Ee]rrno\b|\bWinError\b"
)
_SAYS = re.compile(r"\w")
_LONGEST_REMEMBERED = 500
# Each weighs so little beside an error that no more of them could change an answer.
_MOST_ROUTINE = 12
_MOST_REPEATS = 16
_SENTENCE_ENDS = (".", ":", "!", "?", ";")


class Line(NamedTuple):
    """`weight` is how loud the line is, `told` how much it is the headline; both in hundredths.

    A repeat has a form that was seen before: only its facts are read, and they weigh nothing.
    """

    text: str
    start: int
    weight: int
    told: int
    is_error: bool = False
    is_repeat: bool = False


def read_lines(text: str) -> list[Line]:
    """The lines to read, in order.

    A repeated line is left out where its form is routine or a stack frame, and after so many
    repeats: what a log says a hundred times costs most of its reading and tells nothing new.
    """
    said = _said(text)
    is_log = len(said) > _SHORT
    told = repeat(_HEADLINE) if is_log else _headlines([line for line, _, _ in said])
    first: dict[str, Line] = {}
    repeats: dict[str, int] = defaultdict(int)
    lines = []
    for (line, start, form), headline in zip(said, told, strict=False):
        known = first.get(form)
        if known is None:
            first[form] = heard = _heard(line, start, form, is_log=is_log, told=headline)
            lines.append(heard)
        elif known.weight not in (_FRAME, _ROUTINE) and repeats[form] < _MOST_REPEATS:
            repeats[form] += 1
            lines.append(Line(line, start, 0, 0, is_repeat=True))
    return lines


def heard_lines(text: str) -> list[Line]:
    """The lines that are heard: the first of each form."""
    return [line for line in read_lines(text) if not line.is_repeat]


def _said(text: str) -> list[tuple[str, int, str]]:
    """Each line that says something, with its place and its form."""
    lines, formed = text.splitlines(keepends=True), forms(text)
    starts = accumulate(map(len, lines), initial=0)
    saying = {form for form in set(formed) if _SAYS.search(form)}
    return [said for said in zip(lines, starts, formed, strict=False) if said[2] in saying]


def _headlines(lines: list[str]) -> Iterator[int]:
    """How much each line of a short text is its headline, in hundredths.

    A line that goes on the sentence of the line before is as much headline as that.
    """
    told, before = _HEADLINE, ""
    for number, line in enumerate(lines):
        goes_on = line.lstrip()[:1].islower() and not before.rstrip().endswith(_SENTENCE_ENDS)
        if _NAMED_ERROR.search(line):
            told = _HEADLINE
        elif number and not goes_on:
            told = _AFTER
        yield told
        before = line


def _heard(line: str, start: int, form: str, *, is_log: bool, told: int) -> Line:
    kinds = _kinds(form) if len(form) <= _LONGEST_REMEMBERED else _kinds.__wrapped__(form)
    return Line(line, start, _weight(kinds, is_log), told, _ERROR in kinds)


@lru_cache(maxsize=16_384)
def _kinds(form: str) -> tuple[int, ...]:
    """What sort of line it is. Asked of the form, so the same program's next log costs nothing."""
    return tuple(_expressions().present(form.encode()))


@cache
def _expressions() -> Locators:
    return Locators([*_KINDS.values()])


def _weight(kinds: tuple[int, ...], is_log: bool) -> int:
    if _FRAME_LINE in kinds:
        return _FRAME
    if not is_log or _BAD_STATUS in kinds:
        return LOUD
    if _GOOD_STATUS in kinds or _ROUTINE_LINE in kinds:
        return _ROUTINE
    # A person wrote it: a sentence, without the time that a program puts before it.
    is_spoken = _SPOKEN in kinds and _STAMPED not in kinds
    return LOUD if _ERROR in kinds or is_spoken else _PLAIN


def worded_lines(lines: list[Line]) -> list[Line]:
    """The lines whose words are heard: of the routine ones the first few, where others speak.

    Facts and concepts are read in all of them.
    """
    others = [line for line in lines if line.weight > _ROUTINE]
    routine = [line for line in lines if line.weight <= _ROUTINE]
    return others + routine[:_MOST_ROUTINE] if others else routine


def telling_shapes(lines: list[Line]) -> Iterator[str]:
    """The shapes that say what went wrong: the errors where there are any, else all."""
    loud = [line for line in lines if line.weight == LOUD and line.is_error]
    chosen = loud or [line for line in lines if line.weight != _FRAME] or lines
    return (shape(line.text) for line in chosen)

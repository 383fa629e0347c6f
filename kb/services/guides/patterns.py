"""Whether a symptom's pattern can be used: it compiles, it is small, and it says something."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import re2

from kb.ingest.complaints import gettext_noop

# A pattern of 500 characters that is written by hand needs hundreds of steps; one that repeats
# whole classes of characters a thousand times needs half a million, on every pasted text.
MOST_STEPS = 20_000
# Words of no language and a few numbers: what is found here is found in any text.
SAYS_NOTHING = ("Zuqe vomix, habul 90817 (trenaq): olby.", "쟈꼐 뵤휴 94 꾀쟵 텨뮤.")

_NOT_COMPILED = gettext_noop("the pattern does not compile at character %(place)s: %(problem)s")
_TOO_LARGE = gettext_noop("the pattern needs too much memory: let it repeat less")
_EMPTY = gettext_noop(
    "the pattern needs nothing at all, so it would be found in every text: "
    "take a * or ? away, or write more of the message"
)
_EVERYTHING = gettext_noop(
    "the pattern is found in any text, even in “%(sample)s”: write more of the message"
)
# RE2's own words, and what they mean to an author. The piece it stumbled over stands behind them.
_RE2_SAYS = {
    "missing )": gettext_noop("the ( at character %(place)s is not closed"),
    "missing ]": gettext_noop("the [ at character %(place)s is not closed"),
    "unexpected )": gettext_noop("the ) at character %(place)s closes nothing"),
    "trailing \\": gettext_noop("the \\ at character %(place)s, the last, escapes nothing"),
    "no argument for repetition operator": gettext_noop(
        "at character %(place)s there is nothing to repeat"
    ),
    "bad repetition operator": gettext_noop(
        "at character %(place)s one repetition follows another"
    ),
    "invalid repetition size": gettext_noop(
        "the repetition at character %(place)s goes beyond 1000 in all, or backwards"
    ),
    "invalid character class range": gettext_noop(
        "at character %(place)s stands no class or range of characters"
    ),
    "invalid escape sequence": gettext_noop(
        "there is no such escape as at character %(place)s (RE2 has no references back)"
    ),
    "invalid perl operator": gettext_noop(
        "there is no such group as at character %(place)s (RE2 cannot look ahead or behind)"
    ),
    "invalid named capture group": gettext_noop(
        "the group at character %(place)s has no proper name"
    ),
}


@dataclass(frozen=True, kw_only=True)
class PatternProblem:
    """`template` with `values` is the sentence; `place`, where it has one, counts from 1."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


def problem_of(pattern: str) -> PatternProblem | None:
    """Why the pattern cannot be kept, or None. An empty pattern is no pattern.

    RE2 runs in linear time, so none that is kept can hang a search.
    """
    if not pattern:
        return None
    try:
        compiled = _compile(pattern)
    except re2.error as exc:
        return _not_compiled(pattern, exc)
    if compiled.programsize > MOST_STEPS:
        return PatternProblem(template=_TOO_LARGE)
    return _too_broad(compiled)


def _too_broad(compiled: Any) -> PatternProblem | None:
    for sample in ("", *SAYS_NOTHING):
        found = compiled.search(sample)
        if found and found.start() == found.end():
            return PatternProblem(template=_EMPTY)
        if found:
            return PatternProblem(template=_EVERYTHING, values={"sample": sample})
    return None


def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    # As it is looked for; both cases need more memory than one.
    options.case_sensitive = False
    return re2.compile(pattern, options)


def _not_compiled(pattern: str, exc: Exception) -> PatternProblem:
    argument = exc.args[0] if exc.args else ""
    message = argument.decode(errors="replace") if isinstance(argument, bytes) else str(argument)
    said, _colon, piece = message.partition(": ")
    if said.startswith("pattern too large"):
        return PatternProblem(template=_TOO_LARGE)
    values: dict[str, Any] = {"place": _place(pattern, piece)}
    if said in _RE2_SAYS:
        return PatternProblem(template=_RE2_SAYS[said], values=values)
    return PatternProblem(template=_NOT_COMPILED, values={**values, "problem": message})


def _place(pattern: str, piece: str) -> int:
    """RE2 names the piece it stumbled over, but not where it stands.

    It stands at the end of the longest beginning that still compiles, or a little before: a
    `**` is wrong from its first star. A group that is not closed has the whole pattern as piece.
    """
    good = next(end for end in range(len(pattern) - 1, -1, -1) if _compiles(pattern[:end]))
    if not piece or piece == pattern:
        return good + 1
    before = pattern.rfind(piece, 0, good + 1)
    return max(before if before >= 0 else pattern.find(piece, good), 0) + 1


def _compiles(pattern: str) -> bool:
    try:
        _compile(pattern)
    except re2.error:
        return False
    return True

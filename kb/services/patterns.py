"""Whether a symptom's pattern compiles, and where it does not."""

from dataclasses import dataclass

import re2


@dataclass(frozen=True, kw_only=True)
class PatternProblem:
    """`place` counts characters from 1."""

    place: int
    message: str


def problem_of(pattern: str) -> PatternProblem | None:
    """RE2 runs in linear time, so no pattern that an author writes can hang a search."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as exc:
        return _problem(pattern, exc)
    return None


def _problem(pattern: str, exc: Exception) -> PatternProblem:
    argument = exc.args[0] if exc.args else ""
    message = argument.decode(errors="replace") if isinstance(argument, bytes) else str(argument)
    # RE2 names the piece it stumbled over behind a colon, and no place.
    piece = message.partition(": ")[2]
    found = pattern.find(piece) if piece else -1
    return PatternProblem(place=max(found, 0) + 1, message=message)

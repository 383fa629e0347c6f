"""The letters that stand in every text an RE2 pattern matches, so that few patterns are tried."""

import re

_REPEAT = re.compile(r"\{\d*,?\d*\}")
_BRACKET = re.compile(r"\\.|[\[\]()]", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]", re.DOTALL)
_FLAGS = re.compile(r"\(\?[a-zA-Z-]*\)")
_MATCHES_NOTHING = frozenset("bBAz")
# Escapes with something behind them that would have to be read too: \x41, \pL, \Q...\E, \012.
_TOO_MUCH = frozenset("xpPQEC0123456789")


def literal_of(pattern: str) -> str:
    """The longest run of letters that any match holds, in `casefold()`; "" where none is sure.

    Reads what stands outside of groups and classes, and gives up at an alternative: what it does
    not understand only costs that the pattern is tried on more texts.
    """
    try:
        runs = _runs(pattern)
    except _Unsure:
        return ""
    return max(runs, key=len).casefold()


class _Unsure(Exception):
    """Something that this reader does not understand."""


def _runs(pattern: str) -> list[str]:
    """What stands together outside of groups, classes and repetitions; never empty."""
    flags = _FLAGS.match(pattern)
    runs, at = [""], flags.end() if flags else 0
    while at < len(pattern):
        character = pattern[at]
        # A repetition behind flags repeats what stands before them.
        if character == "|" or _FLAGS.match(pattern, at):
            raise _Unsure
        if character in "*?{":
            runs[-1] = runs[-1][:-1]
        literal, at = _step(pattern, at)
        if literal is None:
            runs.append("")
        else:
            runs[-1] += literal
    return runs


def _step(pattern: str, at: int) -> tuple[str | None, int]:
    """The literal at a place, None where the run ends there, and the next place."""
    character = pattern[at]
    if character == "\\":
        return _escaped(pattern, at)
    if character == "[":
        return None, _end_of_class(pattern, at)
    if character == "(":
        return None, _end_of_group(pattern, at)
    if character == "{" and (repeat := _REPEAT.match(pattern, at)):
        return None, repeat.end()
    return (None if character in ".^$*+?{\n" else character), at + 1


def _escaped(pattern: str, at: int) -> tuple[str | None, int]:
    character = pattern[at + 1 : at + 2]
    if not character or character in _TOO_MUCH:
        raise _Unsure
    if character in _MATCHES_NOTHING:
        return "", at + 2
    return (None if character.isalnum() else character), at + 2


def _end_of_class(pattern: str, at: int) -> int:
    found = _CLASS.match(pattern, at)
    if not found:
        raise _Unsure
    return found.end()


def _end_of_group(pattern: str, at: int) -> int:
    """Behind the bracket that closes the group opened here."""
    depth = 0
    while found := _BRACKET.search(pattern, at):
        at = found.end()
        if found[0] == "[":
            at = _end_of_class(pattern, found.start())
        elif found[0] in "()":
            depth += 1 if found[0] == "(" else -1
            if not depth:
                return at
    raise _Unsure

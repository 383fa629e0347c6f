"""Regular expressions in linear time: RE2 where it is installed, and what happens where it is not.

On the base's own host RE2 is always there. An agent may run on a host with nothing but Python:
our own patterns then run on `re`, and what a user wrote only where it cannot run away.
"""

import functools
import importlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from probes.engine.errors import CannotLook

Finder = Callable[[str], bool]

try:
    _re2: Any = importlib.import_module("re2")
except ImportError:
    _re2 = None

# Words beside one another and alternatives of words: no repetition, so nothing to back-track
# over, and RE2 and `re` read it alike.
_ONLY_WORDS = re.compile(r"(?:\(\?i\))?(?:[A-Za-z0-9 _/:;,=@%~#<>&\"'!|-]|\\[.+*?()\[\]{}|^$-])+")
# The parts of our own patterns that the two read differently, inside a class and outside.
_SPELLED_INSIDE = {r"\s": r"\t\n\f\r ", r"\w": "0-9A-Za-z_", r"\pL\pN_": r"\w"}
_SPELLED_OUTSIDE = {r"\s": r"[\t\n\f\r ]", r"\w": "[0-9A-Za-z_]", r"\b": r"(?a:\b)", "$": r"\Z"}
_PIECE = re.compile(r"\(\?m:\$\)|\\pL\\pN_|\\.|\[\^?\]?|.", re.DOTALL)


def compile_own(pattern: str) -> Any:
    """A pattern of ours. On `re` it finds the same; a test holds that for all of them."""
    return _re2.compile(pattern) if _re2 else re.compile(in_words_of_re(pattern))


def finder_of_own(pattern: str) -> Finder:
    """Whether a pattern of ours is anywhere in a text."""
    if _re2:
        return _finder(pattern)
    found = compile_own(pattern)
    return lambda text: found.search(text) is not None


@functools.lru_cache(maxsize=512)
def finder_of(text: str) -> Finder:
    """Whether a pattern that a user wrote is anywhere in a text. Raises as `compile_pattern`."""
    compiled = compile_pattern(text)
    return _finder(text) if _re2 else lambda searched: compiled.search(searched) is not None


def _finder(pattern: str) -> Finder:
    """A set of one answers yes or no at a fifth of the cost of saying where."""
    options = _re2.Options()
    options.log_errors = False
    one = _re2.Set.SearchSet(options)
    one.Add(pattern)
    one.Compile()
    return lambda text: bool(one.Match(text))


@functools.lru_cache(maxsize=512)
def compile_pattern(text: str) -> Any:
    """A pattern that a user wrote, in linear time whatever it says.

    Raises ValueError for what is no pattern, CannotLook where RE2 would be needed and is missing.
    """
    if _re2 is None:
        return _compile_words(text)
    options = _re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return _re2.compile(text, options)
    except _re2.error as error:
        raise ValueError(f"is not a pattern RE2 understands: {_reason(error)}") from None


def _compile_words(text: str) -> Any:
    if _ONLY_WORDS.fullmatch(text):
        return re.compile(text)
    raise CannotLook(
        "library_missing",
        f"the pattern {text!r} needs RE2, which is not installed here; install it with "
        "`python3 -m pip install google-re2`",
    )


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


def in_words_of_re(pattern: str) -> str:
    """An RE2 pattern of ours as `re` writes it: `\\b \\w \\s` are ASCII there, `$` is the end."""
    return "".join(_translated(pattern))


def _translated(pattern: str) -> Iterator[str]:
    is_inside = False
    for found in _PIECE.finditer(pattern):
        piece = found.group()
        if not is_inside and piece.startswith("["):
            is_inside = True
        elif is_inside and piece == "]":
            is_inside = False
        yield (_SPELLED_INSIDE if is_inside else _SPELLED_OUTSIDE).get(piece, piece)

"""Finding places fast: RE2 without groups is one automaton, about a nanosecond a character.

Python's engine tries every alternative at every character, 20 to 400 times slower; here it only
looks at the places that RE2 found. Both read `\\w`, `\\d` and `\\b` as ASCII, so that a Korean
particle written onto a word or number ends it.
"""

import re
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heapreplace
from typing import TypeAlias

import re2

from kb.matching.values import Span

Locator: TypeAlias = re2._Regexp
_ANYWHERE = re2._Anchor.UNANCHORED
_MAX_MEMORY = 64 << 20
_TOGETHER = 20


def locator(pattern: str) -> Locator:
    """An expression that finds places only; its groups are not kept."""
    return re2.compile(f"(?m){pattern}", _options())


def _options() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.max_mem = _MAX_MEMORY
    return options


def expression(pattern: str, *, exact_case: bool = False) -> re.Pattern[str]:
    """The same for Python's engine, with groups."""
    flags = re.ASCII | re.MULTILINE
    return re.compile(pattern, flags if exact_case else flags | re.IGNORECASE)


def spans(where: Locator, encoded: bytes) -> Iterator[Span]:
    """The places found, left to right without overlap, in bytes."""
    # The wrapper's own iterator costs twice what the search does.
    search, size, at = where._regexp.Match, len(encoded), 0
    while at <= size:
        found: Span = search(_ANYWHERE, encoded, at, size)[0]
        start, end = found
        if start < 0:
            return
        yield found
        at = end if end > start else start + 1


def first(where: Locator, encoded: bytes, at: int) -> Span | None:
    """The first place from `at` on."""
    found: Span = where._regexp.Match(_ANYWHERE, encoded, at, len(encoded))[0]
    return found if found[0] >= 0 else None


class Source:
    """A text with the bytes that RE2 reads, made once for many locators."""

    __slots__ = ("encoded", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.encoded = text.encode()

    def places(self, where: Locator) -> Iterator[Span]:
        """The places found, left to right without overlap, in characters of the text."""
        return self.in_characters(spans(where, self.encoded))

    def in_characters(self, found: Iterator[Span]) -> Iterator[Span]:
        """Places in bytes, left to right without overlap, as places in the text."""
        return found if len(self.encoded) == len(self.text) else self._counted(found)

    def _counted(self, found: Iterator[Span]) -> Iterator[Span]:
        at, characters = 0, 0
        for start, end in found:
            first = characters + len(self.encoded[at:start].decode())
            at, characters = end, first + len(self.encoded[start:end].decode())
            yield first, characters


class Locators:
    """Many expressions asked at once which of them can be found at all: one pass for all."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._set = re2.Set.SearchSet(_options())
        for pattern in patterns:
            self._set.Add(f"(?m){pattern}")
        self._set.Compile()

    def present(self, encoded: bytes) -> list[int]:
        """The numbers of those that are found somewhere, in order."""
        return sorted(self._set.Match(encoded) or ())


class Alternatives:
    """Many expressions looked for as if they were one: at a place, the first of them wins.

    As one, a hundred expressions meet a new state of their automaton in nearly every new text,
    and making one is dear; some together know all theirs soon.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        groups = range(0, len(patterns), _TOGETHER)
        self._groups = [locator("|".join(patterns[at : at + _TOGETHER])) for at in groups]
        self._whole = re2.Set.FullMatchSet(_options())
        for pattern in patterns:
            self._whole.Add(f"(?s:.)(?m:{pattern})(?s:.)")
        self._whole.Compile()

    def places(self, source: Source) -> Iterator[Span]:
        return source.in_characters(self._spans(source.encoded))

    def which(self, piece: str) -> int:
        """The number of the one that won a place. `piece`: the place and a character around it."""
        found: list[int] = self._whole.Match(piece.encode())
        return min(found)

    def _spans(self, encoded: bytes) -> Iterator[Span]:
        """The next place of each group waits in a heap; the first of them comes next."""
        found = [n for number in range(len(self._groups)) if (n := self._next(number, encoded, 0))]
        heapify(found)
        at = 0
        while found:
            start, number, end = found[0]
            if start >= at:
                yield start, end
                at = max(end, start + 1)
            if following := self._next(number, encoded, at):
                heapreplace(found, following)
            else:
                heappop(found)

    def _next(self, number: int, encoded: bytes, at: int) -> tuple[int, int, int] | None:
        if at > len(encoded):
            return None
        start, end = self._groups[number]._regexp.Match(_ANYWHERE, encoded, at, len(encoded))[0]
        return (start, number, end) if start >= 0 else None

"""A reader of facts: RE2 finds the places, Python's engine takes them apart."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache

from kb.matching.expressions import Locator, Source, expression, locator

Found = re.Match[str]
# Start, end, type and value of a fact.
Place = tuple[int, int, str, str]
Read = Callable[[Found], Iterable[Place]]

# How far `after` may look past the end of what is taken. Without it, a word's end is all there is.
_AHEAD = 8
# Nothing that has a name is longer. (Counting in the expressions would make RE2's automaton large.)
_LONGEST = 500
_REMEMBERED = 8192


class Reader:
    """`pattern` is read by both engines: groups, no lookaround; blanks in it mean nothing.

    `before`: characters that may not stand before it (the inside of a class).
    `after`: an expression that may not follow it.
    `takes`: whether other readers must leave its place alone.
    """

    def __init__(
        self,
        pattern: str,
        read: Read,
        *,
        before: str = "",
        after: str = "",
        takes: bool = True,
        exact_case: bool = False,
    ) -> None:
        self.pattern = re.sub(r"\s+", "", pattern)
        # For RE2, which reads case on its own terms inside a group.
        self.locating = f"(?-i:{self.pattern})" if exact_case else self.pattern
        self.read, self.takes = read, takes
        self._before, self._after, self._exact_case = before, after, exact_case
        self._ahead = _AHEAD if after else 1
        # What the place alone decides is remembered by its words: logs repeat themselves.
        self._take_apart = lru_cache(maxsize=_REMEMBERED)(self._match)

    @cached_property
    def _where(self) -> Locator:
        return locator(self.locating)

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        before = f"(?<![{self._before}])" if self._before else ""
        after = f"(?!{self._after})" if self._after else ""
        return expression(f"{before}(?:{self.pattern}){after}", exact_case=self._exact_case)

    def readings(self, source: Source) -> Iterator[tuple[int, int, int, tuple[Place, ...]]]:
        """Each place that states something: start, end, and what it states from an offset on."""
        for start, end in source.places(self._where):
            offset = start - 1 if start else 0
            piece = source.text[offset : end + self._ahead]
            # A long piece is not worth remembering.
            take_apart = self._take_apart if len(piece) <= _LONGEST else self._match
            length, facts = take_apart(piece, start - offset)
            if facts:
                yield start, start + length, offset, facts

    def _match(self, piece: str, start: int) -> tuple[int, tuple[Place, ...]]:
        found = self._expression.match(piece, start)
        if not found:
            return 0, ()
        places = self.read(found)
        return found.end() - start, tuple(p for p in places if 0 < len(p[3]) <= _LONGEST)


def place(kind: str, found: Found, group: int | str, value: str | None = None) -> Place:
    start, end = found.span(group)
    return start, end, kind, found[group] if value is None else value


def group(kind: str) -> Read:
    """The first group that took part, as a fact of this type."""

    def read(found: Found) -> Iterator[Place]:
        for number in range(1, found.re.groups + 1):
            if found[number]:
                yield place(kind, found, number)
                return

    return read

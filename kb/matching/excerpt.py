"""The lines of a text that are read, put together, and the way back to their places in it."""

from bisect import bisect_right
from collections.abc import Sequence

from kb.matching.lines import Line
from kb.matching.values import Span

# Stands between lines that are no neighbours, so that nothing is read across them; no text holds
# it (see `analysis`).
_GAP = "\n\0\n"


class Excerpt:
    """`text` holds the read lines."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._starts: list[int] = []
        parts: list[str] = []
        length, ends = 0, 0
        for line in lines:
            if parts and line.start != ends:
                parts.append(_GAP)
                length += len(_GAP)
            self._starts.append(length)
            parts.append(line.text)
            length += len(line.text)
            ends = line.start + len(line.text)
        self.text = "".join(parts)

    def found(self, start: int, end: int) -> tuple[Span, int]:
        """Where in the whole text a place of the excerpt lies, and how loud its line is."""
        number = bisect_right(self._starts, start) - 1
        line = self._lines[number]
        shift = line.start - self._starts[number]
        return (start + shift, end + shift), line.weight

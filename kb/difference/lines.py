"""A difference as lines to read: what changed with a little around it, the rest folded away."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from kb.difference.words import Span

# Lines that stay visible on either side of a change, and how many are worth folding away.
AROUND, WORTH_FOLDING = 2, 3


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of Markdown without its end. `look` is `heading`, `code` or `prose`."""

    spans: tuple[Span, ...]
    look: str

    @property
    def is_changed(self) -> bool:
        return any(span.kind != "same" for span in self.spans)

    @property
    def is_blank(self) -> bool:
        return not any(span.text.strip() for span in self.spans)


@dataclass(frozen=True, kw_only=True)
class Fold:
    """Lines in a row: shown, or folded away because nothing near them changed."""

    lines: tuple[Line, ...]
    is_folded: bool


def folded_lines(spans: Iterable[Span]) -> list[Fold]:
    """The difference in reading order, in stretches that are shown or folded away."""
    lines = list(_lines(spans))
    shown = _near_a_change(lines)
    stretches = []
    for is_shown, run in groupby(range(len(lines)), key=shown.__contains__):
        chosen = tuple(lines[index] for index in run)
        stretches.append(Fold(lines=chosen, is_folded=not is_shown))
    return stretches


def _near_a_change(lines: Sequence[Line]) -> set[int]:
    """The lines to show; a gap that is too short to fold is shown as well."""
    shown: set[int] = set()
    for index, line in enumerate(lines):
        if line.is_changed:
            shown.update(range(index - AROUND, index + AROUND + 1))
    end = 0
    for index in [*sorted(place for place in shown if 0 <= place < len(lines)), len(lines)]:
        if index - end < WORTH_FOLDING:
            shown.update(range(end, index))
        end = index + 1
    return shown


def _lines(spans: Iterable[Span]) -> Iterator[Line]:
    is_code = False
    for line in _split(spans):
        stays = "".join(span.text for span in line if span.kind != "gone").strip()
        is_fence = stays.startswith(("```", "~~~"))
        look = "code" if is_code or is_fence else "heading" if stays.startswith("#") else "prose"
        is_code ^= is_fence
        yield Line(spans=tuple(line), look=look)


def _split(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Spans by line; where only the end of a line came or went, a sign stands for it."""
    line: list[Span] = []
    for span in spans:
        first, *more = span.text.split("\n")
        line += [Span(span.kind, first)] if first else []
        for text in more:
            if span.kind != "same" and not any(one.kind == span.kind for one in line):
                line.append(Span(span.kind, "⏎"))
            yield line
            line = [Span(span.kind, text)] if text else []
    if line:
        yield line

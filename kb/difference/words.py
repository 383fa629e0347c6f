"""Two texts as one: what stayed, what is gone, what is new."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from kb.difference.common import common

Kind = Literal["same", "gone", "new"]

# A Korean word keeps its particle: "포트를" for "포트가" is another word, not another letter.
_WORDS = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Span:
    """A stretch of text. `same` and `gone` make the text before, `same` and `new` the one after."""

    kind: Kind
    text: str


def word_difference(before: str, after: str) -> list[Span]:
    """The two texts as spans in reading order; what is gone stands before what took its place.

    Lines are compared first and words where lines differ. Any two texts of 600 kB take seconds
    at most: where they have hardly anything in common, whole stretches count as replaced.
    """
    spans: list[Span] = []
    for is_same, gone, new in _compared(_lines(before), _lines(after)):
        spans += [Span("same", gone)] if is_same else _by_words(gone, new)
    return _joined(spans)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines(keepends=True)


def _by_words(gone: str, new: str) -> list[Span]:
    if not gone or not new:
        return _replaced(gone, new)
    spans: list[Span] = []
    for is_same, old, added in _compared(_WORDS.findall(gone), _WORDS.findall(new)):
        spans += [Span("same", old)] if is_same else _replaced(old, added)
    return _without_crumbs(spans)


def _replaced(gone: str, new: str) -> list[Span]:
    return [*([Span("gone", gone)] if gone else []), *([Span("new", new)] if new else [])]


def _compared(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
    """(whether it is the same, before, after) in turn, joined to the longest stretches."""
    low = start = 0
    for place, other in [*common(before, after), (len(before), len(after))]:
        if low < place or start < other:
            yield False, "".join(before[low:place]), "".join(after[start:other])
        if place < len(before):
            yield True, before[place], after[other]
        low, start = place + 1, other + 1


def _without_crumbs(spans: Sequence[Span]) -> list[Span]:
    """A blank, or a word between two much longer changes, stayed by chance: it only confuses."""
    spans = _joined(spans)
    kept: list[Span] = []
    for index, span in enumerate(spans):
        if span.kind == "same" and _is_crumb(
            span.text, spans[max(index - 2, 0) : index], spans[index + 1 : index + 3]
        ):
            kept += [Span("gone", span.text), Span("new", span.text)]
        else:
            kept.append(span)
    return _joined(kept)


def _is_crumb(text: str, left: Sequence[Span], right: Sequence[Span]) -> bool:
    if "\n" in text or not left or not right:
        return False
    is_word = any(letter.isalnum() for letter in text)
    return not is_word or 2 * len(text) < min(_size(left), _size(right))


def _size(changes: Sequence[Span]) -> int:
    return max((len(span.text) for span in changes if span.kind != "same"), default=0)


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Neighbours of one kind as one span; between two that stayed, first gone, then new."""
    joined: list[Span] = []
    for is_same, run in groupby(spans, key=lambda span: span.kind == "same"):
        texts = {"same": "", "gone": "", "new": ""}
        for span in run:
            texts[span.kind] += span.text
        joined += (
            [Span("same", texts["same"])] if is_same else _replaced(texts["gone"], texts["new"])
        )
    return joined

"""The pasted text cut into pieces, so that a template can mark what was recognised."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from kb.matching import Fact
from kb.matching.words import EMPTY, stem, telling
from kb.models import Guide
from kb.services.diagnosing.answers import WeakMatch
from kb.templatetags.reasons import against_words

# More words in common than this say no more about a guide that is no answer.
MOST_WORDS = 12
_HANGUL = re.compile("[가-힣]")


class Span(Protocol):
    """A recognised place: code-point offsets into the text, and what it is."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def label(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A run of text; `label` is empty where nothing was recognised."""

    text: str
    label: str = ""
    start: int = 0
    end: int = 0


def pieces(text: str, marks: Iterable[Span]) -> list[Piece]:
    """The whole text in order, marked pieces apart. An overlapping mark is left out."""
    cut: list[Piece] = []
    at = 0
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if mark.start < at or mark.end > len(text) or mark.start >= mark.end:
            continue
        if mark.start > at:
            cut.append(Piece(text=text[at : mark.start]))
        words = text[mark.start : mark.end]
        cut.append(Piece(text=words, label=mark.label, start=mark.start, end=mark.end))
        at = mark.end
    if at < len(text):
        cut.append(Piece(text=text[at:]))
    return cut


@dataclass(frozen=True, kw_only=True)
class Clue:
    """A fact, once, however often the text repeats it, and the marks that light up for it."""

    type: str
    value: str
    lights: str = ""


def clues(facts: Iterable[Fact], marks: Iterable[Span]) -> list[Clue]:
    marks = tuple(marks)
    places: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for fact in facts:
        places.setdefault((fact.type, fact.value), []).append(fact.span)
    return [
        Clue(type=type_, value=value, lights=lit(spans, marks))
        for (type_, value), spans in places.items()
    ]


def lit(spans: Iterable[tuple[int, int]], marks: Iterable[Span]) -> str:
    """The ids of the marks that touch one of the spans."""
    spans = tuple(spans)
    touched = [m for m in marks if any(m.start < end and at < m.end for at, end in spans)]
    return " ".join(f"m{mark.start}" for mark in touched)


@dataclass(frozen=True, kw_only=True)
class Weak:
    """A guide that only shares words with the text, those words, and what speaks against it."""

    guide: Guide
    words: tuple[str, ...]
    against: tuple[str, ...]


def weak(match: WeakMatch, text: str) -> Weak:
    spans = sorted({span for reason in match.match.why for span in reason.spans})
    words = [text[start:end] for start, end in _whole(spans, text)]
    # Of words that stand in every sentence nobody learns why a guide came up.
    words = [word for word in words if telling(stem(word.lower())) > EMPTY]
    against = [against_words(reason.kind, reason.label) for reason in match.match.against]
    return Weak(
        guide=match.guide, words=tuple(dict.fromkeys(words))[:MOST_WORDS], against=tuple(against)
    )


def _whole(spans: Iterable[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Pairs of syllables joined to what they were read from; endings of other words left out."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return [span for span in joined if not _is_ending(*span, text)]


def _is_ending(start: int, end: int, text: str) -> bool:
    before = text[start - 1 : start]
    return bool(_HANGUL.fullmatch(before) and _HANGUL.match(text[start:end]))

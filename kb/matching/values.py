"""What passes between the steps of matching: facts, terms, the analysis, explained scores.

Spans are half-open code-point offsets into `Analysis.text`. What is made by the hundred for each
text is a named tuple, which costs a third of a frozen dataclass.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

Span = tuple[int, int]

# A place in what is read, as a place in the text, and how loud its line is, in hundredths.
Locate = Callable[[int, int], tuple[Span, int]]


def heard_whole(start: int, end: int) -> tuple[Span, int]:
    """For a text that is read as it is, every line of it: a guide."""
    return (start, end), 100


class Strength(StrEnum):
    """How far a match can be trusted. Only `STRONG` and `POSSIBLE` are shown as an answer."""

    STRONG = "strong"
    POSSIBLE = "possible"
    WEAK = "weak"


class Fact(NamedTuple):
    """Something the text states exactly: a port, a status, an error constant, ...

    `line` is its line's weight in hundredths: what a log's routine lines state matters little.
    """

    type: str
    value: str
    span: Span
    line: int = 100


class ConceptHit(NamedTuple):
    """A known idea under any of its wordings: `refused` for "연결 거부" and ECONNREFUSED.

    `line` is its line's weight, as for a fact.
    """

    name: str
    span: Span
    line: int = 100


class Term(NamedTuple):
    """What the index is asked for.

    `kind`: word, syllables (Korean character pair), identifier, pair (of words), beginning (of a
    word, asked of titles), concept, fact.
    `weight` is in hundredths and says how much the term deserves to be heard; `line` is the part
    its line has in that.
    """

    key: str
    kind: str
    weight: int
    spans: tuple[Span, ...]
    line: int = 100


class HeardLine(NamedTuple):
    """One line that was read, as its half-open span, with its weight in hundredths."""

    start: int
    end: int
    weight: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Analysis:
    """`heard` holds the lines that were read, in order; of a shape only the first one."""

    text: str
    truncated: bool
    heard: tuple[HeardLine, ...]
    facts: tuple[Fact, ...]
    concepts: tuple[ConceptHit, ...]
    terms: tuple[Term, ...]
    anchors: frozenset[str]
    fingerprint: str

    def values(self, fact_type: str) -> tuple[str, ...]:
        """The different values of one type of fact, in the text's order."""
        return tuple(dict.fromkeys(f.value for f in self.facts if f.type == fact_type))

    @property
    def loudest(self) -> int:
        return max((line.weight for line in self.heard), default=0)

    def loudness(self, place: int) -> int:
        """The weight of the line at a place; of a line whose shape was heard before, 0."""
        number = bisect_right(self.heard, place, key=lambda line: line.start) - 1
        if number < 0 or self.heard[number].end <= place:
            return 0
        return self.heard[number].weight


@dataclass(frozen=True, kw_only=True, slots=True)
class SymptomHit:
    """An authored symptom found in the text.

    `share`: how surely it is there, in hundredths; 100 where it stands as it was written on a
    loud line, else how much of what its phrase tells is there.
    """

    symptom_id: int
    slug: str
    matched: str
    span: Span
    share: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """One named part of a score. `amount` is a whole number, negative where it speaks against.

    `kind`: symptom, word, syllables, identifier, pair, beginning, concept, fact, port, container,
    service, and against only: layer, product, status. `label` is what the text says there.
    `entry` is what was spoken for: `guide` or `symptom:<slug>`.
    """

    kind: str
    label: str
    spans: tuple[Span, ...]
    amount: int
    entry: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """One guide against one text. `why` and `against` together sum to `score`."""

    score: int
    confidence: int
    strength: Strength
    why: tuple[Contribution, ...]
    against: tuple[Contribution, ...] = ()
    symptoms: tuple[SymptomHit, ...] = ()
    causes: Mapping[str, float] = field(default_factory=dict)

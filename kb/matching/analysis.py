"""From pasted text to what the index is asked: facts, terms, anchors, fingerprint."""

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from kb.matching.beginnings import with_beginnings
from kb.matching.concepts import concepts_of
from kb.matching.facts import find_facts
from kb.matching.fingerprint import fingerprint
from kb.matching.lines import Line, heard_lines, telling_shapes
from kb.matching.phrases import anchors_of
from kb.matching.terms import IDENTIFIER, PAIR, SYLLABLES, WORD, scan
from kb.matching.values import Analysis, ConceptHit, Fact, Heard, Span, Term
from kb.matching.words import COMMON, telling

# A longer text is cut in its middle: a log begins with what was started and ends with the error.
MAX_CHARS = 100_000
_HEAD_CHARS = 30_000
# No database and no expression engine takes these; one character for one keeps the places.
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
_CUT = "\n…\n"

# How many terms a text may bring before the index says which of them are rare.
_MOST_TERMS = 400
_MOST_SPANS = 6

CONCEPT, FACT = "concept", "fact"
_KIND_WEIGHT = {WORD: 100, SYLLABLES: 60, IDENTIFIER: 100, PAIR: 100, CONCEPT: 120, FACT: 120}

# Facts that are found as terms of their own; other types are read as words already.
INDEXED_FACTS = frozenset({"http_status", "errno", "port", "module", "container", "origin"})


def analyse(text: str) -> Analysis:
    """Everything matching needs to know about a text. Pure: the same text, the same answer.

    Spans count in the answer's own `text`, which is the given one in Unicode form NFC
    (Korean pasted from a Mac arrives decomposed) and cut when it is too long.
    """
    whole = _NOT_STORABLE.sub("\N{REPLACEMENT CHARACTER}", unicodedata.normalize("NFC", text))
    kept = _cut(whole)
    lines = heard_lines(kept)
    facts = _weighed(find_facts(kept), lines)
    concepts = _weighed(concepts_of(kept, facts), lines)
    return Analysis(
        text=kept,
        truncated=len(whole) > len(kept),
        heard=tuple(Heard(one.start, one.start + len(one.text), one.weight) for one in lines),
        facts=facts,
        concepts=concepts,
        terms=_terms(kept, lines, facts, concepts),
        anchors=anchors_of(line.text for line in lines),
        fingerprint=fingerprint(telling_shapes(lines)),
    )


_Found = TypeVar("_Found", Fact, ConceptHit)


def _weighed(found: Iterable[_Found], lines: list[Line]) -> tuple[_Found, ...]:
    """What is found, with its line's weight; a line of a shape heard before has the least."""
    line_at = _finder(lines)
    return tuple(
        replace(one, line=line.weight if (line := line_at(one.span[0])) else 0) for one in found
    )


def _finder(lines: list[Line]) -> Callable[[int], Line | None]:
    """The heard line at a place, if there is one."""
    starts = [line.start for line in lines]

    def line_at(place: int) -> Line | None:
        line = lines[bisect_right(starts, place) - 1] if starts else None
        return line if line and line.start <= place < line.start + len(line.text) else None

    return line_at


def _cut(text: str) -> str:
    if len(text) <= MAX_CHARS:
        return text
    tail = MAX_CHARS - _HEAD_CHARS - len(_CUT)
    return text[:_HEAD_CHARS] + _CUT + text[-tail:]


def _terms(
    text: str, lines: list[Line], facts: Iterable[Fact], concepts: Iterable[ConceptHit]
) -> tuple[Term, ...]:
    """The heaviest terms, heaviest first, then by key."""
    gathered: dict[tuple[str, str], _Gathered] = defaultdict(_Gathered)
    for line in lines:
        for token in scan(line.text, line.start):
            weight = _KIND_WEIGHT[token.kind] * told(token.key) // 100
            gathered[token.key, token.kind].add(weight, line, (token.start, token.end))
    line_at = _finder(lines)
    for key, kind, span in _exact(facts, concepts):
        if heard := line_at(span[0]):
            gathered[key, kind].add(_KIND_WEIGHT[kind], heard, span)
    terms = [one.term(key, kind) for (key, kind), one in gathered.items() if one.weight > 0]
    return tuple(with_beginnings(text, terms)[:_MOST_TERMS])


def _exact(
    facts: Iterable[Fact], concepts: Iterable[ConceptHit]
) -> Iterator[tuple[str, str, Span]]:
    for concept in concepts:
        yield f"@{concept.name}", CONCEPT, concept.span
    for fact in facts:
        if fact.type in INDEXED_FACTS:
            yield fact_term(fact), FACT, fact.span


@dataclass(slots=True)
class _Gathered:
    """What is known of one term while a text is read."""

    weight: int = 0
    line: int = 0
    spans: list[Span] = field(default_factory=list)

    def add(self, weight: int, line: Line, span: Span) -> None:
        self.weight = max(self.weight, weight * line.weight * line.told // 10_000)
        self.line = max(self.line, line.weight)
        if len(self.spans) < _MOST_SPANS:
            self.spans.append(span)

    def term(self, key: str, kind: str) -> Term:
        spans = tuple(self.spans)
        return Term(key=key, kind=kind, weight=self.weight, spans=spans, line=self.line)


def told(key: str) -> int:
    """How much a term tells by itself, in hundredths; a pair tells what its words tell."""
    if " " not in key:
        return telling(key)
    first, second = (telling(word) for word in key.split(" ", 1))
    return (first + second) // 2 if min(first, second) >= COMMON else min(first, second) * 4


def fact_term(fact: Fact) -> str:
    return f"#{fact.type}:{fact.value.lower()}"[:100]

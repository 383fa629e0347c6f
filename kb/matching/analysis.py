"""From pasted text to what the index is asked: facts, terms, anchors, fingerprint."""

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from kb.matching.concepts import concepts_of
from kb.matching.facts import find_facts
from kb.matching.fingerprint import fingerprint
from kb.matching.lines import Line, heard_lines, telling_shapes
from kb.matching.phrases import anchors_of
from kb.matching.terms import IDENTIFIER, PAIR, SYLLABLES, WORD, scan
from kb.matching.values import Analysis, ConceptHit, Fact, Span, Term
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
_KIND_WEIGHT = {WORD: 100, SYLLABLES: 60, IDENTIFIER: 120, PAIR: 50, CONCEPT: 160, FACT: 120}

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
        facts=facts,
        concepts=concepts,
        terms=_terms(lines, facts, concepts),
        anchors=anchors_of(line.text for line in lines),
        fingerprint=fingerprint(telling_shapes(lines)),
    )


_Found = TypeVar("_Found", Fact, ConceptHit)


def _weighed(found: Iterable[_Found], lines: list[Line]) -> tuple[_Found, ...]:
    """What is found, with its line's weight; a line of a shape heard before has the least."""
    starts = [line.start for line in lines]
    return tuple(replace(one, line=_line_weight(one.span[0], lines, starts)) for one in found)


def _line_weight(at: int, lines: list[Line], starts: list[int]) -> int:
    line = lines[bisect_right(starts, at) - 1] if starts else None
    return line.weight if line and line.start <= at < line.start + len(line.text) else 0


def _cut(text: str) -> str:
    if len(text) <= MAX_CHARS:
        return text
    tail = MAX_CHARS - _HEAD_CHARS - len(_CUT)
    return text[:_HEAD_CHARS] + _CUT + text[-tail:]


def _terms(
    lines: list[Line], facts: Iterable[Fact], concepts: Iterable[ConceptHit]
) -> tuple[Term, ...]:
    """The heaviest terms, heaviest first, then by key."""
    weights: dict[tuple[str, str], int] = defaultdict(int)
    spans: dict[tuple[str, str], list[Span]] = defaultdict(list)

    heard: dict[tuple[str, str], int] = defaultdict(int)

    def add(key: str, kind: str, weight: int, line: int, span: Span) -> None:
        weights[key, kind] = max(weights[key, kind], weight * line // 100)
        heard[key, kind] = max(heard[key, kind], line)
        if len(spans[key, kind]) < _MOST_SPANS:
            spans[key, kind].append(span)

    for line in lines:
        for token in scan(line.text, line.start):
            weight = _KIND_WEIGHT[token.kind] * told(token.key) // 100
            add(token.key, token.kind, weight, line.weight, (token.start, token.end))
    for concept in concepts:
        add(f"@{concept.name}", CONCEPT, _KIND_WEIGHT[CONCEPT], concept.line, concept.span)
    for fact in facts:
        if fact.type in INDEXED_FACTS:
            add(fact_term(fact), FACT, _KIND_WEIGHT[FACT], fact.line, fact.span)
    terms = [
        Term(
            key=key,
            kind=kind,
            weight=weight,
            spans=tuple(spans[key, kind]),
            line=heard[key, kind],
        )
        for (key, kind), weight in weights.items()
        if weight > 0
    ]
    terms.sort(key=lambda term: (-term.weight, term.key))
    return tuple(terms[:_MOST_TERMS])


def told(key: str) -> int:
    """How much a term tells by itself, in hundredths; a pair tells what its words tell."""
    if " " not in key:
        return telling(key)
    first, second = (telling(word) for word in key.split(" ", 1))
    return (first + second) // 2 if min(first, second) >= COMMON else min(first, second) * 4


def fact_term(fact: Fact) -> str:
    return f"#{fact.type}:{fact.value.lower()}"[:100]

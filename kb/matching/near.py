"""Authored phrases that a text nearly says: most of what they tell stands close together in it.

People do not paste an author's words. A phrase is taken apart into what it tells (ideas of the
concept map, words, Korean syllable pairs), and its parts are looked for in one line of the text
and the next, in any order.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.matching.candidate import Candidate
from kb.matching.concepts import concepts_of
from kb.matching.facts import find_facts
from kb.matching.lines import LOUD
from kb.matching.terms import IDENTIFIER, SYLLABLES, WORD, scan
from kb.matching.values import Analysis, Span
from kb.matching.words import EMPTY, telling

_CONCEPT_TELLS = 150
_TELLS = {WORD: 100, SYLLABLES: 45, IDENTIFIER: 120}
# A log has many loud lines; the first ones say what happened.
_MOST_WINDOWS = 40

Units = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Windows:
    """Each loud line with the one after it: where each unit stands; and the units of them all."""

    places: Sequence[Mapping[str, Span]]
    anywhere: frozenset[str]


@dataclass(frozen=True, slots=True)
class Nearly:
    """`share` 0 to 1: how much of what the phrase tells the text has.

    `places`: start and end of each of its units there, and how much that tells.
    """

    share: float
    places: tuple[tuple[int, int, int], ...]

    @property
    def told(self) -> int:
        return sum(told for _, _, told in self.places)

    @property
    def span(self) -> Span:
        return min(start for start, _, _ in self.places), max(end for _, end, _ in self.places)

    def told_outside(self, spans: Iterable[Span]) -> int:
        """What its units tell that stand in none of these spans."""
        spans = list(spans)
        return sum(
            told
            for start, end, told in self.places
            if not any(s <= start and end <= e for s, e in spans)
        )


@lru_cache(maxsize=16_384)
def units_of(phrase: str) -> Units:
    """What a phrase tells, by index term: how much, in hundredths of a word."""
    hits = concepts_of(phrase, find_facts(phrase))
    units = {f"@{hit.name}": _CONCEPT_TELLS for hit in hits}
    covered = [hit.span for hit in hits]
    for token in scan(phrase):
        if token.kind in _TELLS and not any(s <= token.start < e for s, e in covered):
            units[token.key] = _TELLS[token.kind] * telling(token.key) // 100
    return {key: told for key, told in units.items() if told > EMPTY}


def rarities(candidates: Iterable[Candidate]) -> dict[str, float]:
    """How rare each unit is among the symptoms in question: it tells which of them is meant.

    The inverse document frequency of BM25, a symptom being the document, beside its highest.
    """
    counts: Counter[str] = Counter()
    symptoms = [symptom for guide in candidates for symptom in guide.symptoms]
    for symptom in symptoms:
        counts.update({key for phrase in symptom.phrases for key in units_of(phrase)})
    highest = math.log(1 + len(symptoms) / 1.5)
    return {
        key: math.log(1 + (len(symptoms) - count + 0.5) / (count + 0.5)) / highest
        for key, count in counts.items()
    }


def windows_of(analysis: Analysis) -> Windows:
    starts = _line_starts(analysis.text)
    lines: dict[int, dict[str, Span]] = defaultdict(dict)
    for term in analysis.terms:
        # A log that has no loud line nearly says anything.
        if term.line >= LOUD:
            for span in term.spans:
                lines[bisect_right(starts, span[0])].setdefault(term.key, span)
    loud = sorted(lines)[:_MOST_WINDOWS]
    places = [{**lines.get(line + 1, {}), **lines[line]} for line in loud]
    return Windows(places, frozenset(key for found in places for key in found))


def _line_starts(text: str) -> list[int]:
    starts, at = [0], text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def nearly(
    phrase: str, windows: Windows, rarity: Mapping[str, float], *, least: float
) -> Nearly | None:
    """The place that has most of the phrase, if that is at least the share `least`."""
    told = {key: tells * rarity.get(key, 1.0) for key, tells in units_of(phrase).items()}
    whole = math.fsum(told.values())
    here = [key for key in told if key in windows.anywhere]
    if not here or math.fsum(told[key] for key in here) < least * whole:
        return None
    sums = [math.fsum(told[key] for key in here if key in places) for places in windows.places]
    share = max(sums) / whole
    if share < least:
        return None
    return _near(phrase, here, windows.places[sums.index(max(sums))], share)


def _near(phrase: str, keys: Iterable[str], places: Mapping[str, Span], share: float) -> Nearly:
    units = units_of(phrase)
    return Nearly(share, tuple((*places[key], units[key]) for key in keys if key in places))

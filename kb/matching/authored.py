"""The authored symptoms of one guide in a text."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.matching.candidate import AuthoredSymptom
from kb.matching.phrases import find_pattern, find_phrase, specificity
from kb.matching.values import Span, SymptomHit

# A pattern is written with care, but may match little: it tells what it matched, within reason.
_PATTERN_TELLS = (25, 80)
_LEAST_BY_PATTERN = 25

# What only hints at causes is no sign of its guide either: "HTTP 200" stands in any log.
_SAYING = {"strong": 100, "moderate": 85, "weak": 25}


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthoredHit:
    """`specificity` 0 to 100: of the phrase itself, or a share of it inside a stronger hit.

    `is_telling`: its author found it more than a hint. `covers`: every word of it was authored
    (a pattern's `.*` may have matched anything).
    """

    hit: SymptomHit
    specificity: int
    is_telling: bool = True
    covers: bool = True


def find_authored(symptoms: Iterable[AuthoredSymptom], text: str) -> list[AuthoredHit]:
    """Each symptom once, by the phrase that tells most; the most telling symptom first."""
    found = [best for symptom in symptoms if (best := _best(symptom, text))]
    found.sort(key=lambda hit: (-hit.specificity, hit.hit.span, hit.hit.slug))
    return _without_echoes(found)


def _best(symptom: AuthoredSymptom, text: str) -> AuthoredHit | None:
    phrases = [(specificity(phrase), find_phrase(phrase, text)) for phrase in symptom.phrases]
    places = [(told, span, True) for told, span in phrases if span]
    if symptom.pattern and (span := find_pattern(symptom.pattern, text)):
        places.append((_told_by_pattern(text[slice(*span)]), span, False))
    if not places:
        return None
    told, span, is_phrase = max(places, key=lambda place: (place[0], place[1][1] - place[1][0]))
    matched = text[slice(*span)]
    tells = told * _SAYING[symptom.says] // 100
    is_telling = symptom.says != "weak" and (is_phrase or tells >= _LEAST_BY_PATTERN)
    return AuthoredHit(
        hit=SymptomHit(
            symptom_id=symptom.symptom_id, slug=symptom.slug, matched=matched, span=span
        ),
        specificity=tells,
        is_telling=is_telling,
        covers=is_telling and is_phrase,
    )


def _told_by_pattern(matched: str) -> int:
    least, most = _PATTERN_TELLS
    return max(least, min(most, specificity(matched)))


def _without_echoes(hits: list[AuthoredHit]) -> list[AuthoredHit]:
    """Two symptoms read from the same words are not two signs: the later one counts a quarter."""
    spans: list[Span] = []
    counted = []
    for hit in hits:
        start, end = hit.hit.span
        is_echo = any(s < end and start < e for s, e in spans)
        spans.append((start, end))
        told = hit.specificity // 4 if is_echo else hit.specificity
        counted.append(replace(hit, specificity=told))
    return counted

"""The authored symptoms of one guide in a text."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.matching.candidate import AuthoredSymptom
from kb.matching.phrases import find_pattern, find_phrase, specificity
from kb.matching.values import Span, SymptomHit

# A pattern is written with care, but may be short: it counts like a telling phrase.
_PATTERN_SPECIFICITY = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthoredHit:
    """`specificity` 0 to 100: of the phrase itself, or a share of it inside a stronger hit."""

    hit: SymptomHit
    specificity: int


def find_authored(symptoms: Iterable[AuthoredSymptom], text: str) -> list[AuthoredHit]:
    """Each symptom once, by the phrase that tells most; the most telling symptom first."""
    found = [best for symptom in symptoms if (best := _best(symptom, text))]
    found.sort(key=lambda hit: (-hit.specificity, hit.hit.span, hit.hit.slug))
    return _without_echoes(found)


def _best(symptom: AuthoredSymptom, text: str) -> AuthoredHit | None:
    places = [(specificity(phrase), find_phrase(phrase, text)) for phrase in symptom.phrases]
    if symptom.pattern:
        places.append((_PATTERN_SPECIFICITY, find_pattern(symptom.pattern, text)))
    hits = [(told, span) for told, span in places if span]
    if not hits:
        return None
    told, span = max(hits, key=lambda place: (place[0], place[1][1] - place[1][0]))
    matched = text[span[0] : span[1]]
    return AuthoredHit(
        hit=SymptomHit(
            symptom_id=symptom.symptom_id, slug=symptom.slug, matched=matched, span=span
        ),
        specificity=told,
    )


def _without_echoes(hits: list[AuthoredHit]) -> list[AuthoredHit]:
    """Two symptoms read from the same words are not two signs: the later one counts a quarter."""
    spans: list[Span] = []
    counted = []
    for hit in hits:
        start, end = hit.hit.span
        is_echo = any(s < end and start < e for s, e in spans)
        spans.append((start, end))
        told = hit.specificity // 4 if is_echo else hit.specificity
        counted.append(AuthoredHit(hit=hit.hit, specificity=told))
    return counted

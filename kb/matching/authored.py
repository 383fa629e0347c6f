"""The authored symptoms of one guide in a text: as they are written, or nearly."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.matching.candidate import AuthoredSymptom, Candidate
from kb.matching.lines import LOUD
from kb.matching.near import Windows, nearly, rarities, windows_of
from kb.matching.phrases import anchor, find_pattern, find_phrase, specificity
from kb.matching.values import Analysis, Span, SymptomHit

# A pattern is written with care, but may match little: it tells what it matched, within reason.
_PATTERN_TELLS = (25, 80)
_LEAST_BY_PATTERN = 25

# What only hints at causes is no sign of its guide either: "HTTP 200" stands in any log.
_SAYING = {"strong": 100, "moderate": 85, "weak": 25}

# From this share on a phrase counts as nearly said, if that is an idea or two words; beside a
# symptom that stands as it is written, if that is more. One idea alone orders guides and causes,
# but is no sign: `worker` and `drained` stand in messages of every kind.
_LEAST_SHARE, _LEAST_TOLD, _LEAST_BESIDE = 0.55, 130, 180
# What is nearly said is there at most so surely, and tells so much of what the words would.
_NEARLY = 0.9
_NEARLY_TELLS = 0.7


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthoredHit:
    """`specificity` 0 to 100: of the phrase itself, or a share of it inside a stronger hit.

    `is_telling`: its author found it more than a hint. `covers`: every word of it was authored
    (a pattern's `.*` may have matched anything).
    """

    hit: SymptomHit
    specificity: int
    loudness: int = 100
    is_telling: bool = True
    covers: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A text beside everything that authors foresaw of it.

    `rarity` is of a phrase's units, 1 when unknown. `written`: by symptom, where it stands as it
    was written; `said`: those places, whichever guide foresaw them, on loud lines.
    """

    analysis: Analysis
    windows: Windows
    rarity: Mapping[str, float]
    written: Mapping[int, AuthoredHit]
    said: Sequence[Span]


def hear(analysis: Analysis, candidates: Sequence[Candidate]) -> Heard:
    symptoms = [symptom for guide in candidates for symptom in guide.symptoms]
    found = {one.symptom_id: _as_written(one, analysis) for one in symptoms}
    written = {symptom: hit for symptom, hit in found.items() if hit}
    return Heard(
        analysis=analysis,
        windows=windows_of(analysis),
        rarity=rarities(candidates),
        written=written,
        said=[hit.hit.span for hit in written.values() if hit.loudness >= LOUD],
    )


def find_authored(symptoms: Iterable[AuthoredSymptom], heard: Heard) -> list[AuthoredHit]:
    """Each symptom once, by the phrase that tells most; the most telling symptom first."""
    hits = [heard.written.get(one.symptom_id) or _nearly(one, heard) for one in symptoms]
    found = sorted(
        (hit for hit in hits if hit),
        key=lambda hit: (-hit.specificity, hit.hit.span, hit.hit.slug),
    )
    return _without_echoes(found)


def _as_written(symptom: AuthoredSymptom, analysis: Analysis) -> AuthoredHit | None:
    """By its most telling place: the loudest, then the longest, then the first."""
    places = list(_places(symptom, analysis))
    if not places:
        return None
    loudness, told, span, is_phrase = max(
        places, key=lambda one: (one[0] * one[1], one[2][1] - one[2][0], -one[2][0])
    )
    tells = told * _SAYING[symptom.says] * loudness // 10_000
    is_loud = loudness == LOUD and symptom.says != "weak"
    is_telling = is_loud and (is_phrase or tells >= _LEAST_BY_PATTERN)
    return AuthoredHit(
        hit=_hit(symptom, analysis.text, span, loudness),
        specificity=tells,
        loudness=loudness,
        is_telling=is_telling,
        covers=is_telling and is_phrase,
    )


# How loud, how telling, where, and whether by a phrase.
_Place = tuple[int, int, Span, bool]


def _places(symptom: AuthoredSymptom, analysis: Analysis) -> Iterator[_Place]:
    text = analysis.text
    for phrase in symptom.phrases:
        if anchor(phrase) in analysis.anchors:
            for span in find_phrase(phrase, text):
                yield _loudness(span, analysis), specificity(phrase), span, True
    for span in find_pattern(symptom.pattern, text) if symptom.pattern else ():
        yield _loudness(span, analysis), _told_by_pattern(text[slice(*span)]), span, False


def _loudness(span: Span, analysis: Analysis) -> int:
    """How loud its loudest line is beside the loudest of all, in hundredths."""
    loudest = max(analysis.loudness(span[0]), analysis.loudness(span[1] - 1))
    return LOUD * loudest // max(1, analysis.loudest)


def _nearly(symptom: AuthoredSymptom, heard: Heard) -> AuthoredHit | None:
    """Words that stand as some author wrote them are no second sign."""
    least = _LEAST_BESIDE if heard.said else _LEAST_TOLD
    found = [
        (near, phrase)
        for phrase in symptom.phrases
        if (near := nearly(phrase, heard.windows, heard.rarity, least=_LEAST_SHARE))
        and near.told_outside(heard.said) >= least
    ]
    if not found:
        return None
    near, phrase = max(found, key=lambda one: (one[0].share, one[0].told, one[1]))
    told = specificity(phrase) * near.share * _NEARLY_TELLS
    return AuthoredHit(
        hit=_hit(symptom, heard.analysis.text, near.span, round(100 * _NEARLY * near.share)),
        specificity=int(told) * _SAYING[symptom.says] // 100,
        is_telling=symptom.says != "weak" and near.told >= _LEAST_BESIDE,
        covers=False,
    )


def _hit(symptom: AuthoredSymptom, text: str, span: Span, share: int) -> SymptomHit:
    return SymptomHit(
        symptom_id=symptom.symptom_id,
        slug=symptom.slug,
        matched=text[slice(*span)],
        span=span,
        share=share,
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

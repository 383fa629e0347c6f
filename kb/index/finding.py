"""Finding the guides that know a text."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from kb.index.entries import CAUSE, SYMPTOM
from kb.matching import Analysis, Contribution, SymptomHit
from kb.matching import Strength as Trust
from kb.matching.candidate import AuthoredSymptom, Candidate, strongest_word
from kb.matching.chosen import Chosen, asked, choose
from kb.matching.scoring import GUIDE, score_all
from kb.matching.values import Scored
from kb.models import Guide, Posting, Symptom

# Guides that are scored in full, and weak ones that are shown when nothing matched.
_MOST_CANDIDATES = 40
_MOST_MATCHES, _MOST_WEAK = 10, 5


@dataclass(frozen=True, kw_only=True, slots=True)
class GuideMatch:
    """One guide for a text. `why` and `against` together sum to `score`."""

    guide_id: int
    score: float
    strength: str
    confidence: int
    why: tuple[Contribution, ...]
    against: tuple[Contribution, ...]
    symptoms: tuple[SymptomHit, ...]
    causes: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """`matches` is empty when nothing is known about the text; `weak` is what came nearest."""

    matches: tuple[GuideMatch, ...] = field(default=())
    weak: tuple[GuideMatch, ...] = field(default=())


def find(analysis: Analysis, *, services: Sequence[str] = ()) -> Found:
    """The published guides that know the text, best first; a fixed number of queries."""
    chosen = choose(analysis.terms, _frequencies(analysis), Guide.objects.published().count())
    terms = _impacts_of(asked(chosen))
    likely = _likeliest(terms, _guides_with(analysis.anchors), chosen)
    candidates = _candidates(likely, terms, _symptoms_of(likely))
    scored = score_all(analysis, candidates, chosen, services=frozenset(services))
    known = [_match(guide, one) for guide, one in scored if one.strength != Trust.WEAK]
    weak = [_match(guide, one) for guide, one in scored if one.strength == Trust.WEAK and one.why]
    return Found(matches=tuple(known[:_MOST_MATCHES]), weak=tuple(weak[:_MOST_WEAK]))


def _match(guide: Candidate, one: Scored) -> GuideMatch:
    return GuideMatch(
        guide_id=guide.guide_id,
        score=one.score,
        strength=one.strength,
        confidence=one.confidence,
        why=one.why,
        against=one.against,
        symptoms=one.symptoms,
        causes=one.causes,
    )


def _frequencies(analysis: Analysis) -> dict[str, int]:
    keys = [term.key for term in analysis.terms]
    rows = Posting.objects.filter(entry=GUIDE, term__in=keys).values_list("term")
    return dict(rows.annotate(guides=Count("id")).values_list("term", "guides"))


_Terms = dict[int, dict[str, dict[str, int]]]


def _impacts_of(chosen: Sequence[Chosen]) -> _Terms:
    """guide -> entry -> term -> impact."""
    terms: _Terms = defaultdict(lambda: defaultdict(dict))
    rows = Posting.objects.filter(
        term__in=[choice.term.key for choice in chosen], guide__state=Guide.State.PUBLISHED
    )
    for guide, entry, term, impact in rows.values_list("guide_id", "entry", "term", "impact"):
        terms[guide][entry][term] = impact
    return terms


def _guides_with(anchors: Iterable[str]) -> set[int]:
    """The guides one of whose symptoms may stand in the text: those whose anchor does."""
    rows = Posting.objects.filter(
        term__in=sorted(anchors), entry__startswith=SYMPTOM, guide__state=Guide.State.PUBLISHED
    )
    return set(rows.values_list("guide_id", flat=True))


def _symptoms_of(guides: Sequence[int]) -> dict[int, list[AuthoredSymptom]]:
    symptoms: dict[int, list[AuthoredSymptom]] = defaultdict(list)
    rows = Symptom.objects.filter(guide_id__in=guides).prefetch_related("suggests")
    for row in rows.order_by("guide_id", "position", "id"):
        symptoms[row.guide_id].append(_authored(row))
    return symptoms


def _authored(row: Symptom) -> AuthoredSymptom:
    phrases = tuple(str(phrase) for phrase in row.phrases)
    return AuthoredSymptom(
        symptom_id=row.pk,
        slug=row.slug,
        phrases=phrases,
        pattern=row.pattern,
        says=strongest_word(one.strength for one in row.suggests.all()),
    )


def _likeliest(terms: _Terms, symptoms: Iterable[int], chosen: Sequence[Chosen]) -> list[int]:
    """Guides worth scoring in full: the best by words, and all whose symptoms may be there."""
    worth = {choice.term.key: choice.worth for choice in asked(chosen)}
    by_words = {
        guide: sum(worth[term] * impact for term, impact in entries[GUIDE].items())
        for guide, entries in terms.items()
        if GUIDE in entries
    }
    best = sorted(by_words, key=lambda guide: (-by_words[guide], guide))[:_MOST_CANDIDATES]
    return sorted({*best, *symptoms})


def _candidates(
    guides: Sequence[int], terms: _Terms, symptoms: Mapping[int, list[AuthoredSymptom]]
) -> list[Candidate]:
    about: dict[int, set[str]] = defaultdict(set)
    rows = Posting.objects.filter(guide_id__in=guides, entry=GUIDE, term__startswith="!")
    for guide, mark in rows.values_list("guide_id", "term"):
        about[guide].add(mark)
    found = Guide.objects.published().filter(pk__in=guides).prefetch_related("services")
    return [
        Candidate(
            guide_id=guide.pk,
            slug=guide.slug,
            impacts=terms.get(guide.pk, {}).get(GUIDE, {}),
            causes=_by_cause(terms.get(guide.pk, {})),
            marks=frozenset(about[guide.pk]),
            ports=_defaults(guide, "port"),
            containers=_defaults(guide, "container"),
            services=frozenset(service.slug for service in guide.services.all()),
            symptoms=tuple(symptoms.get(guide.pk, ())),
        )
        for guide in found.only("slug", "parameters")
    ]


def _by_cause(entries: Mapping[str, Mapping[str, int]]) -> dict[str, Mapping[str, int]]:
    return {
        entry.removeprefix(CAUSE): terms
        for entry, terms in entries.items()
        if entry.startswith(CAUSE)
    }


def _defaults(guide: Guide, meaning: str) -> frozenset[str]:
    """The defaults of parameters of this type, or read from this type of fact."""
    return frozenset(
        str(parameter["default"])
        for parameter in guide.parameters.values()
        if meaning in (parameter.get("type"), parameter.get("from"))
        and parameter.get("default") not in (None, "")
    )

"""The posting table: rewritten in a guide's own transaction, asked when a text is looked up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count

from kb.matching import Analysis, Contribution, SymptomHit
from kb.matching import Strength as Trust
from kb.matching.candidate import AuthoredSymptom, Candidate
from kb.matching.chosen import Chosen, asked, choose
from kb.matching.impacts import impacts, marks, strongest
from kb.matching.phrases import ALWAYS, anchor
from kb.matching.scoring import GUIDE, score_all
from kb.matching.sections import code_of, prose_of, sections_of
from kb.matching.values import Scored
from kb.models import Cause, Guide, GuideTranslation, Posting, Symptom

# Guides that are scored in full, and weak ones that are shown when nothing matched.
_MOST_CANDIDATES = 40
_MOST_MATCHES, _MOST_WEAK = 10, 5
_CAUSE, _SYMPTOM = "cause:", "symptom:"
_BATCH = 2000


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


@transaction.atomic
def update(guide: Guide) -> None:
    """Write the guide's postings anew; only a published guide has any."""
    remove(guide)
    if guide.state == Guide.State.PUBLISHED:
        Posting.objects.bulk_create(_postings(guide), batch_size=_BATCH)


def remove(guide: Guide) -> None:
    Posting.objects.filter(guide=guide).delete()


def _postings(guide: Guide) -> list[Posting]:
    translations = list(guide.translations.all())
    causes = list(guide.causes.prefetch_related("resolutions"))
    symptoms = list(guide.symptoms.all())
    rows: dict[tuple[str, str], int] = {}
    for term, impact in _of_guide(guide, translations, causes, symptoms).items():
        rows[GUIDE, term] = impact
    for cause in causes:
        for term, impact in _of_cause(guide, translations, cause).items():
            rows[f"{_CAUSE}{cause.slug}", term] = impact
    for symptom in symptoms:
        for term in _anchors(symptom):
            rows[f"{_SYMPTOM}{symptom.slug}", term] = 1
    return [
        Posting(guide=guide, entry=entry, term=term, impact=impact)
        for (entry, term), impact in rows.items()
    ]


def _of_guide(
    guide: Guide,
    translations: Iterable[GuideTranslation],
    causes: Iterable[Cause],
    symptoms: Iterable[Symptom],
) -> dict[str, int]:
    said = "\n".join(phrase for symptom in symptoms for phrase in symptom.phrases)
    titles = "\n".join(cause.title for cause in causes)
    fixes = "\n".join(fix.title for cause in causes for fix in cause.resolutions.all())
    original = impacts(
        {
            "title": guide.title,
            "summary": guide.summary,
            "symptoms": said,
            "causes": f"{titles}\n{fixes}",
            "commands": code_of(guide.body),
            "body": prose_of(guide.body),
        }
    )
    patterns = "\n".join(symptom.pattern for symptom in symptoms)
    about = marks("\n".join([guide.title, guide.summary, said, patterns, titles]))
    return strongest([original, *map(_of_translation, translations)]) | dict.fromkeys(about, 1)


def _of_translation(translation: GuideTranslation) -> dict[str, int]:
    names = [*_names(translation, "causes"), *_names(translation, "resolutions")]
    return impacts(
        {
            "title": translation.title,
            "summary": translation.summary,
            "causes": "\n".join(names),
            "commands": code_of(translation.body),
            "body": prose_of(translation.body),
        }
    )


def _names(translation: GuideTranslation, part: str) -> list[str]:
    return [str(name) for name in translation.names.get(part, {}).values()]


def _of_cause(
    guide: Guide, translations: Iterable[GuideTranslation], cause: Cause
) -> dict[str, int]:
    fixes = "\n".join(fix.title for fix in cause.resolutions.all())
    versions = [_of_section(cause.title, fixes, guide.body, cause.section)]
    for translation in translations:
        title = str(translation.names.get("causes", {}).get(cause.slug, ""))
        versions.append(_of_section(title, "", translation.body, cause.section))
    merged = strongest(versions)
    return {term: impact for term, impact in merged.items() if " " not in term}


def _of_section(title: str, fixes: str, body: str, section: str) -> dict[str, int]:
    text = sections_of(body).get(section, "") if section else ""
    return impacts(
        {"title": title, "causes": fixes, "commands": code_of(text), "body": prose_of(text)}
    )


def _anchors(symptom: Symptom) -> set[str]:
    anchors = {anchor(str(phrase)) for phrase in symptom.phrases if str(phrase).strip()}
    return anchors | ({ALWAYS} if symptom.pattern else set())


def find(analysis: Analysis, *, services: Sequence[str] = ()) -> Found:
    """The published guides that know the text, best first; a fixed number of queries."""
    chosen = choose(analysis.terms, _frequencies(analysis), Guide.objects.published().count())
    terms = _impacts_of(asked(chosen))
    symptoms = _symptoms_of(analysis.anchors)
    likely = _likeliest(terms, symptoms, chosen)
    candidates = _candidates(likely, terms, symptoms)
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


def _symptoms_of(anchors: Iterable[str]) -> dict[int, list[AuthoredSymptom]]:
    """The symptoms that may stand in the text, by guide: those whose anchor does."""
    pairs = set(
        Posting.objects.filter(
            term__in=sorted(anchors),
            entry__startswith=_SYMPTOM,
            guide__state=Guide.State.PUBLISHED,
        ).values_list("guide_id", "entry")
    )
    rows = Symptom.objects.filter(
        guide_id__in={guide for guide, _ in pairs},
        slug__in={entry.removeprefix(_SYMPTOM) for _, entry in pairs},
    )
    symptoms: dict[int, list[AuthoredSymptom]] = defaultdict(list)
    rows = rows.prefetch_related("suggests").order_by("guide_id", "position", "id")
    for row in rows:
        if (row.guide_id, f"{_SYMPTOM}{row.slug}") in pairs:
            symptoms[row.guide_id].append(_authored(row))
    return symptoms


def _authored(row: Symptom) -> AuthoredSymptom:
    phrases = tuple(str(phrase) for phrase in row.phrases)
    return AuthoredSymptom(symptom_id=row.pk, slug=row.slug, phrases=phrases, pattern=row.pattern)


def _likeliest(
    terms: _Terms, symptoms: Mapping[int, list[AuthoredSymptom]], chosen: Sequence[Chosen]
) -> list[int]:
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
        entry.removeprefix(_CAUSE): terms
        for entry, terms in entries.items()
        if entry.startswith(_CAUSE)
    }


def _defaults(guide: Guide, meaning: str) -> frozenset[str]:
    """The defaults of parameters of this type, or read from this type of fact."""
    return frozenset(
        str(parameter["default"])
        for parameter in guide.parameters.values()
        if meaning in (parameter.get("type"), parameter.get("from"))
        and parameter.get("default") not in (None, "")
    )

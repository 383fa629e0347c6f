"""What is already there for an error that is about to be logged: nothing is stored for it.

Open incidents with the same failure come first: a duplicate is prevented where it would begin.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from incidents.models import Incident
from kb.matching.identity import CONCEPT, Identifier, identifiers
from kb.models import CaseFact, Guide, Investigation
from kb.services.cases.reading import Case, read_case
from kb.services.cases.similar import LEAST_SHARE, TELLS, SimilarCase, similar_cases
from kb.services.diagnosing.find import as_stored

MOST_OPEN = 3
MOST_GUIDES = 3
MOST_CASES = 3
# A port or a status alone is no reason to call two failures the same.
_LEAST_TELLING = 0.6


@dataclass(frozen=True, kw_only=True)
class OpenAlike:
    """An open incident that looks like the same failure, and the facts that both state."""

    incident: Incident
    is_same_text: bool
    shared: tuple[Identifier, ...]


@dataclass(frozen=True, kw_only=True)
class GuideFound:
    """A guide that answers the text: `strength` is strong or possible."""

    guide: Guide
    strength: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """`text` is what was looked up, as it would be stored: without its secrets."""

    text: str
    incidents: tuple[OpenAlike, ...] = ()
    guides: tuple[GuideFound, ...] = ()
    cases: tuple[SimilarCase, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.incidents or self.guides or self.cases)


def look_for_similar(text: str, *, services: Sequence[str] = ()) -> Known:
    """Open incidents, guides and solved cases like the text; a number of queries that is fixed."""
    kept, _redactions = as_stored(text)
    if not kept.strip():
        return Known(text="")
    investigation = Investigation(text=kept, services=list(services))
    case = read_case(investigation)
    investigation.fingerprint = case.analysis.fingerprint
    return Known(
        text=kept,
        incidents=_open_alike(investigation.fingerprint, identifiers(case.analysis)),
        guides=_guides(case),
        cases=similar_cases(investigation, case.analysis, leading=None)[:MOST_CASES],
    )


def _guides(case: Case) -> tuple[GuideFound, ...]:
    matched = [guide for guide in case.guides if guide.pk in case.matches]
    return tuple(
        GuideFound(guide=guide, strength=str(case.matches[guide.pk].strength))
        for guide in matched[:MOST_GUIDES]
    )


def _open_alike(fingerprint: str, stated: Sequence[Identifier]) -> tuple[OpenAlike, ...]:
    shared = _shared_terms(stated)
    is_same = Q(investigation__fingerprint=fingerprint)
    # What is closed is no place to add to; what was just resolved may be back.
    rows = Incident.objects.exclude(status=Incident.Status.CLOSED)
    rows = rows.filter(is_same | Q(investigation__in=list(shared)))
    found = [
        OpenAlike(
            incident=incident,
            is_same_text=_fingerprint_of(incident) == fingerprint,
            shared=shared.get(incident.investigation_id or 0, ()),
        )
        for incident in rows.select_related("investigation", "assignee")
    ]
    alike = [one for one in found if one.is_same_text or _is_enough(one.shared, stated)]
    alike.sort(key=lambda one: (not one.is_same_text, -_telling(one.shared), -one.incident.pk))
    return tuple(alike[:MOST_OPEN])


def _fingerprint_of(incident: Incident) -> str:
    return incident.investigation.fingerprint if incident.investigation else ""


def _shared_terms(stated: Iterable[Identifier]) -> Mapping[int, tuple[Identifier, ...]]:
    """By the investigation of an incident that is not closed: the facts it has in common."""
    by_term = {one.term: one for one in stated if one.type != CONCEPT}
    going_on = Incident.objects.exclude(status=Incident.Status.CLOSED)
    rows = CaseFact.objects.filter(
        investigation__in=going_on.values("investigation"), term__in=list(by_term)
    )
    shared: dict[int, list[Identifier]] = defaultdict(list)
    for investigation, term in rows.values_list("investigation_id", "term").order_by("id"):
        shared[investigation].append(by_term[term])
    return {investigation: tuple(terms) for investigation, terms in shared.items()}


def _is_enough(shared: Sequence[Identifier], stated: Iterable[Identifier]) -> bool:
    told = _telling(shared)
    everything = _telling(one for one in stated if one.type != CONCEPT)
    return told >= _LEAST_TELLING and told >= LEAST_SHARE * everything


def _telling(facts: Iterable[Identifier]) -> float:
    return sum(TELLS[one.type] for one in facts)

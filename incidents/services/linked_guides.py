"""The guides of an incident: what matched its error, what was tried from them, what fixed it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from incidents.models import Incident
from kb.models import Attempt, Guide
from kb.services.diagnosing.answers import Diagnosis

MOST_MATCHED = 3
# What is said of a guide is the best that came of it.
_BEST_FIRST = (Attempt.Outcome.WORKED, Attempt.Outcome.PARTLY, Attempt.Outcome.FAILED)


@dataclass(frozen=True, kw_only=True)
class LinkedGuide:
    """`strength` is strong or possible, `outcome` that of `Attempt`; both empty where there is none.

    `is_made_of_it`: it was written or extended from this incident.
    """

    guide: Guide
    strength: str = ""
    outcome: str = ""
    is_made_of_it: bool = False


def linked_guides(
    incident: Incident, diagnosis: Diagnosis | None, attempts: Iterable[Attempt]
) -> Sequence[LinkedGuide]:
    """What fixed it first, then what came of the others, then what only matches. No queries.

    Reads `incident.guides.all()` and the cause of every attempt's fix: prefetch them.
    """
    found: dict[int, LinkedGuide] = {}
    said = [*_outcomes(incident, attempts), *_made_of_it(incident), *_matched(diagnosis)]
    for guide, what in said:
        found[guide.pk] = replace(found.get(guide.pk, LinkedGuide(guide=guide)), **what)
    return sorted(found.values(), key=_place)


def _outcomes(
    incident: Incident, attempts: Iterable[Attempt]
) -> Iterator[tuple[Guide, dict[str, Any]]]:
    """The best comes last and stands."""
    of_guides = [attempt for attempt in attempts if attempt.resolution]
    for outcome in reversed(_BEST_FIRST):
        for attempt in of_guides:
            if attempt.outcome == outcome and attempt.resolution:
                yield attempt.resolution.cause.guide, {"outcome": str(outcome)}
    case = incident.investigation
    if case and case.concluded_resolution and incident.resolution_kind:
        yield case.concluded_resolution.cause.guide, {"outcome": str(Attempt.Outcome.WORKED)}


def _made_of_it(incident: Incident) -> Iterator[tuple[Guide, dict[str, Any]]]:
    for guide in incident.guides.all():
        yield guide, {"is_made_of_it": True}


def _matched(diagnosis: Diagnosis | None) -> Iterator[tuple[Guide, dict[str, Any]]]:
    strengths: dict[int, tuple[Guide, str]] = {}
    for ranked in diagnosis.causes if diagnosis else ():
        strengths.setdefault(ranked.guide.pk, (ranked.guide, ranked.strength))
    for guide, strength in list(strengths.values())[:MOST_MATCHED]:
        yield guide, {"strength": strength}


def _place(linked: LinkedGuide) -> tuple[int, bool]:
    outcomes = [*map(str, _BEST_FIRST), ""]
    place = outcomes.index(linked.outcome) if linked.outcome in outcomes else len(outcomes)
    return place, not linked.is_made_of_it

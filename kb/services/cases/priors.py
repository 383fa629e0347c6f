"""Which causes were confirmed before, in cases that looked like this one: what a prior learns.

A confirmed conclusion is one that runs or a person stand behind; what was only presumed teaches
nothing, or a guess would confirm itself. docs/decisions/learning.md says why the numbers are so.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from kb.models import Investigation, Symptom
from kb.services.cases.case_facts import newest_cases, symptom_term, symptoms_of_cases
from kb.services.cases.reading import Case

# The same text says all there is; the same symptoms in another text half as much, and fewer
# symptoms in common as much less as they are fewer.
SAME_TEXT, SAME_SYMPTOMS = 1.0, 0.5
# The first voice counts nothing: one case may be the one that went otherwise.
FIRST_VOICE = 1.0
# The newest cases of one text, and of each symptom; older ones are those of older problems.
_MOST_OF_ONE_TEXT, _MOST_OF_A_SYMPTOM = 300, 200

_CONFIRMED = (Investigation.Confirmation.RUNS, Investigation.Confirmation.PERSON)


@dataclass(frozen=True, kw_only=True)
class _Conclusion:
    """A confirmed end of another case. One person is one voice a day."""

    case: int
    cause: int
    guide: int
    person: int | None
    day: date

    @property
    def voice(self) -> tuple[int, int | None, date]:
        return (self.cause, self.person, self.day)


def confirmed_before(case: Case) -> dict[int, float]:
    """Per cause, how many voices confirmed it for these symptoms; five queries at most.

    Voices count by how like their case is, the most like one where a voice has several. The case
    itself is never among them.
    """
    shown = _shown_now(case)
    voices: dict[tuple[int, int | None, date], float] = {}
    for conclusion, likeness in _alike(case, shown):
        voices[conclusion.voice] = max(likeness, voices.get(conclusion.voice, 0.0))
    totals: dict[int, float] = {}
    for (cause, _person, _day), likeness in voices.items():
        totals[cause] = totals.get(cause, 0.0) + likeness
    return {cause: max(0.0, total - FIRST_VOICE) for cause, total in totals.items()}


def _alike(case: Case, shown: Mapping[int, frozenset[str]]) -> Iterator[tuple[_Conclusion, float]]:
    for one in _of_the_same_text(case):
        yield one, SAME_TEXT
    held = newest_cases(sorted(frozenset().union(*shown.values())), most=_MOST_OF_A_SYMPTOM)
    cases = sorted({one for holders in held.values() for one in holders})
    if not cases:
        return
    theirs, known = symptoms_of_cases(cases), _symptoms_by_guide(case)
    for one in _conclusions(_others(case).filter(pk__in=cases)):
        likeness = _in_common(
            shown.get(one.guide, frozenset()), known[one.guide] & theirs.get(one.case, set())
        )
        yield one, SAME_SYMPTOMS * likeness


def _of_the_same_text(case: Case) -> Iterator[_Conclusion]:
    alike = _others(case).filter(fingerprint=case.investigation.fingerprint)
    return _conclusions(alike.order_by("-concluded_at", "-pk")[:_MOST_OF_ONE_TEXT])


def _others(case: Case) -> QuerySet[Investigation]:
    """The confirmed conclusions with a cause of the case's guides, without its own."""
    return Investigation.objects.filter(
        confirmation__in=_CONFIRMED,
        concluded_at__isnull=False,
        concluded_cause__guide__in=[guide.pk for guide in case.guides],
    ).exclude(pk=case.investigation.pk)


def _conclusions(cases: QuerySet[Investigation]) -> Iterator[_Conclusion]:
    rows = cases.values_list(
        "pk",
        "concluded_cause_id",
        "concluded_cause__guide_id",
        "concluded_by",
        "concluded_at__date",
    )
    for pk, cause, guide, by, day in rows:
        yield _Conclusion(case=pk, cause=cause, guide=guide, person=by, day=day)


def _shown_now(case: Case) -> dict[int, frozenset[str]]:
    """The terms of the symptoms that are in the text, by guide."""
    return {
        guide.pk: frozenset(symptom_term(hit.symptom_id) for hit in match.symptoms)
        for guide in case.guides
        if (match := case.matches.get(guide.pk)) and match.symptoms
    }


def _symptoms_by_guide(case: Case) -> dict[int, set[str]]:
    """The terms of all that each guide knows."""
    known: dict[int, set[str]] = {guide.pk: set() for guide in case.guides}
    rows = Symptom.objects.filter(guide__in=known)
    for guide, symptom in rows.values_list("guide_id", "pk").order_by():
        known[guide].add(symptom_term(symptom))
    return known


def _in_common(one: AbstractSet[str], other: AbstractSet[str]) -> float:
    """The share of the guide's symptoms, seen in either case, that both showed (Jaccard)."""
    return len(one & other) / len(one | other) if one else 0.0

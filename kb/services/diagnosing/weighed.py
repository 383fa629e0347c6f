"""Everything one diagnosis is made of, read and weighed once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from kb import diagnosis
from kb.models import Attempt, Investigation
from kb.services.cases import attempted, priors
from kb.services.cases.reading import Case, read_case
from kb.services.diagnosing import looks as looking
from kb.services.diagnosing import verification, weighing
from kb.services.diagnosing.answers import (
    CheckState,
    ParameterValue,
    SymptomSeen,
)
from kb.services.diagnosing.contributions import Sources
from kb.services.diagnosing.differences import Compared
from kb.services.diagnosing.looks import Looks
from kb.services.diagnosing.parameters import parameters_by_guide
from probes.models import Batch, Run

_Parameters = Mapping[str, Mapping[str, ParameterValue]]


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """The ranking with everything its parts refer to, by key."""

    case: Case
    parameters: _Parameters
    looks: Looks
    ranking: diagnosis.Ranking
    symptoms: tuple[SymptomSeen, ...]
    before: Mapping[str, CheckState]
    after: Mapping[str, CheckState]
    evidence: Mapping[str, Run]
    attempts: tuple[Attempt, ...]

    @cached_property
    def sources(self) -> Sources:
        """What contributions name, by what names it."""
        return Sources(
            checks=self.case.checks,
            causes=self.case.causes,
            runs={run.pk: run for run in self.evidence.values()},
            symptoms={str(seen.symptom.pk): seen for seen in self.symptoms},
            attempts=attempted.newest(self.attempts),
        )

    @cached_property
    def failed(self) -> frozenset[int | None]:
        """The repairs that were tried in this very case and did not help."""
        failed = (one for one in self.attempts if one.outcome == Attempt.Outcome.FAILED)
        return frozenset(one.resolution_id for one in failed)

    @cached_property
    def compared(self) -> list[Compared]:
        return verification.compare(
            self.after.values(),
            self.looks,
            attempts=self.attempts,
            until=self.case.investigation.concluded_at,
        )


def weigh(investigation: Investigation) -> tuple[Weighed, diagnosis.Advice | None]:
    """The investigation as it stands now, with its causes ranked, and what to look at next."""
    case = read_case(investigation)
    parameters = parameters_by_guide(case, case.guides)
    looks = looking.read_looks(case)
    before = _states(case, parameters, looks, Batch.Purpose.DIAGNOSE)
    evidence = _evidence(investigation, before, looks)
    symptoms = _symptoms(case)
    attempts = attempted.read_attempts(investigation)
    ranking, advice = diagnosis.conclude(_inputs(case, before, evidence, symptoms, attempts))
    weighed = Weighed(
        case=case,
        parameters=parameters,
        looks=looks,
        ranking=ranking,
        symptoms=symptoms,
        before=before,
        after=_states(case, parameters, looks, Batch.Purpose.VERIFY),
        evidence=evidence,
        attempts=attempts,
    )
    return weighed, advice


def inputs_of(investigation: Investigation, *, case: Case | None = None) -> diagnosis.Inputs:
    """What the diagnosis is computed from, as it stands now: `diagnosis.conclude` repeats it.

    `case` is the investigation where it was read already, among several.
    """
    case = case or read_case(investigation)
    looks = looking.read_looks(case)
    before = _states(case, parameters_by_guide(case, case.guides), looks, Batch.Purpose.DIAGNOSE)
    evidence = _evidence(investigation, before, looks)
    attempts = attempted.read_attempts(investigation)
    return _inputs(case, before, evidence, _symptoms(case), attempts)


def _inputs(
    case: Case,
    before: Mapping[str, CheckState],
    evidence: Mapping[str, Run],
    symptoms: Iterable[SymptomSeen],
    attempts: Iterable[Attempt],
) -> diagnosis.Inputs:
    return diagnosis.Inputs(
        causes=weighing.causes_of(case, confirmed=priors.confirmed_before(case)),
        symptoms=weighing.symptoms_of(symptoms),
        seen=weighing.seen_of(before.values(), evidence),
        attempts=attempted.attempts_of(attempts, case.investigation),
        askable=weighing.askable_of(before.values()),
    )


def _states(
    case: Case, parameters: _Parameters, looks: Looks, purpose: str
) -> dict[str, CheckState]:
    return {
        key: looking.state_of(
            check, values=parameters[check.guide.slug], looks=looks, purpose=purpose
        )
        for key, check in case.checks.items()
    }


def _evidence(
    investigation: Investigation, states: Mapping[str, CheckState], looks: Looks
) -> dict[str, Run]:
    """The runs that may count, by check: fresh, of this case, with the present values."""
    newest = looking.newest_look(looks)
    until = investigation.concluded_at
    found = {
        key: looking.evidence_run(state, newest=newest, until=until)
        for key, state in states.items()
    }
    return {key: run for key, run in found.items() if run is not None}


def _symptoms(case: Case) -> tuple[SymptomSeen, ...]:
    hits = [
        SymptomSeen(
            symptom=case.symptoms[hit.symptom_id],
            matched=hit.matched,
            span=hit.span,
            share=hit.share,
            explained_by=None,
        )
        for guide in case.guides
        if guide.pk in case.matches
        for hit in case.matches[guide.pk].symptoms
        if hit.symptom_id in case.symptoms
    ]
    explained = diagnosis.explained_away(weighing.symptoms_of(hits))
    return tuple(
        SymptomSeen(
            symptom=hit.symptom,
            matched=hit.matched,
            span=hit.span,
            share=hit.share,
            explained_by=case.symptoms.get(int(explained.get(str(hit.symptom.pk), 0))),
        )
        for hit in hits
    )

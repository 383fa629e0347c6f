"""A diagnosis, computed on reading: same rows, same answer, nothing stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from kb import diagnosis
from kb.models import Attempt, Cause, Guide, Investigation, Resolution
from kb.services import attempted, priors, verification, weighing
from kb.services import looks as looking
from kb.services.answers import (
    Advice,
    CheckState,
    Diagnosis,
    ParameterValue,
    RankedCause,
    ResolutionView,
    Suggestion,
    SymptomSeen,
    WeakMatch,
)
from kb.services.contributions import Sources
from kb.services.differences import Compared
from kb.services.disagreeing import findings_of
from kb.services.gaps import gap_of
from kb.services.leaving_alone import avoids_of
from kb.services.looks import Looks
from kb.services.marks import marks_of
from kb.services.parameters import parameters_of
from kb.services.reading import Case, read_case
from kb.services.reasons import Outcome, Reason
from kb.services.similar import similar_cases
from kb.services.track_records import NEVER_TRIED, TrackRecord, track_records
from probes.models import Batch, Run

_Parameters = Mapping[str, Mapping[str, ParameterValue]]


@dataclass(frozen=True, kw_only=True)
class _Weighed:
    """The ranking with everything its parts refer to, by key."""

    case: Case
    looks: Looks
    ranking: diagnosis.Ranking
    symptoms: tuple[SymptomSeen, ...]
    before: Mapping[str, CheckState]
    after: Mapping[str, CheckState]
    attempts: Sequence[Attempt]
    sources: Sources

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


def diagnose(investigation: Investigation) -> Diagnosis:
    """Everything about the investigation as it stands now."""
    case = read_case(investigation)
    parameters = parameters_by_guide(case)
    looks = looking.read_looks(case)
    before = _states(case, parameters, looks, Batch.Purpose.DIAGNOSE)
    evidence = _evidence(investigation, before, looks)
    symptoms = _symptoms(case)
    attempts = attempted.read_attempts(investigation)
    ranking, advice = diagnosis.conclude(_inputs(case, before, evidence, symptoms, attempts))
    weighed = _Weighed(
        case=case,
        looks=looks,
        ranking=ranking,
        symptoms=symptoms,
        before=before,
        after=_states(case, parameters, looks, Batch.Purpose.VERIFY),
        attempts=attempts,
        sources=Sources(
            checks=case.checks,
            causes=case.causes,
            runs={run.pk: run for run in evidence.values()},
            symptoms={str(seen.symptom.pk): seen for seen in symptoms},
            attempts=attempted.newest(attempts),
        ),
    )
    ranked = _ranked_causes(weighed)
    return Diagnosis(
        investigation=investigation,
        outcome="matched" if case.guides else "weak" if case.weak else "none",
        facts=case.analysis.facts,
        marks=marks_of(case),
        symptoms=symptoms,
        causes=ranked,
        none_of_these=ranking.none_of_these,
        weak=tuple(WeakMatch(guide=guide, match=match) for guide, match in case.weak),
        next=_advice(advice, weighed),
        parameters=tuple(v for values in parameters.values() for v in values.values()),
        checks=tuple(before.values()),
        open_batch=looks.open_batch,
        attempts=attempts,
        similar=similar_cases(
            investigation, case.analysis, leading=ranked[0].cause if ranked else None
        ),
        gap=None if case.guides else gap_of(investigation),
        best_guide=ranked[0].guide if ranked else next(iter(case.guides), None),
        avoid=avoids_of(ranked, symptoms),
        findings=findings_of(case.analysis, before.values(), evidence),
    )


def inputs_of(investigation: Investigation, *, case: Case | None = None) -> diagnosis.Inputs:
    """What the diagnosis is computed from, as it stands now: `diagnosis.conclude` repeats it.

    `case` is the investigation where it was read already, among several.
    """
    case = case or read_case(investigation)
    looks = looking.read_looks(case)
    before = _states(case, parameters_by_guide(case), looks, Batch.Purpose.DIAGNOSE)
    evidence = _evidence(investigation, before, looks)
    attempts = attempted.read_attempts(investigation)
    return _inputs(case, before, evidence, _symptoms(case), attempts)


def parameters_by_guide(case: Case) -> dict[str, dict[str, ParameterValue]]:
    return {
        guide.slug: parameters_of(
            guide,
            investigation=case.investigation,
            analysis=case.analysis,
            services=case.services,
        )
        for guide in case.guides
    }


def resolutions_of(cause: Cause) -> tuple[ResolutionView, ...]:
    """A cause's repairs with their track record, outside any investigation."""
    records = track_records([cause.guide])
    views = [
        _view(row, records.get(row.pk, NEVER_TRIED), environment="")
        for row in cause.resolutions.prefetch_related("verify")
    ]
    return _best_first(views)


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


def _ranked_causes(weighed: _Weighed) -> tuple[RankedCause, ...]:
    records = track_records(weighed.case.guides)
    return tuple(
        _ranked_cause(number, belief, weighed, records)
        for number, belief in enumerate(weighed.ranking.beliefs, start=1)
    )


def _ranked_cause(
    number: int,
    belief: diagnosis.Belief,
    weighed: _Weighed,
    records: Mapping[int, TrackRecord],
) -> RankedCause:
    cause = weighed.case.causes[belief.key]
    guide = cause.guide
    match = weighed.case.matches.get(guide.pk)
    return RankedCause(
        rank=number,
        cause=cause,
        guide=guide,
        belief=belief.belief,
        strength=str(match.strength) if match else "",
        confidence=match.confidence if match else 0,
        score=match.score if match else 0,
        suggested_by=_suggested_by(cause, weighed.symptoms),
        why=tuple(match.why) if match else (),
        against=tuple(match.against) if match else (),
        state=belief.state,
        before=weighed.sources.shown(belief.before),
        moved=weighed.sources.shown(belief.moved),
        resolutions=_resolutions(cause, guide, weighed, records),
    )


def _suggested_by(cause: Cause, symptoms: Iterable[SymptomSeen]) -> tuple[Suggestion, ...]:
    return tuple(
        Suggestion(seen=seen, strength=link.strength)
        for seen in symptoms
        for link in seen.symptom.suggests.all()
        if link.cause_id == cause.pk
    )


def _resolutions(
    cause: Cause, guide: Guide, weighed: _Weighed, records: Mapping[int, TrackRecord]
) -> tuple[ResolutionView, ...]:
    return _best_first(
        _resolution(row, guide, weighed, records.get(row.pk, NEVER_TRIED))
        for row in cause.resolutions.all()
    )


# A workaround that always helps has still repaired nothing, so it is never measured with a fix.
_KINDS = (Resolution.Kind.FIX, Resolution.Kind.WORKAROUND, Resolution.Kind.AVOID)


def _best_first(views: Iterable[ResolutionView]) -> tuple[ResolutionView, ...]:
    """What repairs, the best proven first, then what only helps, then what to leave alone."""
    # sorted() is stable, so equals keep the author's order.
    return tuple(sorted(views, key=_place))


def _place(view: ResolutionView) -> tuple[int, bool, float]:
    """What did not help in this very case stands behind what was not tried yet."""
    standing = view.record.deciding(view.environment).standing
    return (_KINDS.index(view.resolution.kind), view.failed_here, -standing)


def _view(row: Resolution, record: TrackRecord, *, environment: str) -> ResolutionView:
    return ResolutionView(
        resolution=row,
        record=record,
        environment=environment,
        verify=(),
        is_verified=False,
        can_conclude=False,
    )


def _resolution(
    row: Resolution, guide: Guide, weighed: _Weighed, record: TrackRecord
) -> ResolutionView:
    keys = [f"{guide.slug}/{check.slug}" for check in row.verify.all()]
    of_guide = (one for one in weighed.compared if one.check.guide_id == guide.pk)
    verified = verification.verify(row, of_guide)
    is_open = weighed.case.investigation.concluded_at is None
    can_be_it = row.kind != Resolution.Kind.AVOID
    return replace(
        _view(row, record, environment=weighed.case.investigation.environment),
        failed_here=row.pk in weighed.failed,
        verify=tuple(weighed.after[key] for key in keys),
        is_verified=verified.is_verified,
        can_conclude=is_open and can_be_it and verified.is_looked_at,
        verification=verified,
    )


def _advice(advice: diagnosis.Advice | None, weighed: _Weighed) -> Advice | None:
    if advice is None or weighed.case.investigation.concluded_at is not None:
        return None
    checks = weighed.case.checks
    return Advice(
        checks=tuple(weighed.before[key] for key in advice.checks),
        gain_bits=advice.gain_bits,
        reason=Reason(
            outcomes=_outcomes(advice.predictions, weighed),
            instead_of=checks[advice.instead_of] if advice.instead_of else None,
        ),
    )


def _outcomes(
    predictions: Sequence[diagnosis.Prediction], weighed: _Weighed
) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(
            check=weighed.case.checks[one.check],
            reason_codes=one.reason_codes,
            cause=weighed.case.causes[one.cause],
            says=one.says,
        )
        for one in predictions
    )

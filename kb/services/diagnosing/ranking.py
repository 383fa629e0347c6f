"""A diagnosis, computed on reading: same rows, same answer, nothing stored."""

from collections.abc import Iterable, Mapping, Sequence

from kb import diagnosis
from kb.models import Cause, Investigation
from kb.services.cases.gaps import gap_of
from kb.services.cases.similar import similar_cases
from kb.services.cases.track_records import TrackRecord, track_records
from kb.services.diagnosing.answers import (
    Advice,
    Diagnosis,
    RankedCause,
    Suggestion,
    SymptomSeen,
    WeakMatch,
)
from kb.services.diagnosing.disagreeing import findings_of
from kb.services.diagnosing.leaving_alone import avoids_of
from kb.services.diagnosing.marks import marks_of
from kb.services.diagnosing.reasons import Outcome, Reason
from kb.services.diagnosing.repairs import resolutions_in
from kb.services.diagnosing.weighed import Weighed, weigh


def diagnose(investigation: Investigation) -> Diagnosis:
    """Everything about the investigation as it stands now."""
    weighed, advice = weigh(investigation)
    case = weighed.case
    ranked = _ranked_causes(weighed)
    return Diagnosis(
        investigation=investigation,
        outcome="matched" if case.guides else "weak" if case.weak else "none",
        facts=case.analysis.facts,
        marks=marks_of(case),
        symptoms=weighed.symptoms,
        causes=ranked,
        none_of_these=weighed.ranking.none_of_these,
        weak=tuple(WeakMatch(guide=guide, match=match) for guide, match in case.weak),
        next=_advice(advice, weighed),
        parameters=tuple(v for values in weighed.parameters.values() for v in values.values()),
        checks=tuple(weighed.before.values()),
        open_batch=weighed.looks.open_batch,
        attempts=weighed.attempts,
        similar=similar_cases(
            investigation, case.analysis, leading=ranked[0].cause if ranked else None
        ),
        gap=None if case.guides else gap_of(investigation),
        best_guide=ranked[0].guide if ranked else next(iter(case.guides), None),
        avoid=avoids_of(ranked, weighed.symptoms),
        findings=findings_of(case.analysis, weighed.before.values(), weighed.evidence),
    )


def _ranked_causes(weighed: Weighed) -> tuple[RankedCause, ...]:
    records = track_records(weighed.case.guides)
    return tuple(
        _ranked_cause(number, belief, weighed, records)
        for number, belief in enumerate(weighed.ranking.beliefs, start=1)
    )


def _ranked_cause(
    number: int,
    belief: diagnosis.Belief,
    weighed: Weighed,
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
        resolutions=resolutions_in(cause, guide, weighed, records),
    )


def _suggested_by(cause: Cause, symptoms: Iterable[SymptomSeen]) -> tuple[Suggestion, ...]:
    return tuple(
        Suggestion(seen=seen, strength=link.strength)
        for seen in symptoms
        for link in seen.symptom.suggests.all()
        if link.cause_id == cause.pk
    )


def _advice(advice: diagnosis.Advice | None, weighed: Weighed) -> Advice | None:
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


def _outcomes(predictions: Sequence[diagnosis.Prediction], weighed: Weighed) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(
            check=weighed.case.checks[one.check],
            reason_codes=one.reason_codes,
            cause=weighed.case.causes[one.cause],
            says=one.says,
        )
        for one in predictions
    )

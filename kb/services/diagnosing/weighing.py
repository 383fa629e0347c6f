"""Translates rows into the values of `kb.diagnosis`: causes, rules, symptoms, what was seen."""

from collections.abc import Iterable, Mapping
from typing import Any

from kb import diagnosis
from kb.index import GuideMatch
from kb.models import Cause, Guide
from kb.services.cases.reading import Case
from kb.services.diagnosing.answers import CheckState, SymptomSeen
from kb.services.diagnosing.things import thing_of
from probes.engine.registry import KINDS
from probes.models import Batch, Run
from probes.services import judged

# A guide's share of the prior by how far its match can be trusted; within one strength the
# square of its score beside the best one's decides.
_GUIDE_WEIGHT = {"strong": 4.0, "possible": 1.0, "weak": 0.25}
# A person has to be asked first: for an answer, or for a value that nobody gave yet.
_ASKING_S = 30.0


def causes_of(case: Case, *, confirmed: Mapping[int, float]) -> list[diagnosis.Cause]:
    best = max((match.score for match in case.found.matches), default=1) or 1
    values: list[diagnosis.Cause] = []
    for guide in case.guides:
        match = case.matches.get(guide.pk)
        words = match.causes if match else {}
        for cause in guide.causes.all():
            values.append(
                diagnosis.Cause(
                    key=cause.key,
                    group=guide.slug,
                    order=len(values),
                    weight=cause.weight,
                    group_weight=_guide_weight(match, best),
                    confirmed=confirmed.get(cause.pk, 0),
                    words=words.get(cause.slug, 0.0),
                    refines=cause.refines.key if cause.refines else None,
                    rules=rules_of(cause, guide),
                )
            )
    return values


def symptoms_of(hits: Iterable[SymptomSeen]) -> list[diagnosis.Symptom]:
    """Each present symptom once, with the causes it speaks for."""
    return [_symptom(hit) for hit in {hit.symptom.pk: hit for hit in hits}.values()]


def seen_of(states: Iterable[CheckState], runs: Mapping[str, Run]) -> list[diagnosis.Seen]:
    """The evidence by check key; the baseline of a check judges its run."""
    return [
        diagnosis.Seen(
            check=state.check.key,
            run=run.pk,
            status=judged(run, state.check.baseline),
            reason_code=run.reason_code,
            facts=run.facts,
            purpose=Batch.Purpose.DIAGNOSE.value,
            about=thing_of(state),
        )
        for state in states
        if (run := runs.get(state.check.key))
    ]


def askable_of(states: Iterable[CheckState]) -> list[diagnosis.Askable]:
    """The checks that a next step may hold, in the authors' order.

    Not those under way, nor those that just could not look: asked again they would not see more.
    """
    return [
        diagnosis.Askable(
            key=state.check.key,
            order=order,
            cost_s=_cost_s(state),
            outcomes=_outcomes(state),
            about=thing_of(state),
        )
        for order, state in enumerate(states)
        if not state.is_open and state.run is None and state.check.probe.is_approved
    ]


def condition_of(spec: Mapping[str, Any]) -> diagnosis.Condition:
    """What `when` of a rule, as it is stored and drafted, asks of one check."""
    return diagnosis.Condition(
        reasons=frozenset(spec.get("reason", ())),
        statuses=frozenset(spec.get("status", ())),
        facts=spec.get("facts", {}),
    )


def _guide_weight(match: GuideMatch | None, best: float) -> float:
    if match is None:
        return 1.0
    return float(_GUIDE_WEIGHT[str(match.strength)] * max(match.score / best, 0.01) ** 2)


def rules_of(cause: Cause, guide: Guide) -> tuple[diagnosis.Rule, ...]:
    return tuple(
        diagnosis.Rule(
            id=row.pk,
            when={f"{guide.slug}/{slug}": condition_of(spec) for slug, spec in row.when.items()},
            says=row.says,
        )
        for row in cause.evidence.all()
    )


def _symptom(hit: SymptomSeen) -> diagnosis.Symptom:
    return diagnosis.Symptom(
        key=str(hit.symptom.pk),
        suggests={row.cause.key: row.strength for row in hit.symptom.suggests.all()},
        explained_by=frozenset(str(other.pk) for other in hit.symptom.explained_by.all()),
        share=hit.share / 100,
    )


def _outcomes(state: CheckState) -> tuple[tuple[str, str], ...]:
    """The closed list of what the check can say, each with the status it would have here."""
    kind = KINDS[state.check.probe.kind]
    statuses: dict[str, str] = {code: status.value for code, status in kind.reasons.items()}
    if state.values is not None:
        statuses |= {code: status.value for code, status in kind.judging(state.values).items()}
    statuses |= state.check.probe.expectation
    return tuple((code, status) for code, status in statuses.items() if status != "UNKNOWN")


def _cost_s(state: CheckState) -> float:
    kind = KINDS[state.check.probe.kind]
    further = kind.further_s(state.values) if state.values is not None else 0.0
    return kind.cost_s + further + (_ASKING_S if state.missing else 0.0)

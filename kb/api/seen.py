"""What checks saw, as the API shows it: a run, and a repair before and after."""

from typing import Any

from kb.services import Compared, Recorded, Verification
from kb.templatetags.repairs import change_words, why_proposed
from probes.models import Run


def seen(run: Run) -> dict[str, Any]:
    return {
        "id": run.public_id,
        "status": run.status,
        "reason_code": run.reason_code,
        "summary": run.summary,
        "facts": run.facts,
        "answered_by": run.answered_by or None,
        "recorded_at": run.recorded_at,
    }


def verification(one: Verification) -> dict[str, Any]:
    """What the repair's checks saw before and after it, and what that proposes."""
    return {
        "proposed": one.proposal.outcome or None,
        "why": one.proposal.why,
        "means": why_proposed(one.proposal.why),
        "checks": [_compared(each) for each in one.compared],
        "also": [_compared(each) for each in one.also],
    }


def _compared(one: Compared) -> dict[str, Any]:
    return {
        "check": one.check.key,
        "before": one.before and seen(one.before),
        "after": one.after and seen(one.after),
        "change": one.change.value,
        "means": change_words(one.change),
        "facts": [
            {"name": fact.name, "before": fact.before, "after": fact.after} for fact in one.facts
        ],
    }


def recorded(one: Recorded) -> dict[str, Any]:
    """What the person said, and whether it is what the checks had proposed."""
    return {
        "outcome": one.attempt.outcome,
        "proposed": one.proposed or None,
        "agreed": one.agreed,
    }

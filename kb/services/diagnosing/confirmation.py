"""What makes a concluded cause more than a guess: runs, or a person who says so."""

from collections.abc import Iterable

from django.contrib.auth.models import User

from kb.diagnosis.repairs import Change
from kb.models import Investigation, Resolution
from kb.services.diagnosing.answers import RankedCause
from kb.services.diagnosing.differences import Verification
from probes.models import Run

Confirmation = Investigation.Confirmation


def confirmation_of(
    resolution: Resolution,
    ranked: RankedCause | None,
    verification: Verification,
    *,
    was_cause: bool | None,
    implies_cause: bool,
    by: User | None,
) -> Confirmation:
    """What confirms the cause of a repair that worked. `was_cause` is the person's own word on it.

    `ranked` is None for a cause that is not among those of the case. A workaround leaves the cause
    where it is, so that it worked confirms nothing. Without a word, who says that a fix worked
    says that its cause was it where that `implies_cause`, unless runs ruled that cause out.
    """
    if resolution.kind != Resolution.Kind.FIX or was_cause is False:
        return Confirmation.PRESUMED
    state = ranked.state if ranked else "not_looked_at"
    if state != "ruled_out" and _seen_by_runner([*_supporting(ranked), *_repaired(verification)]):
        return Confirmation.RUNS
    says_so = was_cause or (implies_cause and state != "ruled_out")
    return Confirmation.PERSON if says_so and by is not None else Confirmation.PRESUMED


def _supporting(ranked: RankedCause | None) -> list[Run]:
    if ranked is None or ranked.state != "supported":
        return []
    return [run for moved in ranked.moved if moved.log_odds > 0 for run in moved.runs]


def _repaired(verification: Verification) -> list[Run]:
    """The runs that saw the trouble gone, where all of it is."""
    if verification.proposal.outcome != "worked":
        return []
    repaired = (one for one in verification.compared if one.change == Change.REPAIRED)
    return [one.after for one in repaired if one.after is not None]


def _seen_by_runner(runs: Iterable[Run]) -> bool:
    """What only people say is a person's word, in whatever form it was recorded."""
    return any(run.item.kind != "manual" and not run.answered_by for run in runs)

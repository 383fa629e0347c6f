"""A repair's verifying checks before and after it: compared, and the outcome that proposes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kb.diagnosis.repairs import Look, change, proposal
from kb.models import Attempt, Resolution
from kb.services.diagnosing.answers import CheckState
from kb.services.diagnosing.differences import Compared, Verification, changed_facts
from kb.services.diagnosing.looks import Looks, history, newest
from probes.models import Batch, Run
from probes.services import judged

_TRIED = (Attempt.Outcome.PARTLY, Attempt.Outcome.FAILED)


def compare(
    states: Iterable[CheckState],
    looks: Looks,
    *,
    attempts: Iterable[Attempt],
    until: datetime | None,
) -> list[Compared]:
    """Each check before and after the last repair. `states` are at the place it is verified from.

    What verified an earlier repair, whose outcome was recorded since, was before this one.
    """
    tried = [one.at for one in attempts if one.resolution_id and one.outcome in _TRIED]
    span = _Span(since=max(tried, default=None), until=until)
    return [_compared(state, looks, span) for state in states]


def verify(resolution: Resolution, compared: Iterable[Compared]) -> Verification:
    """What the checks of its guide say of this repair."""
    wanted = {check.pk for check in resolution.verify.all()}
    every = list(compared)
    verifying = [one for one in every if one.check.pk in wanted]
    return Verification(
        compared=tuple(verifying),
        also=tuple(one for one in every if one.check.pk not in wanted and one.after is not None),
        proposal=proposal([one.change for one in verifying]),
    )


@dataclass(frozen=True, kw_only=True)
class _Span:
    """The time of the repair in question."""

    since: datetime | None
    until: datetime | None


def _compared(state: CheckState, looks: Looks, span: _Span) -> Compared:
    before, after = _before_and_after(history(state, looks), span)
    old, new = _look(before, state), _look(after, state)
    return Compared(
        check=state.check,
        before=before,
        after=after,
        before_status=old.status if old else "",
        after_status=new.status if new else "",
        change=change(old, new),
        facts=changed_facts(before, after),
    )


def _before_and_after(runs: Iterable[Run], span: _Span) -> tuple[Run | None, Run | None]:
    """The newest look that saw something before the repair, and the newest one after it.

    The first look for verifying begins the time after: later looks of any purpose see the
    repaired world too. That a later diagnosis could not look takes nothing back.
    """
    known = [run for run in runs if span.until is None or run.recorded_at <= span.until]
    start = next((run.pk for run in known if _verifies(run, since=span.since)), None)
    before = [run for run in known if run.status != "UNKNOWN" and (start is None or run.pk < start)]
    after = [
        run
        for run in known
        if start is not None and run.pk >= start and (run.status != "UNKNOWN" or _verifies(run))
    ]
    return newest(before), newest(after)


def _verifies(run: Run, *, since: datetime | None = None) -> bool:
    is_after = since is None or run.recorded_at > since
    return is_after and run.item.batch.purpose == Batch.Purpose.VERIFY


def _look(run: Run | None, state: CheckState) -> Look | None:
    if run is None:
        return None
    return Look(status=judged(run, state.check.baseline), reason_code=run.reason_code)

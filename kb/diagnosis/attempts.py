"""What failed says about causes: an attempt demotes, it never rules out."""

import math
from collections.abc import Iterable, Mapping, Sequence

from kb.diagnosis.strengths import (
    FAILED_WITHOUT,
    FURTHER,
    IMAGINED_TRIES,
    MOST_AN_ATTEMPT_SAYS,
    RIGHT_FIX_FAILS,
    WRONG_FIX_FAILS,
)
from kb.diagnosis.values import Attempt, Cause, Moved


def failed_attempts(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """The newest of each thing that was tried, where it failed; in a fixed order.

    What helped partly says nothing: it may have cured one of two faults, or nothing at all.
    What worked concludes a case, and "not known" was not looked at.
    """
    newest: dict[str, Attempt] = {}
    for one in attempts:
        if one.key not in newest or newest[one.key].number < one.number:
            newest[one.key] = one
    return tuple(newest[key] for key in sorted(newest) if newest[key].outcome == "failed")


def attempt_moves(line: Sequence[Cause], failed: Iterable[Attempt]) -> tuple[Moved, ...]:
    """What failed attempts say about the first cause of a line; the others are broader, in order.

    Each further one counts half as much, in logarithms, as the one before: one person tried them
    on one picture of the trouble.
    """
    found = [one for attempt in failed for one in _said(line, attempt)]
    found.sort(key=lambda one: (one.log_odds, one.attempt))
    return tuple(
        Moved(
            says=one.says,
            log_odds=one.log_odds * FURTHER**n,
            counted=FURTHER**n,
            inherited_from=one.inherited_from,
            attempt=one.attempt,
        )
        for n, one in enumerate(found)
    )


def fix_failed_ratio(attempt: Attempt) -> float:
    """How many times likelier the failure is when the fix was for the right cause; at most 1."""
    failed_elsewhere = attempt.tried - attempt.worked
    right_fails = (IMAGINED_TRIES * RIGHT_FIX_FAILS + failed_elsewhere) / (
        IMAGINED_TRIES + attempt.tried
    )
    return min(max(right_fails / WRONG_FIX_FAILS, MOST_AN_ATTEMPT_SAYS), 1.0)


def _said(line: Sequence[Cause], attempt: Attempt) -> Iterable[Moved]:
    """One thing at most: that the cause was out of the way says more than that its fix failed.

    Who is out of the way with the broader cause is out of the way, too. A fix is for its own cause:
    that starting it again did not help says nothing against what keeps it from starting.
    """
    ratios: Mapping[str, float] = {
        "failed_without": FAILED_WITHOUT,
        "fix_failed": fix_failed_ratio(attempt),
    }
    gone = next((cause.key for cause in line if cause.key in attempt.addresses), None)
    if gone is not None:
        says, broader = "failed_without", "" if gone == line[0].key else gone
    elif attempt.fixes == line[0].key and ratios["fix_failed"] < 1:
        says, broader = "fix_failed", ""
    else:
        return
    yield Moved(
        says=says, log_odds=math.log(ratios[says]), inherited_from=broader, attempt=attempt.key
    )

"""What results of the advised check would decide, and what the repair that ended it changed."""

from dataclasses import dataclass

from kb.models import Cause
from kb.services.diagnosing.answers import Advice, Diagnosis
from kb.services.diagnosing.differences import NOTHING_TO_COMPARE, Verification

MOST_LINES = 3
MOST_CAUSES = 3


@dataclass(frozen=True, kw_only=True)
class Telling:
    """These results say this about these causes."""

    reason_codes: tuple[str, ...]
    says: str
    causes: tuple[Cause, ...]


def telling(advice: Advice | None) -> list[Telling]:
    """The strongest outcome of each cause, those that would say the same in one line."""
    outcomes = advice.reason.outcomes if advice else ()
    told: set[int] = set()
    lines: dict[tuple[tuple[str, ...], str], list[Cause]] = {}
    for outcome in outcomes:
        if outcome.reason_codes and outcome.cause.pk not in told:
            told.add(outcome.cause.pk)
            lines.setdefault((outcome.reason_codes, outcome.says), []).append(outcome.cause)
    return [
        Telling(reason_codes=codes, says=says, causes=tuple(causes[:MOST_CAUSES]))
        for (codes, says), causes in list(lines.items())[:MOST_LINES]
    ]


def concluded(diagnosis: Diagnosis) -> Verification:
    """What the verifying checks saw of the repair that the case was concluded with."""
    resolution = diagnosis.investigation.concluded_resolution_id
    views = (view for ranked in diagnosis.causes for view in ranked.resolutions)
    ended = (view.verification for view in views if view.resolution.pk == resolution)
    return next(ended, NOTHING_TO_COMPARE)

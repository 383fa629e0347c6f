"""What results of the advised check would decide, in few lines."""

from dataclasses import dataclass

from kb.models import Cause
from kb.services.answers import Advice

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

"""How often a repair worked, how sure we can be of that, and when it stopped working."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Two-sided 95 %.
_Z = 1.959964
# What one person said once changes no order: it may be the one that went otherwise.
FEWEST_TRIES = 2
# The fewest tries of which even all wins leave no doubt that more than half of them work:
# Wilson's lower end of 4 of 4 is 0.51, of 3 of 3 it is 0.44.
ENOUGH_TRIES = 4
# A repair stopped working where so many of its newest tries did not help.
RECENT, RECENT_FAILED = 4, 3


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Wins of tries. What helped partly was tried and not won; what is not known is no try."""

    worked: int = 0
    tried: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(worked=self.worked + other.worked, tried=self.tried + other.tried)

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.worked, self.tried)

    @property
    def standing(self) -> float:
        return standing(self.worked, self.tried)


def wilson(worked: int, tried: int) -> tuple[float, float]:
    """The Wilson score interval (JASA 22:209, 1927) of `worked` out of `tried`.

    Its lower end orders repairs: 1 of 1 (0.21) never beats 40 of 45 (0.77).
    """
    if tried <= 0:
        return (0.0, 1.0)
    share, z2 = worked / tried, _Z * _Z
    middle = (share + z2 / (2 * tried)) / (1 + z2 / tried)
    half = _Z / (1 + z2 / tried) * math.sqrt(share * (1 - share) / tried + z2 / (4 * tried**2))
    return (max(0.0, middle - half), min(1.0, middle + half))


def standing(worked: int, tried: int) -> float:
    """What a repair is ordered by: an untried one stands where 1 of 1 does.

    So a single try, however it ended, changes nothing in the author's order; a second one does.
    """
    told = (worked, tried) if tried >= FEWEST_TRIES else (1, 1)
    return round(wilson(*told)[0], 9)


def stopped_working(outcomes: Sequence[str]) -> int:
    """How many of the newest tries show that a repair no longer works; 0 where it still does.

    `outcomes`, oldest first: `worked`, `partly` or `failed`, one voice per person and case.
    Either three of the last four did not help at all, or the newer half is surely worse than the
    older one: its Wilson interval ends below where the other begins.
    """
    last = outcomes[-RECENT:]
    if len(last) == RECENT and last.count("failed") >= RECENT_FAILED:
        return RECENT
    older, newer = outcomes[: len(outcomes) // 2], outcomes[len(outcomes) // 2 :]
    is_worse = _tally(newer).interval[1] < _tally(older).interval[0]
    return len(newer) if is_worse else 0


def _tally(outcomes: Sequence[str]) -> Tally:
    return Tally(worked=outcomes.count("worked"), tried=len(outcomes))

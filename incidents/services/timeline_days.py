"""A timeline day by day; of a long one the early part is folded away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import timezone

from incidents.services.timeline import Stretch

# What stands open: about what fits beside the note box.
NEWEST = 8
# Folding away one or two lines would save nothing.
_LEAST_FOLDED = 3


@dataclass(frozen=True, kw_only=True)
class Day:
    day: date
    stretches: Sequence[Stretch]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Oldest first. `earlier` is folded and holds `folded` lines; `latest` stands open."""

    earlier: Sequence[Day]
    latest: Sequence[Day]
    folded: int


def day_by_day(stretches: Sequence[Stretch]) -> Timeline:
    place = len(stretches) - NEWEST
    if place < _LEAST_FOLDED:
        place = 0
    early = stretches[:place]
    return Timeline(
        earlier=_days(early),
        latest=_days(stretches[place:]),
        folded=sum(len(one.entries) for one in early),
    )


def _days(stretches: Iterable[Stretch]) -> list[Day]:
    by_day = groupby(stretches, key=lambda one: timezone.localtime(one.at).date())
    return [Day(day=day, stretches=list(these)) for day, these in by_day]

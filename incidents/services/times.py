"""How long it took: derived from the steps of an incident, never stored.

MTTA and MTTR as site reliability engineering counts them: from when it started, not from when
somebody wrote it down. What was taken back does not count, so a reopened incident counts to its
last resolution. What is not known is None, never 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean, median
from typing import Protocol

from incidents.models import Incident
from incidents.services.moving import ORDER, SETTLED, is_back

_S = Incident.Status


class Step(Protocol):
    """One change of status, oldest first among its like."""

    @property
    def was(self) -> str: ...
    @property
    def became(self) -> str: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, kw_only=True)
class Times:
    """From the start to each milestone; None where it was not reached or not written down.

    `only_day`: every step stands at the start, as where a report names the day and no more.
    """

    acknowledge: timedelta | None = None
    identify: timedelta | None = None
    mitigate: timedelta | None = None
    resolve: timedelta | None = None
    only_day: bool = False

    @property
    def known(self) -> set[timedelta]:
        took = (self.acknowledge, self.identify, self.mitigate, self.resolve)
        return {one for one in took if one is not None}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Over how many incidents it is known, and the mean and median of those."""

    known: int
    mean: timedelta | None
    median: timedelta | None


MILESTONES: Sequence[str] = ("acknowledge", "identify", "mitigate", "resolve")


def times_of(
    started_at: datetime, steps: Iterable[Step], *, resolved_at: datetime | None = None
) -> Times:
    """`resolved_at` is what the incident itself says, where its steps may not say it."""
    steps = list(steps)
    standing = _not_taken_back(steps)
    resolved = resolved_at or _first(standing, *SETTLED)

    def since_start(at: datetime | None) -> timedelta | None:
        return at - started_at if at else None

    times = Times(
        acknowledge=since_start(_acknowledged(steps)),
        identify=since_start(_first(standing, _S.IDENTIFIED)),
        mitigate=since_start(_first(standing, _S.MITIGATED)),
        resolve=since_start(resolved),
    )
    # Nobody is that quick: the start is where a step is put whose time nobody wrote down.
    return Times(only_day=True) if times.known == {timedelta(0)} else times


def incident_times(incident: Incident) -> Times:
    """Reads `status_changes.all()`, so a prefetch answers it without a query.

    A duplicate has none: that it was merged is not that it was resolved.
    """
    if incident.merged_into_id:
        return Times()
    return times_of(
        incident.started_at, incident.status_changes.all(), resolved_at=incident.resolved_at
    )


def figures(times: Iterable[Times]) -> Mapping[str, Figure]:
    """The figure of each milestone over many incidents."""
    times = list(times)
    return {name: _figure([getattr(one, name) for one in times]) for name in MILESTONES}


def _figure(all_of_them: Iterable[timedelta | None]) -> Figure:
    seconds = [one.total_seconds() for one in all_of_them if one is not None]
    if not seconds:
        return Figure(known=0, mean=None, median=None)
    return Figure(
        known=len(seconds),
        mean=timedelta(seconds=mean(seconds)),
        median=timedelta(seconds=median(seconds)),
    )


def _not_taken_back(steps: Iterable[Step]) -> list[Step]:
    """A step back drops every step that had led beyond where it goes."""
    standing: list[Step] = []
    for step in steps:
        if is_back(step.was, step.became):
            back_to = ORDER.index(step.became)
            standing = [one for one in standing if ORDER.index(one.became) <= back_to]
        else:
            standing.append(step)
    return standing


def _first(steps: Iterable[Step], *wanted: str) -> datetime | None:
    return next((step.at for step in steps if step.became in wanted), None)


def _acknowledged(steps: Sequence[Step]) -> datetime | None:
    """When somebody took it up: it stays so, also where the incident is looked at again."""
    returns = [place for place, step in enumerate(steps) if step.became == _S.OPEN]
    since = steps[returns[-1] + 1 :] if returns else steps
    return next((step.at for step in since if step.was == _S.OPEN), None)

"""The list of incidents: what narrows it, and what each line of it says beyond its own row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from incidents.models import Incident
from incidents.services.moving import ORDER, SETTLED
from incidents.services.recurrence import recurring, times_before_of
from incidents.services.times import Times, incident_times

# Named one by one: an index finds what is in a list, and not what is outside of one.
OPEN = Q(status__in=[status for status in ORDER if status not in SETTLED])
NOBODY = "none"
PERIODS: Mapping[str, int] = {"7d": 7, "30d": 30, "12w": 84, "1y": 364}
_MOST_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; an empty field narrows nothing.

    `assignee` is a username or `none`, `period` one of `PERIODS`; `mine` is a user's pk.
    """

    status: str = ""
    severity: str = ""
    service: str = ""
    assignee: str = ""
    period: str = ""
    recurring: str = ""
    q: str = ""
    is_open: bool = False
    mine: int | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """An incident as a line of the list. `took`: until it was resolved, or until now."""

    incident: Incident
    times: Times
    took: timedelta | None
    times_before: int = 0


def narrowed(wanted: Wanted) -> QuerySet[Incident]:
    found = Incident.objects.filter(_plain(wanted))
    if wanted.recurring:
        found = recurring(found)
    for word in wanted.q.split()[:_MOST_WORDS]:
        said = Q(title__icontains=word) | Q(report__icontains=word)
        found = found.filter(said | Q(public_id__iexact=word))
    return found


def _plain(wanted: Wanted) -> Q:
    """All that a column of the row itself answers, or a row of one service."""
    rules = Q()
    if wanted.is_open:
        rules &= OPEN
    if wanted.mine is not None:
        rules &= Q(assignee=wanted.mine)
    for name in ("status", "severity"):
        if value := getattr(wanted, name):
            rules &= Q(**{name: value})
    if wanted.service:
        rules &= Q(services__slug=wanted.service)
    if wanted.assignee:
        is_nobody = wanted.assignee == NOBODY
        rules &= Q(assignee=None) if is_nobody else Q(assignee__username=wanted.assignee)
    if wanted.period in PERIODS:
        rules &= Q(started_at__gte=timezone.now() - timedelta(days=PERIODS[wanted.period]))
    return rules


def with_what_a_line_says(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Read with them what a line names; the long texts stay where they are."""
    return (
        incidents.select_related(
            "assignee", "merged_into", "investigation__concluded_cause__guide", "known_error__guide"
        )
        .defer("report", "investigation__text", "merged_into__report")
        .prefetch_related(
            "services",
            "status_changes",
            "investigation__concluded_cause__guide__translations",
            "known_error__guide__translations",
        )
    )


def lines(incidents: Iterable[Incident], *, now: datetime | None = None) -> Sequence[Line]:
    """One query beyond what `with_what_a_line_says` reads, whatever their number."""
    incidents = list(incidents)
    now = now or timezone.now()
    before = times_before_of(one.pk for one in incidents)
    return [_line(one, before.get(one.pk, 0), now) for one in incidents]


def _line(incident: Incident, times_before: int, now: datetime) -> Line:
    times = incident_times(incident)
    took = now - incident.started_at if incident.is_open else times.resolve
    return Line(
        incident=incident,
        times=times,
        took=took,
        times_before=0 if incident.merged_into_id else times_before,
    )

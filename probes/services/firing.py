"""Schedules that are due become batches. Any number of workers may do it at once.

A schedule is taken by one conditional update that moves its next time on, so one worker wins.
The update and the request are one transaction: a worker that dies between them took nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from probes.models import Batch, Maintenance, Schedule
from probes.services.errors import RequestRefused
from probes.services.requests import MAX_ITEMS, Wanted, refusals, request_batch
from probes.timetable import BadTimetable

_AFTER_BAD_TIMETABLE = timedelta(hours=1)


def fire_due() -> list[Batch]:
    """Request what is due: one batch for each location.

    Times that were missed are not made up for: a schedule runs once, then at its next time. One
    whose batch still waits or runs is left out this time, so that nothing piles up for an agent
    that is away. What may not run now (its probe's approval is gone) requests nothing; pages
    say so on reading.
    """
    by_location: dict[int, list[tuple[Schedule, datetime]]] = {}
    for schedule, now in _due():
        by_location.setdefault(schedule.location_id, []).append((schedule, now))
    batches = [_fire_or_wait(due) for due in by_location.values()]
    return [batch for batch in batches if batch is not None]


def _fire_or_wait(due: Sequence[tuple[Schedule, datetime]]) -> Batch | None:
    try:
        return _fire(due)
    except RequestRefused:
        # A definition changed between looking and asking: nothing was taken, so the next try
        # sees it.
        return None


def resting() -> Exists:
    """For queries of schedules: whether a maintenance window covers them now."""
    return Exists(
        Maintenance.objects.under_way(Now()).filter(
            Q(schedule=None, location=None)
            | Q(location=OuterRef("location_id"))
            | Q(schedule=OuterRef("pk"))
        )
    )


def wanted_of(schedule: Schedule) -> Wanted:
    return Wanted(
        probe=schedule.probe,
        values=schedule.values,
        ref=schedule.ref or schedule.slug,
        schedule=schedule,
    )


def _due() -> list[tuple[Schedule, datetime]]:
    """With the database's own time, because the clocks of workers differ."""
    # Read without a transaction: on SQLite an idle worker would take the write lock each time.
    due = Schedule.objects.filter(~resting(), next_at__lte=Now(), is_paused=False)
    due = due.annotate(now=Now())
    due = due.select_related("probe", "location", "last_batch").order_by("pk")
    return [(schedule, schedule.now) for schedule in due[:MAX_ITEMS]]


@transaction.atomic
def _fire(due: Sequence[tuple[Schedule, datetime]]) -> Batch | None:
    # Each update holds its row until the end: in the order of `due`, the same for all workers.
    taken = [schedule for schedule, now in due if _take(schedule, now)]
    wanted = [wanted_of(one) for one in taken if not (one.last_batch and one.last_batch.is_open)]
    refused = {problem.index for problem in refusals(wanted)}
    fine = [one for index, one in enumerate(wanted) if index not in refused]
    if not fine:
        return None
    location = taken[0].location
    batch = request_batch(fine, purpose=Batch.Purpose.SCHEDULED, by=None, location=location)
    fired = [one.schedule.pk for one in fine if one.schedule]
    Schedule.objects.filter(pk__in=fired).update(last_batch=batch)
    return batch


def _take(schedule: Schedule, now: datetime) -> bool:
    free = Schedule.objects.filter(pk=schedule.pk, next_at=schedule.next_at, is_paused=False)
    return free.update(next_at=_following(schedule, now)) == 1


def _following(schedule: Schedule, now: datetime) -> datetime:
    try:
        return schedule.timetable.after(now, last=schedule.next_at, offset_s=schedule.offset_s)
    except BadTimetable:
        # Its zone is gone from this host. The page says so; meanwhile others must not wait.
        return now + _AFTER_BAD_TIMETABLE

"""Old scheduled runs go, so that a check every minute does not fill the disk for ever."""

import functools
import operator
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from probes.models import Batch, BatchItem, Run, Schedule, ScheduleHour
from probes.models.hours import hour_of

AT_ONCE = 500
# Counts by the hour are small, and pages show the last thirty days of them.
KEEP_HOURS = timedelta(days=32)


def prune_runs(*, before: datetime, at_once: int = AT_ONCE) -> int:
    """Delete scheduled runs of batches that ended before then; how many items that were.

    Kept are runs and batches that anything outside of this app points at (an investigation
    does), each schedule's last runs, which its page shows, and a month of counts by the hour. In small transactions, so that
    workers can write in between.
    """
    pruned = sum(_delete_items(pks) for pks in _prunable(before, at_once))
    for pks in _chunks(
        _old_batches(before).filter(items=None).values_list("pk", flat=True), at_once
    ):
        Batch.objects.filter(pk__in=pks).delete()
    oldest = min(before, timezone.now() - KEEP_HOURS)
    ScheduleHour.objects.filter(hour__lt=hour_of(oldest)).delete()
    return pruned


def _prunable(before: datetime, at_once: int) -> Iterator[list[int]]:
    """Ids of items in their order, each read after the ones before were deleted."""
    shown = _shown_runs()
    items = BatchItem.objects.filter(batch__in=_old_batches(before)).order_by("pk")
    items = items.exclude(run__in=Run.objects.filter(_pointed_at(Run)))
    last = 0
    while page := list(items.filter(pk__gt=last).values_list("pk", "run__public_id")[:at_once]):
        last = page[-1][0]
        yield [pk for pk, run in page if run not in shown]


def _shown_runs() -> frozenset[str]:
    recent = Schedule.objects.values_list("recent", "last_run__public_id")
    shown = {entry["run"] for entries, _last in recent.iterator() for entry in entries}
    return frozenset(shown | {last for _entries, last in recent.iterator() if last})


def _old_batches(before: datetime) -> QuerySet[Batch]:
    ended = Batch.objects.filter(state__in=[Batch.State.DONE, Batch.State.CANCELLED])
    old = ended.filter(purpose=Batch.Purpose.SCHEDULED, finished_at__lt=before)
    return old.exclude(_pointed_at(Batch))


def _pointed_at(model: type[models.Model]) -> Q:
    """Whether rows of other apps point at a row, whichever apps there are."""
    others = [
        relation
        for relation in model._meta.related_objects
        if relation.related_model._meta.app_label != model._meta.app_label
    ]
    return functools.reduce(operator.or_, map(_points, others), Q(pk__in=[]))


def _points(relation: Any) -> Q:
    """`relation` is a foreign key or a many-to-many of another model, seen from here."""
    if relation.many_to_many:
        rows, column = relation.through, relation.field.m2m_reverse_field_name()
    else:
        rows, column = relation.related_model, relation.field.name
    return Q(Exists(rows._base_manager.filter(**{column: OuterRef("pk")})))


@transaction.atomic
def _delete_items(pks: list[int]) -> int:
    BatchItem.objects.filter(pk__in=pks).delete()
    return len(pks)


def _chunks(pks: Any, size: int) -> Iterator[list[int]]:
    found = list(pks)
    for start in range(0, len(found), size):
        yield found[start : start + size]

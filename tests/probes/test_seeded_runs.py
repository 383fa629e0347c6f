"""Runs that are stored past the queue look like those that were recorded."""

import pytest

from probes.evaluation.many_runs import seed_runs
from probes.models import Batch, BatchItem, Run, Schedule, ScheduleHour
from probes.services.windows import windows_of_schedules
from tests.probes.factories import make_batch

pytestmark = pytest.mark.django_db


def test_old_and_new_rounds_are_of_one_kind_and_all_are_counted() -> None:
    assert seed_runs(240, probes=2, days=10) == 240

    oldest, newest = Run.objects.earliest("id"), Run.objects.latest("id")
    told = ("item__kind", "item__params", "item__batch__purpose", "item__batch__state")
    assert (
        Run.objects.filter(pk=oldest.pk).values_list(*told)[0]
        == Run.objects.filter(item__ref=oldest.item.ref).order_by("-id").values_list(*told)[0]
    )
    assert oldest.started_at < newest.started_at
    assert (Batch.objects.count(), BatchItem.objects.count()) == (120, 240)
    for schedule in Schedule.objects.all():
        *_shorter, month = windows_of_schedules([schedule])[schedule.pk]
        assert month.tally.runs == 120
        assert schedule.last_run is not None
    assert sum(hour.ok + hour.critical + hour.warning + hour.unknown for hour in ScheduleHour.objects.all()) == 240  # fmt: skip


def test_a_batch_can_be_requested_after_them() -> None:
    seed_runs(240, probes=2, days=10)

    assert make_batch(8001).pk > Batch.objects.filter(purpose="scheduled").latest("pk").pk

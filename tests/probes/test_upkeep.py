"""Seeing to due schedules and lost batches: done seldom, however often it is asked for."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from probes import services
from probes.models import Batch, Run
from tests.probes.factories import claim, make_due, make_schedule

pytestmark = pytest.mark.django_db


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_due_schedules_fire_at_once_and_then_at_most_every_second(
    django_assert_num_queries,
) -> None:
    clock = Clock()
    upkeep = services.Upkeep(clock)
    make_schedule("first", is_due=True)
    upkeep.when_due()
    assert Batch.objects.count() == 1

    make_schedule("second", is_due=True)
    clock.now_s += 0.9
    with django_assert_num_queries(0):
        upkeep.when_due()
    clock.now_s += 0.1
    upkeep.when_due()

    assert Batch.objects.count() == 2


def test_batch_whose_runners_were_all_lost_is_closed_and_its_schedule_goes_on() -> None:
    clock = Clock()
    upkeep = services.Upkeep(clock)
    schedule = make_schedule(is_due=True)
    upkeep.when_due()
    for _ in range(services.MAX_TRIES):
        claim()
        Batch.objects.update(lease_until=Now() - timedelta(seconds=1))
    make_due(schedule)

    clock.now_s += 5
    upkeep.when_due()

    assert Run.objects.get().reason_code == "runner_lost"
    assert Batch.objects.filter(state=Batch.State.READY).count() == 1

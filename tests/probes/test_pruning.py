"""Old scheduled runs go; what somebody still needs stays."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from kb.models import Investigation
from probes import services
from probes.models import Batch, BatchItem, Run, Schedule
from tests.probes.factories import claim, make_batch, make_schedule, result

pytestmark = pytest.mark.django_db

OLD = timedelta(days=100)


def run_of(schedule: Schedule, *, age: timedelta = OLD) -> Run:
    """A recorded run of the schedule whose batch ended so long ago."""
    batch = services.run_schedule(schedule, by=None)
    claimed = claim()
    assert claimed is not None
    services.record(claimed, {claimed.items[0].item_id: result("refused")})
    Batch.objects.filter(pk=batch.pk).update(finished_at=timezone.now() - age)
    return Run.objects.get(item__batch=batch)


def forget_recent() -> None:
    """As if the schedule had run often since, so that its page shows none of these."""
    Schedule.objects.update(recent=[])


def prune(keep: str = "90d") -> None:
    call_command("prune_runs", keep=keep)


def test_old_scheduled_runs_go_with_their_batches() -> None:
    schedule = make_schedule()
    old, older = run_of(schedule), run_of(schedule, age=OLD * 2)
    new = run_of(schedule, age=timedelta(days=80))
    forget_recent()

    prune()

    assert list(Run.objects.all()) == [new]
    assert Batch.objects.count() == BatchItem.objects.count() == 1
    assert not Run.objects.filter(pk__in=[old.pk, older.pk]).exists()


def test_last_run_of_a_schedule_stays_however_old() -> None:
    schedule = make_schedule()
    run_of(schedule)
    last = run_of(schedule)
    forget_recent()

    prune()

    assert list(Run.objects.all()) == [last]
    schedule.refresh_from_db()
    assert schedule.last_run == last


def test_runs_that_the_schedules_page_shows_stay() -> None:
    schedule = make_schedule()
    shown = [run_of(schedule), run_of(schedule)]

    prune()

    assert set(Run.objects.all()) == set(shown)


def test_runs_of_a_schedule_that_is_gone_go() -> None:
    schedule = make_schedule()
    run_of(schedule)
    schedule.delete()

    prune()

    assert not Run.objects.exists()


def test_runs_that_an_investigation_uses_stay() -> None:
    schedule = make_schedule()
    used, free = run_of(schedule), run_of(schedule)
    run_of(schedule)
    forget_recent()
    Investigation.objects.create(text="x", fingerprint="x").batches.add(used.item.batch)

    prune()

    assert Run.objects.filter(pk=used.pk).exists()
    assert not Run.objects.filter(pk=free.pk).exists()


def test_run_that_verified_a_repair_stays() -> None:
    schedule = make_schedule()
    used = run_of(schedule)
    run_of(schedule)
    forget_recent()
    Investigation.objects.create(text="x", fingerprint="x").verified_by.add(used)

    prune()

    assert Run.objects.filter(pk=used.pk).exists()


def test_runs_that_people_asked_for_stay() -> None:
    batch = make_batch()
    claimed = claim()
    assert claimed is not None
    services.record(claimed, {claimed.items[0].item_id: result("refused")})
    Batch.objects.filter(pk=batch.pk).update(finished_at=timezone.now() - OLD)

    prune()

    assert Run.objects.count() == 1


def test_many_go_in_small_steps() -> None:
    schedule = make_schedule()
    for _number in range(7):
        run_of(schedule)
    forget_recent()

    pruned = services.prune_runs(before=timezone.now() - timedelta(days=90), at_once=2)

    assert pruned == 6
    assert Run.objects.count() == Batch.objects.count() == 1


@pytest.mark.parametrize("keep", ["", "90", "d", "0d", "-1d", "90 days"])
def test_age_that_cannot_be_read_deletes_nothing(keep: str) -> None:
    schedule = make_schedule()
    run_of(schedule)
    forget_recent()
    schedule.delete()

    with pytest.raises(CommandError, match="--keep"):
        prune(keep)

    assert Run.objects.count() == 1

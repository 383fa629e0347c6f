"""Schedules with real workers on a real database: fired once, judged, and stopped by a change."""

import subprocess
from collections.abc import Callable

import pytest
from django.db.models import Count

from probes import services
from probes.models import Batch, Probe, Run, Schedule
from tests.probes.factories import make_due, make_probe, make_schedule
from tests.probes.test_worker import _wait_until, start_worker  # noqa: F401
from tests.support.listening import Listener

pytestmark = pytest.mark.django_db(transaction=True)

StartWorker = Callable[..., "subprocess.Popen[str]"]


def test_two_workers_fire_each_time_of_each_schedule_once(
    start_worker: StartWorker,  # noqa: F811
    listener: Listener,
) -> None:
    schedules = [make_schedule(f"s{number}", port=listener.port) for number in range(8)]
    start_worker()
    start_worker()

    for times in (1, 2, 3):
        make_due(*schedules)
        wanted = times * len(schedules)
        _wait_until(lambda wanted=wanted: Run.objects.count() == wanted)
        _wait_until(lambda: not Batch.objects.exclude(state=Batch.State.DONE).exists())

    assert listener.accepted == 24
    assert Run.objects.count() == 24
    stored = set(Schedule.objects.values_list("state", "consecutive"))
    assert stored == {("OK", 3)}


def test_opening_of_a_port_that_should_be_closed_is_the_warning(
    start_worker: StartWorker,  # noqa: F811
    listener: Listener,
) -> None:
    schedule = make_schedule(port=listener.port, baseline="refused", is_due=True)

    start_worker()
    _wait_until(lambda: Schedule.objects.get(pk=schedule.pk).state != "")

    schedule.refresh_from_db()
    assert (schedule.state, schedule.last_run.reason_code) == ("WARNING", "connected")


def test_definition_changed_between_request_and_claim_does_not_run(
    start_worker: StartWorker,  # noqa: F811
    listener: Listener,
) -> None:
    changed, kept = make_probe("changed"), make_probe("kept")
    values = {"host": "127.0.0.1", "port": listener.port}
    wanted = [services.Wanted(probe=probe, values=values) for probe in (changed, kept)]
    batch = services.request_batch(wanted, purpose="try", by=None)
    changed.timeout_s = 9
    services.save_probe(changed, by=None)

    start_worker()
    _wait_until(lambda: Batch.objects.get(pk=batch.pk).state == Batch.State.DONE)

    seen = dict(Run.objects.values_list("item__ref", "reason_code"))
    assert seen == {"changed": "not_approved", "kept": "connected"}
    assert Run.objects.get(item__ref="changed").status == "UNKNOWN"
    assert listener.accepted == 1


def test_deleted_definition_does_not_run_any_more(
    start_worker: StartWorker,  # noqa: F811
    listener: Listener,
) -> None:
    probe = make_probe()
    values = {"host": "127.0.0.1", "port": listener.port}
    batch = services.request_batch(
        [services.Wanted(probe=probe, values=values)], purpose="try", by=None
    )
    Probe.objects.all().delete()

    start_worker()
    _wait_until(lambda: Batch.objects.get(pk=batch.pk).state == Batch.State.DONE)

    assert Run.objects.get().reason_code == "not_approved"
    assert listener.accepted == 0


def test_worker_killed_while_it_fires_loses_no_time_and_fires_none_twice(
    start_worker: StartWorker,  # noqa: F811
    listener: Listener,
) -> None:
    schedules = [make_schedule(f"s{number}", port=listener.port) for number in range(40)]
    first = start_worker()
    make_due(*schedules)
    _wait_until(lambda: Batch.objects.exists())

    first.kill()
    first.wait()
    start_worker()
    _wait_until(lambda: Run.objects.count() == len(schedules))
    _wait_until(lambda: not Batch.objects.exclude(state=Batch.State.DONE).exists())

    per_schedule = Run.objects.values_list("item__schedule").annotate(runs=Count("pk"))
    assert sorted(per_schedule) == [(schedule.pk, 1) for schedule in schedules]
    assert set(Schedule.objects.values_list("state", "consecutive")) == {("OK", 1)}

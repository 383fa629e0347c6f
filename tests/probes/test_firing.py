"""Schedules that are due become batches: once, together, and only where they may run."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from probes import services
from probes.models import Batch, Location, Maintenance, Probe, Schedule
from tests.probes.factories import (
    claim,
    make_due,
    make_probe,
    make_schedule,
    make_user,
    result,
)

pytestmark = pytest.mark.django_db


def test_due_schedules_of_one_location_become_one_batch() -> None:
    first = make_schedule("first", port=8001, is_due=True)
    second = make_schedule("second", port=8002, is_due=True)
    make_schedule("later", port=8003)

    (batch,) = services.fire_due()

    assert (batch.purpose, batch.requested_by) == (Batch.Purpose.SCHEDULED, None)
    items = list(batch.items.values_list("ref", "schedule", "params__port"))
    assert items == [("first", first.pk, 8001), ("second", second.pk, 8002)]
    first.refresh_from_db()
    assert first.last_batch == batch


def test_each_location_gets_a_batch_of_its_own() -> None:
    elsewhere = Location.objects.create(slug="elsewhere", name="Elsewhere")
    make_schedule("here", is_due=True)
    make_schedule("there", is_due=True, location=elsewhere)

    batches = services.fire_due()

    assert sorted(batch.location.slug for batch in batches) == ["elsewhere", "server"]


def test_fired_schedule_waits_for_its_next_time() -> None:
    schedule = make_schedule(times="every 5m", is_due=True)
    due_at = schedule.next_at
    services.fire_due()

    assert services.fire_due() == []
    schedule.refresh_from_db()
    assert schedule.next_at == due_at + timedelta(minutes=5)


def test_missed_times_make_one_run_and_keep_the_beat() -> None:
    schedule = make_schedule(times="every 5m")
    make_due(schedule, since=timedelta(hours=3, seconds=30))
    due_at = schedule.next_at

    services.fire_due()
    services.fire_due()

    schedule.refresh_from_db()
    assert Batch.objects.count() == 1
    assert schedule.next_at == due_at + timedelta(hours=3, minutes=5)
    assert schedule.next_at > timezone.now()


def test_schedule_whose_batch_still_waits_is_left_out_so_that_nothing_piles_up() -> None:
    schedule = make_schedule(is_due=True)
    services.fire_due()
    make_due(schedule)

    assert services.fire_due() == []
    assert Batch.objects.count() == 1
    schedule.refresh_from_db()
    assert schedule.next_at > timezone.now()


def test_paused_schedule_does_not_run_and_makes_up_for_nothing_when_resumed() -> None:
    schedule = make_schedule(is_due=True)
    services.pause_schedule(schedule)

    assert services.fire_due() == []

    services.resume_schedule(schedule)
    assert schedule.next_at > timezone.now()
    assert not schedule.is_paused


@pytest.mark.parametrize("scope", ["everything", "location", "schedule"])
def test_maintenance_lets_nothing_run_until_it_ends(scope: str) -> None:
    schedule = make_schedule(is_due=True)
    window = Maintenance.objects.create(
        starts_at=Now() - timedelta(hours=1),
        ends_at=Now() + timedelta(hours=1),
        reason="new cables",
        location=schedule.location if scope == "location" else None,
        schedule=schedule if scope == "schedule" else None,
    )

    assert services.fire_due() == []
    (standing,) = services.standings([schedule])
    assert (standing.phase, standing.rest) == ("maintenance", window)

    Maintenance.objects.update(ends_at=Now() - timedelta(seconds=1))
    assert len(services.fire_due()) == 1


def test_maintenance_of_another_location_or_schedule_does_not_matter() -> None:
    elsewhere = Location.objects.create(slug="elsewhere", name="Elsewhere")
    other = make_schedule("other")
    make_schedule("due", is_due=True)
    around = {"starts_at": Now() - timedelta(hours=1), "ends_at": Now() + timedelta(hours=1)}
    Maintenance.objects.create(reason="x", location=elsewhere, **around)
    Maintenance.objects.create(reason="y", schedule=other, **around)

    (batch,) = services.fire_due()

    assert [item.ref for item in batch.items.all()] == ["due"]


def test_schedule_of_a_changed_probe_does_not_run_and_says_so() -> None:
    schedule = make_schedule(is_due=True)
    probe = Probe.objects.get(slug="tcp")
    probe.timeout_s = 9
    services.save_probe(probe, by=None)

    assert services.fire_due() == []
    schedule = Schedule.objects.select_related("probe").get(pk=schedule.pk)
    assert services.standings([schedule])[0].phase == "not_approved"
    assert schedule.next_at > timezone.now()


def test_one_that_may_not_run_does_not_hold_up_the_others() -> None:
    unapproved = make_probe("mine", params={"host": "127.0.0.1", "port": 9}, approved=False)
    make_schedule("mine", probe=unapproved, is_due=True)
    make_schedule("fine", is_due=True)

    (batch,) = services.fire_due()

    assert [item.ref for item in batch.items.all()] == ["fine"]


def test_approval_that_comes_later_lets_it_run_at_its_next_time() -> None:
    unapproved = make_probe("mine", params={"host": "127.0.0.1", "port": 9}, approved=False)
    schedule = make_schedule("mine", probe=unapproved, is_due=True)
    services.fire_due()
    services.approve_probe(unapproved, by=make_user("approver"))
    make_due(schedule)

    assert len(services.fire_due()) == 1


def test_zone_that_is_gone_from_the_host_stops_only_its_own_schedule() -> None:
    lost = make_schedule("lost", times="0 9 * * * Asia/Seoul", is_due=True)
    Schedule.objects.filter(pk=lost.pk).update(time_zone="Mars/Olympus")
    make_schedule("fine", is_due=True)

    (batch,) = services.fire_due()

    assert "fine" in [item.ref for item in batch.items.all()]
    lost.refresh_from_db()
    assert lost.next_at > timezone.now()
    assert services.standings([lost])[0].phase == "broken"


def test_new_schedule_runs_soon_and_is_planned_anew_only_when_its_times_change() -> None:
    fresh = Schedule(
        slug="fresh",
        name="fresh",
        probe=make_probe("fixed", params={"host": "127.0.0.1", "port": 9}),
        location=services.server_location(),
        every_s=86_400,
        jitter_s=30,
    )

    services.save_schedule(fresh)
    planned = fresh.next_at
    fresh.name = "another name"
    services.save_schedule(fresh)

    assert fresh.next_at == planned
    assert planned < timezone.now() + timedelta(seconds=31)

    fresh.every_s, fresh.cron, fresh.time_zone = None, "0 9 1 1 *", "Asia/Seoul"
    services.save_schedule(fresh)
    assert (fresh.next_at - timedelta(seconds=fresh.offset_s)).strftime("%d %H:%M") == "01 00:00"


def test_times_of_many_schedules_are_spread_and_stay_where_they_are() -> None:
    schedules = [
        make_schedule(f"s{number}", times="0 9 * * *", jitter_s=600) for number in range(20)
    ]

    offsets = [schedule.offset_s for schedule in schedules]

    assert len(set(offsets)) > 10
    assert all(0 <= offset <= 600 for offset in offsets)
    assert [Schedule.objects.get(pk=one.pk).offset_s for one in schedules] == offsets


def test_run_now_joins_the_batch_that_is_under_way() -> None:
    schedule = make_schedule()
    person = make_user("person")

    first = services.run_schedule(schedule, by=person)
    again = services.run_schedule(schedule, by=person)

    assert again == first
    assert (first.purpose, first.requested_by) == (Batch.Purpose.SCHEDULED, person)


def test_run_now_of_what_is_not_approved_is_refused() -> None:
    schedule = make_schedule()
    probe = Probe.objects.get(slug="tcp")
    probe.timeout_s = 9
    services.save_probe(probe, by=None)

    with pytest.raises(services.RequestRefused) as refused:
        services.run_schedule(schedule, by=None)

    assert [problem.code for problem in refused.value.problems] == ["not_approved"]


def test_firing_costs_the_same_for_one_schedule_and_for_many_that_are_not_due(
    django_assert_max_num_queries: object,
) -> None:
    for number in range(5):
        make_schedule(f"s{number}")

    with django_assert_max_num_queries(1):  # type: ignore[operator]
        services.fire_due()


def test_recorded_run_moves_the_state_in_the_same_transaction() -> None:
    schedule = make_schedule(is_due=True)
    services.fire_due()
    claimed = claim()
    assert claimed is not None

    services.record(claimed, {claimed.items[0].item_id: result("refused")})

    schedule.refresh_from_db()
    assert (schedule.state, schedule.consecutive) == ("CRITICAL", 1)
    assert schedule.last_run is not None

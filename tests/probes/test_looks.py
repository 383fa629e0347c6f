"""What a look does to a schedule: states and since when, baselines, blindness, flapping."""

from datetime import timedelta

import pytest

from probes import services
from probes.engine.spec import Status
from probes.models import Run, Schedule
from probes.services.flapping import change_percent, is_flapping
from tests.probes.factories import STARTED, claim, make_schedule, result

OK = {"status": Status.OK}


def look(schedule: Schedule, code: str, minute: int = 0, **fields: object) -> Schedule:
    """One recorded run of the schedule."""
    services.run_schedule(schedule, by=None)
    claimed = claim()
    assert claimed is not None
    at = STARTED + timedelta(minutes=minute)
    services.record(claimed, {claimed.items[0].item_id: result(code, started_at=at, **fields)})
    return Schedule.objects.get(pk=schedule.pk)


@pytest.mark.django_db
def test_state_keeps_since_when_it_stands() -> None:
    schedule = make_schedule()

    look(schedule, "connected", 0, **OK)
    look(schedule, "refused", 5)
    schedule = look(schedule, "timed_out_connect", 10)

    assert (schedule.state, schedule.consecutive) == ("CRITICAL", 2)
    assert schedule.since == STARTED + timedelta(minutes=5)
    assert schedule.history == "OCC"


@pytest.mark.django_db
def test_not_having_looked_leaves_the_state_and_says_since_when() -> None:
    schedule = make_schedule()
    look(schedule, "connected", 0, **OK)

    look(schedule, "not_allowed", 5, status=Status.UNKNOWN)
    schedule = look(schedule, "runner_overloaded", 10, status=Status.UNKNOWN)

    assert (schedule.state, schedule.since, schedule.consecutive) == ("OK", STARTED, 1)
    assert schedule.blind_since == STARTED + timedelta(minutes=5)
    assert schedule.history == "O"


@pytest.mark.django_db
def test_seeing_again_ends_the_blindness() -> None:
    schedule = make_schedule()
    look(schedule, "not_allowed", 0, status=Status.UNKNOWN)

    schedule = look(schedule, "connected", 5, **OK)

    assert (schedule.state, schedule.blind_since) == ("OK", None)


@pytest.mark.django_db
def test_refused_port_is_well_where_that_is_normal_and_its_opening_is_the_warning() -> None:
    schedule = make_schedule(baseline="refused")

    closed = look(schedule, "refused", 0)
    opened = look(schedule, "connected", 5, **OK)
    odd = look(schedule, "timed_out_connect", 10)

    assert [each.state for each in (closed, opened, odd)] == ["OK", "WARNING", "CRITICAL"]


@pytest.mark.django_db
def test_lost_runner_is_blindness_too() -> None:
    schedule = make_schedule()
    batch = services.run_schedule(schedule, by=None)
    for _number in range(services.MAX_TRIES):
        assert claim(lease=timedelta(seconds=-1)) is not None

    services.sweep()

    schedule.refresh_from_db()
    assert Run.objects.get(item__batch=batch).reason_code == "runner_lost"
    assert schedule.state == ""
    assert schedule.blind_since is not None


@pytest.mark.django_db
def test_state_that_comes_and_goes_is_flapping_until_it_is_quiet() -> None:
    schedule = make_schedule()
    for minute in range(6):
        code, fields = ("connected", OK) if minute % 2 else ("refused", {})
        schedule = look(schedule, code, minute, **fields)
    assert schedule.is_flapping

    for minute in range(6, 27):
        schedule = look(schedule, "connected", minute, **OK)

    assert not schedule.is_flapping
    assert len(schedule.history) == 21


@pytest.mark.django_db
def test_schedule_that_looks_at_something_else_forgets_what_it_saw() -> None:
    schedule = make_schedule()
    schedule = look(schedule, "refused")

    schedule.values = {"host": "127.0.0.1", "port": 8002}
    services.save_schedule(schedule)

    assert (schedule.state, schedule.history, schedule.last_run) == ("", "", None)


def test_change_is_weighed_as_nagios_does() -> None:
    # From its manual: newer changes weigh more, and 20 changes in 21 looks are 100 %.
    assert change_percent("") == 0
    assert change_percent("O" * 21) == 0
    assert change_percent("OC" * 10 + "O") == pytest.approx(100)
    assert change_percent("C" + "O" * 20) == pytest.approx(100 * 0.75 / 20)
    assert change_percent("O" * 20 + "C") == pytest.approx(100 * 1.25 / 20)
    assert change_percent("OC") == pytest.approx(100 * 1.25 / 20)
    assert change_percent("C" * 30 + "O" * 21) == 0


def test_flapping_starts_high_and_ends_low() -> None:
    three_new_changes = "O" * 18 + "COC"
    four_new_changes = "O" * 17 + "COCO"
    one_change_in_the_middle = "O" * 8 + "C" * 13

    assert not is_flapping(three_new_changes, was_flapping=False)
    assert is_flapping(four_new_changes, was_flapping=False)
    assert is_flapping(three_new_changes, was_flapping=True)
    assert not is_flapping(one_change_in_the_middle, was_flapping=True)

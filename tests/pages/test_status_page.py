"""The status of what runs by itself: one sentence, groups, and honesty about what was not seen."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from probes.engine.spec import Status
from probes.models import Maintenance, Schedule
from tests.factories import make_check, make_guide
from tests.pages.people import person
from tests.probes.factories import make_schedule
from tests.probes.test_histories import look

pytestmark = pytest.mark.django_db

PERMISSIONS = ("probes.view_schedule", "kb.view_guide")


@pytest.fixture
def viewer(client: Client) -> Client:
    person(client, *PERMISSIONS)
    return client


def headline(client: Client) -> str:
    shown = client.get("/status/").content.decode()
    start = shown.index('<h2 id="headline">') + len('<h2 id="headline">')
    return shown[start : shown.index("</h2>", start)]


def make_looked(slug: str, status: Status, **fields) -> Schedule:
    schedule = make_schedule(slug, **fields)
    look(schedule, status, ago=timedelta(minutes=20))
    return schedule


def test_all_well_is_said_in_one_sentence(viewer: Client) -> None:
    make_looked("a", Status.OK)
    make_looked("b", Status.OK)

    assert headline(viewer) == "All 2 scheduled checks are as expected"
    assert 'class="headline ok"' in viewer.get("/status/").content.decode()


def test_what_is_not_as_expected_is_counted(viewer: Client) -> None:
    make_looked("a", Status.OK)
    make_looked("b", Status.CRITICAL)

    assert headline(viewer) == "1 of 2 scheduled checks is not as expected"


def test_not_having_looked_is_neither_well_nor_failing(viewer: Client) -> None:
    make_looked("a", Status.OK)
    make_looked("b", Status.UNKNOWN)

    shown = viewer.get("/status/").content.decode()

    assert headline(viewer) == "1 of 2 scheduled checks could not look"
    assert "says nothing about the thing itself" in shown
    assert 'class="headline unknown"' in shown
    assert 'class="board-row unknown"' in shown


def test_one_that_saw_well_before_but_cannot_look_now_is_not_called_well(viewer: Client) -> None:
    schedule = make_looked("a", Status.OK)
    look(schedule, Status.UNKNOWN, code="not_allowed")

    assert headline(viewer) == "1 of 1 scheduled checks could not look"


def test_nothing_seen_is_not_called_well(viewer: Client) -> None:
    assert headline(viewer) == "Nothing runs by itself yet"

    make_schedule("a")

    assert headline(viewer) == "Nothing has been seen yet"


def test_what_rests_is_named_and_not_counted(viewer: Client) -> None:
    make_looked("a", Status.OK)
    make_looked("b", Status.CRITICAL, is_paused=True)
    resting = make_looked("c", Status.CRITICAL)
    now = timezone.now()
    Maintenance.objects.create(
        starts_at=now, ends_at=now + timedelta(hours=1), reason="new cables", schedule=resting
    )

    shown = viewer.get("/status/").content.decode()

    assert headline(viewer) == "The only scheduled check is as expected"
    assert "2 do not run by themselves now" in shown
    assert "paused" in shown
    assert "new cables" in shown


def test_one_that_should_have_run_by_now_is_late(viewer: Client) -> None:
    schedule = make_looked("a", Status.OK)
    Schedule.objects.filter(pk=schedule.pk).update(next_at=timezone.now() - timedelta(minutes=5))

    shown = viewer.get("/status/").content.decode()

    assert headline(viewer) == "1 scheduled check is late: it should have looked by now"
    assert "late: was due" in shown
    assert "Is a worker running?" in shown


def test_guides_section_and_service_stand_with_the_check(viewer: Client) -> None:
    guide = make_guide("ports", title="Ports of the shop", services=("shop",))
    schedule = make_looked("a", Status.CRITICAL)
    make_check(guide, "port", probe=schedule.probe, section="step-1")
    Schedule.objects.update(source="guide:ports", ref="ports/port")

    answer = viewer.get("/status/")

    assert 'href="/g/ports/#step-1"' in answer.content.decode()
    assert [group.name for group in answer.context["board"].groups] == ["shop"]


def test_groups_and_rows_begin_with_the_worst(viewer: Client) -> None:
    make_looked("a-well", Status.OK)
    make_looked("b-blind", Status.UNKNOWN)
    make_looked("c-bad", Status.CRITICAL)

    (group,) = viewer.get("/status/").context["board"].groups

    assert [row.schedule.slug for row in group.rows] == ["c-bad", "b-blind", "a-well"]


def test_board_asks_again_by_itself_and_loads_without_javascript(viewer: Client) -> None:
    make_looked("a", Status.OK)

    whole = viewer.get("/status/?look=wall").content.decode()
    part = viewer.get("/status/live/?look=wall").content.decode()

    assert 'hx-get="/status/live/?look=wall" hx-trigger="every 30s"' in whole
    assert 'href="/status/?look=wall"' in whole
    assert "<html" not in part
    assert 'class="bar"' not in whole
    assert " style=" not in whole


def test_status_is_for_those_who_may_see_schedules(client: Client) -> None:
    person(client, "probes.view_probe")

    assert client.get("/status/").status_code == 403
    assert client.get("/status/live/").status_code == 403


def test_board_costs_the_same_for_one_schedule_and_for_many(viewer: Client) -> None:
    make_looked("first", Status.OK)
    guide = make_guide("ports")
    Schedule.objects.update(source="guide:ports", ref="ports/port")
    viewer.get("/status/")
    counts = []
    for more in (0, 6):
        for number in range(more):
            make_looked(f"more-{number}", Status.OK)
        Schedule.objects.update(source=f"guide:{guide.slug}")
        with CaptureQueriesContext(connection) as queries:
            viewer.get("/status/")
        counts.append(len(queries))

    assert counts[0] == counts[1]

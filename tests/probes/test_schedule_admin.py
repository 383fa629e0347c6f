"""Schedules and maintenance windows in the admin: written, refused in words, paused, run."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from probes import services
from probes.models import Batch, Maintenance, Probe, Schedule
from tests.probes.factories import make_probe, make_schedule, make_user
from tests.probes.test_admin import staff

pytestmark = pytest.mark.django_db

LIST = "/admin/probes/schedule/"
ADD = "/admin/probes/schedule/add/"


@pytest.fixture
def operator() -> Client:
    return staff(
        "operator",
        *("view_schedule", "add_schedule", "change_schedule", "delete_schedule"),
        *("view_maintenance", "add_maintenance", "change_maintenance"),
        *("view_probe", "run_probe", "view_run", "view_location"),
    )


def fields(**changed: str) -> dict[str, str]:
    probe = Probe.objects.filter(slug="tcp").first() or make_probe()
    return {
        "name": "Shop",
        "slug": "shop",
        "probe": str(probe.pk),
        "values": "host: 127.0.0.1\nport: 8001",
        "times": "every 5m",
        "location": str(services.server_location().pk),
        "jitter_s": "10",
        "baseline": "",
        **changed,
    }


def test_schedule_is_written_with_its_values_as_lines(operator: Client) -> None:
    operator.post(ADD, fields(times="0 9 * * * Asia/Seoul", baseline="refused"))

    schedule = Schedule.objects.get()
    assert schedule.values == {"host": "127.0.0.1", "port": 8001}
    assert (schedule.cron, schedule.time_zone) == ("0 9 * * *", "Asia/Seoul")
    assert schedule.next_at > timezone.now()


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"times": "hourly"}, "times", "every 5m"),
        ({"values": "host: 127.0.0.1"}, "values", "port"),
        ({"values": "host: 127.0.0.1\nport: 70000"}, "values", "65535"),
        ({"baseline": "open"}, "baseline", "refused"),
        ({"jitter_s": "300"}, "jitter_s", ""),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    operator: Client, changed: dict[str, str], field: str, says: str
) -> None:
    answer = operator.post(ADD, fields(**changed))

    errors = answer.context["adminform"].form.errors
    assert list(errors) == [field]
    assert says in str(errors[field])
    assert not Schedule.objects.exists()


def test_stored_schedule_comes_back_into_its_form_as_it_was_written(operator: Client) -> None:
    schedule = make_schedule(times="every 2h")
    address = reverse("admin:probes_schedule_change", args=[schedule.pk])

    form = operator.get(address).context["adminform"].form

    assert form["times"].value() == "every 2h"
    assert form["values"].value() == "host: 127.0.0.1\nport: 8001"

    operator.post(address, fields(name="Other", times="every 3h"))
    schedule.refresh_from_db()
    assert (schedule.name, schedule.every_s) == ("Other", 3 * 3600)


def test_actions_pause_resume_and_run(operator: Client) -> None:
    schedule = make_schedule()
    chosen = {"_selected_action": [schedule.pk]}

    operator.post(LIST, {**chosen, "action": "pause"})
    assert Schedule.objects.get().is_paused

    operator.post(LIST, {**chosen, "action": "resume"})
    assert not Schedule.objects.get().is_paused

    operator.post(LIST, {**chosen, "action": "run_now"})
    batch = Batch.objects.get()
    assert (batch.purpose, batch.requested_by.username) == ("scheduled", "operator")


def test_run_action_says_why_it_cannot_run(operator: Client) -> None:
    probe = make_probe("mine", params={"host": "127.0.0.1", "port": 9}, approved=False)
    schedule = make_schedule("mine", probe=probe)

    page = operator.post(
        LIST, {"_selected_action": [schedule.pk], "action": "run_now"}, follow=True
    )

    assert any("mine" in str(message) for message in page.context["messages"])
    assert not Batch.objects.exists()


def test_who_may_not_run_is_not_offered_it() -> None:
    make_schedule()
    client = staff("writer", "view_schedule", "change_schedule", "view_probe")

    page = client.get(LIST).content.decode()

    assert 'value="pause"' in page
    assert 'value="run_now"' not in page


@pytest.mark.parametrize("choice", ["paused", "not_approved", "blind", "flapping"])
def test_list_is_narrowed_to_what_needs_a_look(operator: Client, choice: str) -> None:
    make_schedule("plain")
    odd = make_schedule("odd", probe=make_probe("tcp2", params={"host": "127.0.0.1", "port": 9}))
    Schedule.objects.filter(pk=odd.pk).update(
        is_paused=choice == "paused",
        blind_since=timezone.now() if choice == "blind" else None,
        is_flapping=choice == "flapping",
    )
    if choice == "not_approved":
        Probe.objects.filter(slug="tcp2").update(approved_hash="")

    page = operator.get(f"{LIST}?runs={choice}")

    assert [row.slug for row in page.context["cl"].result_list] == ["odd"]


def test_what_a_guide_keeps_is_only_looked_at(operator: Client) -> None:
    kept = services.Kept(
        ref="shop/port",
        name="Port",
        probe=make_probe(),
        times="every 5m",
        values={"host": "127.0.0.1", "port": 8001},
    )
    services.keep_schedules("guide:shop", [kept])
    schedule = Schedule.objects.get()
    address = reverse("admin:probes_schedule_change", args=[schedule.pk])

    page = operator.get(address).content.decode()

    assert "shop/port" in page
    assert "port: 8001" in page
    assert 'name="times"' not in page
    assert operator.post(address, fields(name="Mine")).status_code == 403


def test_window_remembers_who_wrote_it_and_can_be_ended(operator: Client) -> None:
    now = timezone.localtime()
    start, end = now - timedelta(hours=1), now + timedelta(hours=1)
    window = {
        "reason": "new cables",
        "starts_at_0": start.strftime("%Y-%m-%d"),
        "starts_at_1": start.strftime("%H:%M:%S"),
        "ends_at_0": end.strftime("%Y-%m-%d"),
        "ends_at_1": end.strftime("%H:%M:%S"),
    }

    operator.post("/admin/probes/maintenance/add/", window)

    stored = Maintenance.objects.get()
    assert stored.created_by.username == "operator"
    assert stored.is_under_way

    operator.post(
        "/admin/probes/maintenance/", {"_selected_action": [stored.pk], "action": "end_now"}
    )
    assert not Maintenance.objects.get().is_under_way


def test_window_that_ends_before_it_starts_is_refused(operator: Client) -> None:
    window = {
        "reason": "x",
        "starts_at_0": "2026-11-02",
        "starts_at_1": "10:00",
        "ends_at_0": "2026-11-02",
        "ends_at_1": "09:00",
    }

    answer = operator.post("/admin/probes/maintenance/add/", window)

    assert answer.context["adminform"].form.errors
    assert not Maintenance.objects.exists()


def test_list_costs_the_same_for_one_schedule_and_for_many(operator: Client) -> None:
    make_schedule("s0")
    operator.get(LIST)
    with CaptureQueriesContext(connection) as one:
        operator.get(LIST)
    for number in range(1, 5):
        make_schedule(f"s{number}")

    with CaptureQueriesContext(connection) as many:
        operator.get(LIST)

    assert len(many) == len(one)


def test_planned_work_names_each_of_its_inputs(client: Client) -> None:
    client.force_login(make_user("boss", is_staff=True, is_superuser=True))

    form = client.get(
        "/admin/probes/maintenance/add/", headers={"Accept-Language": "ko"}
    ).content.decode()

    assert 'aria-label="시작: 날짜"' in form
    assert 'data-placeholder="전체"' in form
    assert "사유" in form

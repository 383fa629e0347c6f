"""Schedules over HTTP: kept, refused with every fault, paused, run now."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from probes import services
from probes.models import Maintenance, Probe, Schedule
from probes.remedies import remedy_of
from tests.probes.factories import claim, make_probe, make_schedule, make_user, result
from tests.probes.test_api import pointers, post

pytestmark = pytest.mark.django_db

EVERYTHING = (
    "probes.view_schedule",
    "probes.add_schedule",
    "probes.change_schedule",
    "probes.delete_schedule",
    "probes.run_probe",
)
PORT = {
    "slug": "shop-port",
    "name": "The shop's port",
    "probe": "tcp",
    "times": "every 5m",
    "values": {"host": "127.0.0.1", "port": 8001},
    "baseline": "refused",
}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("operator", *EVERYTHING))
    return client


def patch(client: Client, slug: str, body: Any) -> Any:
    return client.patch(f"/api/v1/schedules/{slug}", body, content_type="application/json")


def test_new_schedule_is_kept_with_its_next_time(client: Client) -> None:
    make_probe()

    answer = post(client, "/api/v1/schedules", PORT)

    assert answer.status_code == 201
    assert answer["Location"] == "/api/v1/schedules/shop-port"
    body = answer.json()
    assert {name: body[name] for name in PORT} == PORT
    assert (body["phase"], body["location"], body["state"]) == ("waiting", "server", "")
    assert body["next_at"] is not None


def test_everything_wrong_is_said_at_once(client: Client) -> None:
    make_probe()
    wrong = {**PORT, "slug": "Not A Slug", "probe": "gone", "unknown": 1, "jitter_s": -1}

    answer = post(client, "/api/v1/schedules", wrong)

    assert pointers(answer) == {"/slug", "/probe", "/unknown", "/jitter_s"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"times": "hourly"}, "/times"),
        ({"times": "0 99 * * *"}, "/times"),
        ({"values": {"host": "127.0.0.1"}}, "/values/port"),
        ({"values": {"host": "127.0.0.1", "port": 99999}}, "/values/port"),
        ({"values": {**PORT["values"], "other": 1}}, "/values/other"),
        ({"baseline": "not_allowed"}, "/baseline"),
        ({"baseline": "open"}, "/baseline"),
        ({"jitter_s": 300}, "/jitter_s"),
        ({"probe": "ask"}, "/probe"),
    ],
)
def test_what_cannot_run_is_refused_where_it_is_wrong(
    client: Client, change: dict[str, Any], pointer: str
) -> None:
    make_probe()
    make_probe("ask", kind="manual", params={"question": "Is it green?"})

    answer = post(client, "/api/v1/schedules", {**PORT, **change})

    assert pointer in pointers(answer)
    assert not Schedule.objects.exists()


def test_unapproved_probe_may_be_scheduled_and_says_that_it_does_not_run(client: Client) -> None:
    make_probe(approved=False)

    body = post(client, "/api/v1/schedules", PORT).json()

    assert body["phase"] == "not_approved"
    assert post(client, "/api/v1/schedules/shop-port/run").status_code == 400


def test_change_of_one_field_keeps_the_others(client: Client) -> None:
    make_schedule()

    body = patch(client, "shop-port", {"times": "0 9 * * * Asia/Seoul"}).json()

    assert body["times"] == "0 9 * * * Asia/Seoul"
    assert body["values"] == {"host": "127.0.0.1", "port": 8001}


def test_pause_and_resume(client: Client) -> None:
    make_schedule()

    paused = post(client, "/api/v1/schedules/shop-port/pause").json()
    resumed = post(client, "/api/v1/schedules/shop-port/pause", {"is_paused": False}).json()
    patched = patch(client, "shop-port", {"is_paused": True}).json()

    assert [body["phase"] for body in (paused, resumed, patched)] == ["paused", "waiting", "paused"]


def test_run_now_answers_with_the_batch_to_follow(client: Client) -> None:
    make_schedule()

    answer = post(client, "/api/v1/schedules/shop-port/run")

    assert answer.status_code == 202
    assert answer.json()["purpose"] == "scheduled"
    assert answer["Location"].startswith("/api/v1/batches/bat_")
    assert Schedule.objects.get().last_batch.public_id == answer.json()["id"]


def test_state_and_what_was_seen_are_told(client: Client) -> None:
    schedule = make_schedule()
    services.run_schedule(schedule, by=None)
    claimed = claim()
    assert claimed is not None
    services.record(claimed, {claimed.items[0].item_id: result("refused")})

    body = client.get("/api/v1/schedules/shop-port").json()

    assert (body["state"], body["consecutive"], body["is_flapping"]) == ("CRITICAL", 1, False)
    assert body["recent"][0]["reason_code"] == "refused"
    assert body["last_run"].startswith("run_")


def test_maintenance_says_until_when(client: Client) -> None:
    schedule = make_schedule()
    Maintenance.objects.create(
        starts_at="2026-01-01T00:00Z", ends_at="2090-01-01T00:00Z", reason="move", schedule=schedule
    )

    body = client.get("/api/v1/schedules/shop-port").json()

    assert body["phase"] == "maintenance"
    assert body["maintenance"] == {"until": "2090-01-01T00:00:00Z", "reason": "move"}


def test_what_a_guide_keeps_is_changed_in_the_guide(client: Client) -> None:
    probe = make_probe()
    services.keep_schedules(
        "guide:shop",
        [
            services.Kept(
                ref="shop/port",
                name="port",
                probe=probe,
                times="every 5m",
                values={"host": "127.0.0.1", "port": 1},
            )
        ],
    )

    assert patch(client, "shop-port", {"times": "every 1h"}).status_code == 409
    assert client.delete("/api/v1/schedules/shop-port").status_code == 409
    assert patch(client, "shop-port", {"is_paused": True}).status_code == 200


def test_deleted_schedule_is_gone_and_its_runs_stay(client: Client) -> None:
    schedule = make_schedule()
    batch = services.run_schedule(schedule, by=None)

    assert client.delete("/api/v1/schedules/shop-port").status_code == 204
    assert client.get("/api/v1/schedules/shop-port").status_code == 404
    assert batch.items.count() == 1


def test_list_is_narrowed_by_state_probe_and_words(client: Client) -> None:
    make_schedule("first")
    make_schedule("second")
    Schedule.objects.filter(slug="first").update(state="CRITICAL")

    def slugs(query: str) -> list[str]:
        return [row["slug"] for row in client.get(f"/api/v1/schedules?{query}").json()["results"]]

    assert slugs("") == ["first", "second"]
    assert slugs("state=CRITICAL") == ["first"]
    assert slugs("q=sec") == ["second"]
    assert slugs("probe=other") == []
    assert client.get("/api/v1/schedules?stat=OK").status_code == 400


def test_queries_do_not_grow_with_the_list(client: Client) -> None:
    make_schedule("s0")
    client.get("/api/v1/schedules")
    with CaptureQueriesContext(connection) as one:
        client.get("/api/v1/schedules")
    for number in range(1, 6):
        make_schedule(f"s{number}")

    with CaptureQueriesContext(connection) as many:
        client.get("/api/v1/schedules")

    assert len(many) == len(one)


@pytest.mark.parametrize("missing", EVERYTHING)
def test_each_deed_has_its_own_permission(missing: str) -> None:
    make_schedule()
    client = Client()
    client.force_login(make_user("other", *(name for name in EVERYTHING if name != missing)))
    deeds = {
        "probes.view_schedule": lambda: client.get("/api/v1/schedules"),
        "probes.add_schedule": lambda: post(client, "/api/v1/schedules", PORT),
        "probes.change_schedule": lambda: patch(client, "shop-port", {"is_paused": True}),
        "probes.delete_schedule": lambda: client.delete("/api/v1/schedules/shop-port"),
        "probes.run_probe": lambda: post(client, "/api/v1/schedules/shop-port/run"),
    }

    assert deeds[missing]().status_code == 403


def test_run_that_could_not_look_says_what_to_do(client: Client) -> None:
    client.force_login(make_user("reader", "probes.view_run"))
    schedule = make_schedule()
    batch = services.run_schedule(schedule, by=None)
    probe = Probe.objects.get()
    probe.timeout_s = 9
    services.save_probe(probe, by=None)
    assert claim() is None

    (item,) = client.get(f"/api/v1/batches/{batch.public_id}").json()["items"]

    assert item["run"]["reason_code"] == "not_approved"
    assert item["run"]["remedy"]["who"] == "operator"
    assert item["run"]["remedy"]["what"] == str(remedy_of("not_approved").what)

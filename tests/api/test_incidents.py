"""Incidents over HTTP."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from incidents.models import Incident
from kb.models import Service
from tests.api.conftest import key_client
from tests.factories import make_cause, make_guide


@pytest.fixture
def reporter(db: None) -> APIClient:
    return key_client("incidents.view_incident", "incidents.add_incident", "incidents.add_note")


def test_an_incident_is_opened_and_read_again(reporter: APIClient) -> None:
    Service.objects.create(slug="api", name="API")

    made = reporter.post(
        "/api/v1/incidents", {"title": "API down", "services": ["api"]}, format="json"
    )

    assert made.status_code == 201
    body = reporter.get(made["Location"]).json()
    assert (body["title"], body["status"], body["services"]) == ("API down", "open", ["api"])


def test_a_note_is_appended(reporter: APIClient) -> None:
    made = reporter.post("/api/v1/incidents", {"title": "API down"}, format="json")

    reporter.post(f"{made['Location']}/notes", {"text": "restarted"}, format="json")

    assert [note["text"] for note in reporter.get(made["Location"]).json()["notes"]] == [
        "restarted"
    ]


def test_incidents_come_newest_first_and_page_by_page(reporter: APIClient) -> None:
    for number in range(3):
        Incident.objects.create(title=f"number {number}")

    first = reporter.get("/api/v1/incidents?page_size=2").json()
    second = reporter.get(first["next"]).json()

    assert [one["title"] for one in first["results"]] == ["number 2", "number 1"]
    assert [one["title"] for one in second["results"]] == ["number 0"]
    assert second["next"] is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "x" * 201},
        {"title": "a", "severity": "bad"},
        {"title": "a", "services": ["nope"]},
        {"title": "a", "colour": "red"},
        {"title": ["a"]},
    ],
)
def test_bad_input_is_refused_and_nothing_is_opened(reporter: APIClient, body: dict) -> None:
    answer = reporter.post("/api/v1/incidents", body, format="json")

    assert answer.status_code == 400
    assert Incident.objects.count() == 0


RESPONDER = (
    "incidents.view_incident",
    "incidents.add_incident",
    "incidents.change_incident",
    "incidents.add_note",
    "incidents.view_actionitem",
    "incidents.add_actionitem",
    "incidents.change_actionitem",
    "kb.add_attempt",
)


@pytest.fixture
def working(db: None) -> APIClient:
    return key_client(*RESPONDER)


def opened(client: APIClient, **said: object) -> str:
    said = {"title": "API down", "started_at": "2026-11-20T14:00:00Z", **said}
    return client.post("/api/v1/incidents", said, format="json")["Location"]


def moved(client: APIClient, address: str, status: str, **said: object):
    return client.post(f"{address}/status", {"status": status, **said}, format="json")


def test_an_incident_goes_its_way_and_says_how_long_it_took(working: APIClient) -> None:
    address = opened(working)

    moved(working, address, "investigating", at="2026-11-20T14:05:00Z")
    moved(working, address, "mitigated", at="2026-11-20T14:30:00Z")
    body = moved(
        working, address, "closed", at="2026-11-20T15:00:00Z", kind="fix", note="Restarted."
    ).json()

    assert body["status"] == "closed"
    assert body["times"] == {
        "to_acknowledge_s": 300,
        "to_identify_s": None,
        "to_mitigate_s": 1800,
        "to_resolve_s": 3600,
    }
    assert body["next_statuses"] == ["investigating"]


def test_an_illegal_step_is_a_conflict_that_says_what_is_allowed(working: APIClient) -> None:
    address = opened(working)
    moved(working, address, "mitigated")

    answer = moved(working, address, "identified")

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")
    assert answer["Content-Type"] == "application/problem+json"
    assert working.get(address).json()["status"] == "mitigated"


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"status": "investigating", "at": "2026-11-20T13:00:00Z"}, "/at"),
        ({"status": "investigating", "at": "2099-01-01T00:00:00Z"}, "/at"),
        ({"status": "closed"}, "/note"),
        ({"status": "closed", "kind": "workaround", "note": "Off."}, "/known_error"),
        ({"status": "investigating", "kind": "fix"}, "/kind"),
        ({"status": "closed", "resolution": "no/such/fix"}, "/resolution"),
        ({"status": "closed", "cause": "none"}, "/cause"),
        ({"status": "closed", "cause": "a\x00/b"}, "/cause"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_step_that_cannot_be_taken_names_what_is_wrong(
    working: APIClient, said: dict, pointer: str
) -> None:
    address = opened(working)

    answer = working.post(f"{address}/status", said, format="json")

    assert answer.status_code in (400, 422)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert Incident.objects.get().status == "open"


def test_what_is_sent_is_changed_and_nothing_else(working: APIClient) -> None:
    User.objects.create_user("jisu")
    address = opened(working, severity="major")

    body = working.patch(address, {"assignee": "jisu", "environment": "prod"}, format="json").json()

    assert (body["assignee"], body["environment"], body["severity"]) == ("jisu", "prod", "major")
    for name in ("nobody", "a\x00b"):
        refused = working.patch(address, {"assignee": name, "colour": "red"}, format="json")
        assert {error["pointer"] for error in refused.json()["errors"]} == {"/assignee", "/colour"}


def test_attempts_are_kept_in_order_with_the_causes_they_took_away(working: APIClient) -> None:
    cause = make_cause(make_guide("proxy"), "pool-empty")
    address = opened(working)
    for what, at in (("second", "2026-11-20T15:00:00Z"), ("first", "2026-11-20T14:10:00Z")):
        said = {"what": what, "outcome": "failed", "at": at, "addresses": [cause.key]}
        assert working.post(f"{address}/attempts", said, format="json").status_code == 201

    tried = working.get(f"{address}/attempts").json()["results"]

    assert [one["what"] for one in tried] == ["first", "second"]
    assert tried[0]["addresses"] == ["proxy/pool-empty"]


def test_action_items_are_listed_with_their_days_and_done_in_one_call(working: APIClient) -> None:
    address = opened(working)
    due = timezone.localdate() - timedelta(days=12)
    said = {"what": "Pin the versions", "due": due.isoformat(), "horizon": "short"}
    made = working.post(f"{address}/action-items", said, format="json").json()

    (overdue,) = working.get("/api/v1/action-items?overdue=1").json()["results"]
    assert (overdue["what"], overdue["days_overdue"]) == ("Pin the versions", 12)

    done = working.patch(f"/api/v1/action-items/{made['number']}", {"done": True}, format="json")
    assert done.json()["done_at"]
    assert working.get("/api/v1/action-items?overdue=1").json()["count"] == 0
    assert working.get("/api/v1/action-items?done=1").json()["count"] == 1


def test_a_duplicate_is_merged_and_taken_out_again(working: APIClient) -> None:
    whole, duplicate = opened(working), opened(working, title="The same")
    into = whole.rpartition("/")[2]
    working.post(f"{duplicate}/notes", {"text": "Three users called."}, format="json")

    merged = working.post(f"{duplicate}/merge", {"into": into}, format="json").json()
    lines = working.get(f"{whole}/timeline").json()["results"]
    again = working.post(f"{whole}/merge", {"into": merged["id"]}, format="json")
    parted = working.delete(f"{duplicate}/merge").json()

    assert (merged["status"], merged["merged_into"]) == ("closed", into)
    told = [line["text"] for line in lines if line["incident"] == merged["id"] and "text" in line]
    assert told == ["Three users called."]
    assert (again.status_code, again.json()["code"]) == (409, "cannot_merge")
    assert (parted["status"], parted["merged_into"]) == ("open", None)


def test_what_comes_back_says_which_time_it_is(working: APIClient) -> None:
    first = opened(working, text="zorkmid drained at 3", started_at="2026-11-14T14:00:00Z")
    moved(working, first, "closed", note="Filled it.")
    second = opened(working, text="zorkmid drained at 9")

    found = working.get(second).json()["recurrence"]

    assert (found["number"], found["every_s"]) == (2, 6 * 86400)
    assert [one["fixed_by"] for one in found["earlier"]] == ["Filled it."]
    listed = working.get("/api/v1/incidents?recurring=1").json()["results"]
    assert [(one["id"], one["times_before"]) for one in listed] == [(second.rpartition("/")[2], 1)]


def test_statistics_are_told_by_severity_and_what_is_unknown_is_null(working: APIClient) -> None:
    address = opened(working, severity="critical")
    moved(working, address, "resolved", at="2026-11-20T14:20:00Z")
    opened(working, severity="minor")

    body = working.get("/api/v1/incidents/statistics?by=severity").json()

    assert (body["all"]["incidents"], body["all"]["open"]) == (2, 1)
    assert [group["key"] for group in body["groups"]] == ["critical", "minor"]
    known, unknown = (group["to_resolve"] for group in body["groups"])
    assert known == {"known": 1, "mean_s": 1200, "median_s": 1200}
    assert unknown == {"known": 0, "mean_s": None, "median_s": None}
    narrowed = working.get("/api/v1/incidents/statistics?severity=minor").json()
    assert narrowed["all"]["incidents"] == 1
    assert working.get("/api/v1/incidents/statistics?by=colour").status_code == 400


def test_the_list_asks_the_same_number_of_queries_for_more_incidents(working: APIClient) -> None:
    counts = []
    for _round in range(2):
        for number in range(3):
            opened(working, text=f"zorkmid drained at {number}")
        with CaptureQueriesContext(connection) as asked:
            working.get("/api/v1/incidents")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_a_key_without_the_scope_changes_nothing(reporter: APIClient) -> None:
    address = opened(reporter)
    other = opened(reporter)

    refused = [
        moved(reporter, address, "investigating"),
        reporter.patch(address, {"severity": "critical"}, format="json"),
        reporter.post(f"{address}/merge", {"into": other.rpartition("/")[2]}, format="json"),
        reporter.post(f"{address}/attempts", {"what": "a", "outcome": "failed"}, format="json"),
        reporter.post(f"{address}/action-items", {"what": "a"}, format="json"),
        reporter.get("/api/v1/action-items"),
    ]

    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert set(Incident.objects.values_list("status", "severity")) == {("open", "minor")}


def test_a_time_that_cannot_be_right_is_named_by_its_own_field(working: APIClient) -> None:
    address, later = opened(working), "2099-01-01T00:00:00Z"

    refused = [
        working.post(f"{address}/notes", {"text": "a", "occurred_at": later}, format="json"),
        working.patch(address, {"started_at": later}, format="json"),
        working.post("/api/v1/incidents", {"title": "a", "started_at": later}, format="json"),
    ]

    pointers = [answer.json()["errors"][0]["pointer"] for answer in refused]
    assert pointers == ["/occurred_at", "/started_at", "/started_at"]


def test_done_and_overdue_contradict_each_other(working: APIClient) -> None:
    answer = working.get("/api/v1/action-items?overdue=1&done=1")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/overdue"


def test_the_work_that_remains_leads_from_page_to_page(working: APIClient) -> None:
    address = opened(working)
    for what in ("one", "two", "three"):
        working.post(f"{address}/action-items", {"what": what}, format="json")

    first = working.get("/api/v1/action-items?page_size=2").json()
    second = working.get(first["next"]).json()

    assert (first["count"], first["previous"], len(first["results"])) == (3, None, 2)
    assert (second["next"], len(second["results"])) == (None, 1)
    assert working.get(second["previous"]).json()["results"] == first["results"]

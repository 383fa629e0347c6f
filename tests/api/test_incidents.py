"""Incidents over HTTP."""

import pytest
from rest_framework.test import APIClient

from incidents.models import Incident
from kb.models import Service
from tests.api.conftest import key_client


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

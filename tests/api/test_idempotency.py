"""A creating request that is sent again under its key creates nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from incidents import services
from incidents.models import ActionItem, Incident, Note
from kb.models import Attempt
from probes.models import AnsweredRequest
from tests.api.conftest import key_client

pytestmark = pytest.mark.django_db
INCIDENTS = "/api/v1/incidents"
KEY = {"Idempotency-Key": "alert-7"}


@pytest.fixture
def client() -> APIClient:
    return key_client(
        "incidents.view_incident",
        "incidents.add_incident",
        "incidents.add_note",
        "incidents.add_actionitem",
        "kb.add_attempt",
    )


def test_the_same_request_again_gets_the_stored_answer(client: APIClient) -> None:
    first, again = (
        client.post(INCIDENTS, {"title": "API down"}, format="json", headers=KEY) for _ in range(2)
    )

    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.content, first["Location"]) == (again.content, again["Location"])
    assert (first.has_header("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (
        False,
        "true",
    )
    assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "said", "model"),
    [
        ("notes", {"text": "restarted"}, Note),
        ("attempts", {"what": "restart", "outcome": "failed"}, Attempt),
        ("action-items", {"what": "add an alarm"}, ActionItem),
    ],
)
def test_what_is_added_to_an_incident_is_added_once(
    client: APIClient, address: str, said: dict[str, str], model: type
) -> None:
    incident = services.open_incident("API down", by=None)

    answers = [
        client.post(f"{INCIDENTS}/{incident.public_id}/{address}", said, format="json", headers=KEY)
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert model.objects.count() == 1


def test_the_key_of_another_request_is_refused(client: APIClient) -> None:
    client.post(INCIDENTS, {"title": "API down"}, format="json", headers=KEY)

    answer = client.post(INCIDENTS, {"title": "Queue full"}, format="json", headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_conflict")
    assert Incident.objects.count() == 1


def test_a_refused_request_leaves_its_key_free(client: APIClient) -> None:
    assert client.post(INCIDENTS, {"title": ""}, format="json", headers=KEY).status_code == 400

    answer = client.post(INCIDENTS, {"title": "API down"}, format="json", headers=KEY)

    assert answer.status_code == 201


def test_two_people_may_choose_the_same_key(client: APIClient) -> None:
    other = key_client("incidents.add_incident")

    for one in (client, other):
        one.post(INCIDENTS, {"title": "API down"}, format="json", headers=KEY)

    assert Incident.objects.count() == 2


def test_after_a_day_the_key_is_free_again(client: APIClient) -> None:
    client.post(INCIDENTS, {"title": "API down"}, format="json", headers=KEY)
    AnsweredRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))

    client.post(INCIDENTS, {"title": "API down"}, format="json", headers=KEY)

    assert Incident.objects.count() == 2
    assert AnsweredRequest.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "k" * 201])
def test_a_key_of_no_use_is_refused(client: APIClient, key: str) -> None:
    answer = client.post(
        INCIDENTS, {"title": "API down"}, format="json", headers={"Idempotency-Key": key}
    )

    assert answer.status_code == 400
    assert not Incident.objects.exists()

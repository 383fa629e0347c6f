"""An incident becomes a guide over HTTP."""

import pytest
from rest_framework.test import APIClient

from incidents import services
from incidents.models import Incident
from kb.models import Guide
from tests.api.conftest import key_client
from tests.kb.unreachable import TEXT, make_unreachable, see

PASTE = "ERROR kafka.consumer: offset commit failed with retriable error: NOT_COORDINATOR"


@pytest.fixture
def author(db: None) -> APIClient:
    return key_client("incidents.view_incident", "kb.add_guide")


def made(text: str = PASTE) -> tuple[Incident, str]:
    incident = services.open_incident("Orders stand still", by=None, text=text)
    return incident, f"/api/v1/incidents/{incident.public_id}/promote"


def test_proposals_say_what_each_phrase_would_have_found(author: APIClient) -> None:
    _incident, address = made()

    body = author.get(address).json()

    assert [(one["right"], one["wrong"]) for one in body["symptoms"]] == [(1, 0)]
    assert "NOT_COORDINATOR" in body["symptoms"][0]["phrase"]


def test_a_choice_becomes_a_draft(author: APIClient) -> None:
    known = make_unreachable()
    incident, address = made(TEXT)
    see(incident.investigation, known, listener="not_listening")
    said = {
        "title": "Port closed",
        "cause": "Nobody listens",
        "phrases": ["net::ERR_CONNECTION_REFUSED"],
        "checks": ["listener"],
    }

    answer = author.post(address, said, format="json")

    assert (answer.status_code, answer.json()["state"]) == (201, "draft")
    guide = Guide.objects.get(slug=answer.json()["guide"])
    assert guide.causes.get().evidence.get().when == {"listener": {"reason": ["not_listening"]}}


@pytest.mark.parametrize(
    ("said", "status", "where"),
    [
        ({}, 400, {"title", "cause"}),
        ({"title": "a", "cause": "b", "checks": ["nope"], "avoid": [7]}, 400, {"checks", "avoid"}),
        ({"into": "nowhere/nothing"}, 403, set()),
        ({"title": "a", "cause": "b", "state": "published"}, 403, set()),
        ({"title": "a", "cause": "b", "colour": "red"}, 400, {"colour"}),
    ],
)
def test_what_cannot_be_done_says_where_and_writes_nothing(
    author: APIClient, said: dict[str, object], status: int, where: set[str]
) -> None:
    answer = author.post(made()[1], said, format="json")

    pointers = {error["pointer"].split("/")[1] for error in answer.json().get("errors", [])}
    assert (answer.status_code, pointers) == (status, where)
    assert not Guide.objects.exists()


@pytest.mark.django_db
def test_an_editor_adds_to_a_cause_that_is_known() -> None:
    editor = key_client("incidents.view_incident", "kb.add_guide", "kb.change_guide")
    known = make_unreachable()
    cause = known.causes.first()

    said = {"into": cause.key, "phrases": ["offset commit failed"]}
    answer = editor.post(made()[1], said, format="json")

    assert (answer.status_code, answer.json()["guide"]) == (201, known.slug)
    assert known.symptoms.get(slug=f"observed-{cause.slug}").phrases == ["offset commit failed"]

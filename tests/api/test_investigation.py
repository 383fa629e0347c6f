"""From the terminal to the outcome: batch, run, outcome."""

from rest_framework.test import APIClient

from kb.models import Attempt
from probes.models import Location

REFUSED = "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED"


def started(client: APIClient) -> dict:
    return client.post("/api/v1/match", {"text": REFUSED}, format="json").json()


def batches(found: dict) -> str:
    return f"/api/v1/investigations/{found['id']}/batches"


def test_a_batch_waits_for_the_values_of_a_paste_to_be_confirmed(responder: APIClient) -> None:
    found = started(responder)

    answer = responder.post(batches(found), {"checks": ["connection/listener"]}, format="json")

    assert answer.status_code == 422
    assert "port" in answer.content.decode()


def test_a_confirmed_batch_is_accepted_and_can_be_followed(responder: APIClient) -> None:
    found = started(responder)
    asked = {"checks": ["connection/listener"], "parameters": {"port": "8000", "host": "localhost"}}

    answer = responder.post(batches(found), asked, format="json")

    assert answer.status_code == 202
    followed = responder.get(answer["Location"]).json()
    assert followed["state"] == "ready"
    assert [item["ref"] for item in followed["items"]] == ["connection/listener"]


def test_the_same_key_asks_once(responder: APIClient) -> None:
    found = started(responder)
    asked = {"checks": ["connection/listener"], "parameters": {"port": "8000", "host": "localhost"}}

    first, second = (
        responder.post(
            batches(found), asked, format="json", headers={"Idempotency-Key": "deploy-7"}
        )
        for _ in range(2)
    )

    assert first["Location"] == second["Location"]


def test_an_unknown_check_is_named(responder: APIClient) -> None:
    answer = responder.post(
        batches(started(responder)), {"checks": ["connection/nope"]}, format="json"
    )

    assert answer.status_code == 400
    assert "connection/nope" in answer.content.decode()


def test_a_match_only_key_cannot_run_probes(matcher: APIClient) -> None:
    answer = matcher.post(
        batches(started(matcher)), {"checks": ["connection/listener"]}, format="json"
    )

    assert answer.status_code == 403


def test_what_did_not_help_is_recorded(responder: APIClient) -> None:
    found = started(responder)
    fix = found["causes"][0]["resolutions"][0]["slug"]

    answer = responder.post(
        f"/api/v1/investigations/{found['id']}/outcome",
        {"resolution": fix, "worked": False, "note": "the same error"},
        format="json",
    )

    assert answer.status_code == 201
    assert answer.json()["conclusion"] is None
    assert Attempt.objects.get().outcome == Attempt.Outcome.FAILED


def test_an_unknown_investigation_is_a_problem_not_a_page(responder: APIClient) -> None:
    answer = responder.get("/api/v1/investigations/inv_nothere")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_a_batch_may_name_the_place_it_is_looked_at_from(responder: APIClient) -> None:
    Location.objects.create(slug="laptop", name="Laptop")
    found = started(responder)
    asked = {
        "checks": ["connection/listener"],
        "parameters": {"port": "8000", "host": "localhost"},
        "location": "laptop",
    }

    answer = responder.post(batches(found), asked, format="json")

    assert answer.status_code == 202
    assert (answer.json()["location"], len(answer.json()["batches"])) == ("laptop", 1)
    assert responder.get(answer["Location"]).json()["location"] == "laptop"
    shown = responder.get(f"/api/v1/investigations/{found['id']}").json()["checks"]
    by_key = {one["check"]: one for one in shown}
    assert by_key["connection/listener"]["location"] == "laptop"
    assert by_key["connection/listener"]["elsewhere"] == []


def test_a_place_that_is_not_there_is_named(responder: APIClient) -> None:
    asked = {"checks": ["connection/listener"], "location": "nowhere"}

    answer = responder.post(batches(started(responder)), asked, format="json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/location"


def test_a_person_says_what_they_saw_in_the_words_of_the_check(responder: APIClient) -> None:
    found = started(responder)
    address = f"/api/v1/investigations/{found['id']}/answers"
    said = {"check": "connection/listener", "answer": "not_listening", "note": "ss is empty"}

    answer = responder.post(address, said, format="json")

    assert answer.status_code == 201
    shown = {one["check"]: one for one in answer.json()["checks"]}["connection/listener"]
    assert (shown["run"]["reason_code"], shown["run"]["answered_by"]) == ("not_listening", "bot0")
    assert "not_listening" in shown["answers"]
    assert "permission_denied" not in shown["answers"]
    refused = responder.post(address, {**said, "answer": "maybe"}, format="json")
    assert refused.status_code == 422
    assert "held_by_other" in refused.content.decode()

"""From the terminal to the outcome: batch, run, outcome."""

import math

import pytest
from rest_framework.test import APIClient

from kb.models import Attempt, Cause, Investigation, Resolution
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
    assert second["Idempotency-Replayed"] == "true"
    other = responder.post(
        batches(found),
        {"checks": ["connection/root"]},
        format="json",
        headers={"Idempotency-Key": "deploy-7"},
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")


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


def test_contributions_sum_to_the_belief_and_name_the_attempt(responder: APIClient) -> None:
    found = started(responder)
    attempt = Investigation.objects.get().attempts.create(what="a smaller server", outcome="failed")
    attempt.addresses.add(Cause.objects.get(guide__slug="connection", slug="not-running"))

    body = responder.get(f"/api/v1/investigations/{found['id']}?lang=en").json()

    for cause in body["causes"]:
        said = sum(one["moved"] for one in cause["contributions"])
        belief = math.exp(said) * body["none_of_these"]
        assert belief == pytest.approx(cause["belief"], rel=0.01, abs=0.0002)
    held = next(one for one in body["causes"] if one["slug"] == "not-running")
    (seen,) = [one for one in held["contributions"] if one["kind"] == "attempt"]
    assert seen["attempt"]["what"] == "a smaller server"
    assert seen["says"] == "failed_without"
    assert seen["moved"] == pytest.approx(math.log(0.1), abs=0.001)
    assert seen["attempt"] in [one["attempt"] for one in held["evidence"]]


def test_an_explained_message_and_what_it_tempts_to_are_told(responder: APIClient) -> None:
    text = (
        "Access to XMLHttpRequest at 'https://a.test/v1' from origin 'https://b.test' has been "
        "blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the "
        "requested resource.\nGET https://a.test/v1 502 (Bad Gateway)"
    )

    body = responder.post("/api/v1/match", {"text": text}, format="json").json()

    avoid = {one["slug"]: one for one in body["avoid"]}["cors-502/infrastructure/leave-cors"]
    (because,) = avoid["because"]
    assert (because["symptom"], because["explained_by"]) == ("cors-blocked", "bad-gateway")
    assert text[slice(*because["span"])] == because["matched"]
    assert avoid["guide"]["url"].endswith("#leave-cors")
    explained = [
        (one["symptom"], one["explained_by"], one["moved"])
        for cause in body["causes"]
        for one in cause["contributions"]
        if one["says"] == "explained" and cause["slug"] == "origin-not-allowed"
    ]
    assert explained == [("cors-blocked", "bad-gateway", 0.0)]
    assert body["findings"] == []


def test_a_terminal_is_told_what_to_leave_alone_and_what_was_tried(responder: APIClient) -> None:
    text = "Uvicorn running on http://0.0.0.0:8001\nGET http://localhost:8001/ net::ERR_CONNECTION_REFUSED"
    responder.post("/api/v1/match", {"text": text}, format="json")
    case = Investigation.objects.get()
    attempt = case.attempts.create(what="simple_server.py", outcome="failed")
    attempt.addresses.add(Cause.objects.get(guide__slug="ai-api", slug="not-running"))

    answer = responder.get(
        f"/api/v1/investigations/{case.public_id}",
        headers={"accept": "text/plain", "accept-language": "en"},
    )

    lines = answer.content.decode().splitlines()
    (avoid,) = [line for line in lines if line.startswith("   avoid ")]
    assert "Uvicorn running on" in avoid
    assert any(line.startswith('   tried       "simple_server.py" (') for line in lines)


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
    assert refused.json()["errors"][0]["pointer"] == "/answer"
    assert "held_by_other" in refused.content.decode()


def outcome(found: dict) -> str:
    return f"/api/v1/investigations/{found['id']}/outcome"


def first_fix(found: dict) -> dict:
    return found["causes"][0]["resolutions"][0]


def test_each_fix_says_what_its_checks_saw_and_what_that_proposes(responder: APIClient) -> None:
    found = started(responder)
    wanted = first_fix(found)["verify"]
    assert first_fix(found)["verification"]["proposed"] is None
    assert first_fix(found)["verification"]["why"] == "not_looked_after"
    address = f"/api/v1/investigations/{found['id']}/answers"
    for purpose, answers in (("diagnose", WRONG), ("verify", WELL)):
        for check in wanted:
            said = {"check": f"connection/{check}", "answer": answers[check], "purpose": purpose}
            assert responder.post(address, said, format="json").status_code == 201

    seen = responder.get(f"/api/v1/investigations/{found['id']}").json()

    causes = {one["slug"]: one for one in seen["causes"]}
    verification = causes[found["causes"][0]["slug"]]["resolutions"][0]["verification"]
    assert (verification["proposed"], verification["why"]) == ("worked", "all_repaired")
    assert {one["change"] for one in verification["checks"]} == {"repaired"}
    assert {
        one["check"]: (one["before"]["reason_code"], one["after"]["reason_code"])
        for one in verification["checks"]
    } == {f"connection/{check}": (WRONG[check], WELL[check]) for check in wanted}


WRONG = {"listener": "not_listening", "outside": "refused", "app": "module_not_found"}
WELL = {"listener": "listening", "outside": "connected", "app": "loadable"}


def test_outcome_answers_what_was_proposed_and_whether_the_person_agreed(
    responder: APIClient,
) -> None:
    found = started(responder)
    said = {"resolution": first_fix(found)["slug"], "outcome": "partly"}

    answer = responder.post(outcome(found), said, format="json")

    assert answer.status_code == 201
    assert answer.json()["recorded"] == {"outcome": "partly", "proposed": None, "agreed": None}
    assert Attempt.objects.get().outcome == "partly"
    assert answer.json()["conclusion"] is None


def test_conclusion_says_how_sure_the_cause_is(responder: APIClient) -> None:
    found = started(responder)
    said = {"resolution": first_fix(found)["slug"], "outcome": "worked", "was_cause": False}

    english = {"Accept-Language": "en"}
    answer = responder.post(outcome(found), said, format="json", headers=english)

    conclusion = answer.json()["conclusion"]
    assert (conclusion["confirmation"], conclusion["confirmed"]) == ("presumed", "presumed")
    assert (conclusion["kind"], conclusion["by"]) == ("fix", "bot0")


@pytest.mark.parametrize(
    "said",
    [{}, {"outcome": "worked", "worked": False}, {"outcome": "better"}],
    ids=["nothing", "contradiction", "unknown-word"],
)
def test_outcome_that_says_nothing_or_two_things_is_refused(
    responder: APIClient, said: dict
) -> None:
    found = started(responder)

    answer = responder.post(
        outcome(found), {"resolution": first_fix(found)["slug"], **said}, format="json"
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/outcome"
    assert not Attempt.objects.exists()


def test_terminal_shows_what_the_repair_changed_and_how_sure_the_cause_is(
    responder: APIClient,
) -> None:
    found = started(responder)
    answers = f"/api/v1/investigations/{found['id']}/answers"
    for purpose, words in (("diagnose", WRONG), ("verify", WELL)):
        for check in first_fix(found)["verify"]:
            said = {"check": f"connection/{check}", "answer": words[check], "purpose": purpose}
            responder.post(answers, said, format="json")
    text = {"Accept": "text/plain", "Accept-Language": "en"}
    seen = responder.get(f"/api/v1/investigations/{found['id']}", headers=text).content.decode()
    assert "refused -> connected" in seen
    assert "The checks say: it worked." in seen

    said = {"resolution": first_fix(found)["slug"], "outcome": "worked"}
    responder.post(outcome(found), said, format="json")

    ended = responder.get(f"/api/v1/investigations/{found['id']}", headers=text).content.decode()
    assert "fix: " in ended
    assert "(cause confirmed by a person)" in ended
    assert "worked?" not in ended


def test_terminal_never_calls_a_workaround_a_fix(responder: APIClient) -> None:
    found = started(responder)
    around = Resolution.objects.get(cause__guide__slug="connection", cause__slug="not-running")
    Resolution.objects.filter(pk=around.pk).update(kind="workaround")
    said = {"resolution": first_fix(found)["slug"], "outcome": "worked"}

    conclusion = responder.post(outcome(found), said, format="json").json()["conclusion"]

    assert (conclusion["kind"], conclusion["confirmation"]) == ("workaround", "presumed")
    text = {"Accept": "text/plain", "Accept-Language": "en"}
    ended = responder.get(f"/api/v1/investigations/{found['id']}", headers=text).content.decode()
    assert "workaround: " in ended
    assert "(cause presumed)" in ended
    later = responder.post("/api/v1/match", {"text": REFUSED}, format="json", headers=text)
    assert "before" in later.content.decode()
    assert "workaround: " in later.content.decode()

"""A symptom over HTTP: JSON, raw text, the terminal's answer, and bad input."""

import pytest
from rest_framework.test import APIClient

from kb.models import Investigation, SearchGap

REFUSED = "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED"


def test_a_json_symptom_is_answered_with_ranked_causes_and_their_fixes(matcher: APIClient) -> None:
    answer = matcher.post("/api/v1/match", {"text": REFUSED, "limit": 50}, format="json")

    assert answer.status_code == 200
    body = answer.json()
    assert body["outcome"] == "matched"
    assert body["causes"][0]["guide"]["slug"] == "connection"
    assert body["causes"][0]["resolutions"]
    assert sum(one["belief"] for one in body["causes"]) + body["none_of_these"] == pytest.approx(
        1, abs=0.01
    )


def test_what_made_a_cause_match_sums_to_its_score_and_points_into_the_text(
    matcher: APIClient,
) -> None:
    body = matcher.post("/api/v1/match", {"text": REFUSED}, format="json").json()

    match = body["causes"][0]["match"]
    parts = [*match["why"], *match["against"]]
    assert sum(one["contribution"] for one in parts) == pytest.approx(match["score"])
    assert all(0 <= a < b <= len(REFUSED) for one in match["why"] for a, b in one["spans"])


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/octet-stream", "application/x-www-form-urlencoded"],
)
def test_a_raw_body_is_the_text_itself(matcher: APIClient, content_type: str) -> None:
    answer = matcher.post("/api/v1/match", REFUSED.encode(), content_type=content_type)

    assert answer.status_code == 200
    assert Investigation.objects.get().text == REFUSED


@pytest.mark.parametrize(
    ("path", "headers"), [("/api/v1/match.txt", {}), ("/api/v1/match", {"accept": "text/plain"})]
)
def test_a_terminal_gets_text_it_can_read_and_paste(
    matcher: APIClient, path: str, headers: dict[str, str]
) -> None:
    answer = matcher.post(
        path + "?lang=en", REFUSED.encode(), content_type="text/plain", headers=headers
    )

    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain")
    assert text.startswith("1. ")
    assert "curl -X POST" in text
    assert "/g/connection/#" in text


def test_a_korean_answer_lines_up_in_the_terminal(matcher: APIClient) -> None:
    """A terminal draws each Hangul syllable in two columns."""
    answer = matcher.post(
        "/api/v1/match.txt?lang=ko", REFUSED.encode(), content_type="text/plain"
    ).content.decode()

    assert "\n   이유        " in answer
    assert "\n   다음 점검   " in answer


def test_an_unknown_error_is_said_to_be_unknown_and_joins_the_gaps(matcher: APIClient) -> None:
    body = matcher.post("/api/v1/match", {"text": "disk full"}, format="json").json()

    assert (body["outcome"], body["causes"]) == ("none", [])
    assert SearchGap.objects.get().count == 1


BAD_BODIES = {
    "nothing": (b"", "application/json", {400}),
    "an empty object": (b"{}", "application/json", {400}),
    "blank text": (b'{"text": "  "}', "application/json", {400}),
    "a list": (b'["text"]', "application/json", {400}),
    "a number": (b"7", "application/json", {400}),
    "a wrong type": (b'{"text": {"a": 1}}', "application/json", {400}),
    "an unknown field": (b'{"text": "a", "txet": "b"}', "application/json", {400}),
    "an unknown inner field": (b'{"text": "a", "context": {"x": 1}}', "application/json", {400}),
    "a limit out of bounds": (b'{"text": "a", "limit": 0}', "application/json", {400}),
    "broken JSON": (b'{"text": ', "application/json", {400}),
    "broken UTF-8 in JSON": (b'{"text": "\xff\xfe"}', "application/json", {400}),
    "no raw text": (b"", "text/plain", {400}),
    "another content type": (b"<a/>", "application/xml", {415}),
    "five megabytes": (b"x" * 5_000_000, "text/plain", {413}),
    "five megabytes of JSON": (b'{"text": "' + b"x" * 5_000_000 + b'"}', "application/json", {413}),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_bad_input_is_a_clear_4xx_and_nothing_is_saved(matcher: APIClient, name: str) -> None:
    body, content_type, expected = BAD_BODIES[name]

    answer = matcher.post("/api/v1/match", body, content_type=content_type)

    assert answer.status_code in expected
    problem = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["type"].startswith("/problems/")
    assert problem["detail"]
    assert Investigation.objects.count() == 0


@pytest.mark.parametrize(
    "body", [b"\x00\x01\x02\xff\xfe binary \x00", "끊김 \ud55c".encode(), b"\x1b[31mred\x1b[0m"]
)
def test_a_log_with_stray_bytes_is_read_all_the_same(matcher: APIClient, body: bytes) -> None:
    answer = matcher.post("/api/v1/match", body, content_type="application/octet-stream")

    assert answer.status_code == 200


def test_a_key_without_the_scope_is_refused(starter: None) -> None:
    from tests.api.conftest import key_client

    answer = key_client("kb.view_guide").post("/api/v1/match", {"text": "a"}, format="json")

    assert answer.status_code == 403


def test_no_key_is_asked_for_one(starter: None) -> None:
    answer = APIClient().post("/api/v1/match", {"text": "a"}, format="json")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_another_method_is_not_allowed(matcher: APIClient, method: str) -> None:
    assert getattr(matcher, method)("/api/v1/match").status_code == 405

"""Guides over HTTP."""

from rest_framework.test import APIClient

from kb.ingest import parse
from kb.models import Guide, Investigation, Resolution


def test_the_published_guides_are_listed(matcher: APIClient) -> None:
    Guide.objects.filter(slug="ai-api").update(state=Guide.State.DRAFT)

    body = matcher.get("/api/v1/guides").json()

    assert [guide["slug"] for guide in body["results"]] == ["connection", "cors-502"]
    assert (body["count"], body["next"], body["previous"]) == (2, None, None)


def test_the_list_comes_in_pages(matcher: APIClient) -> None:
    first = matcher.get("/api/v1/guides?page_size=2").json()
    second = matcher.get(first["next"]).json()

    assert [len(first["results"]), len(second["results"])] == [2, 1]
    assert second["next"] is None


def test_an_unknown_query_parameter_is_refused_by_name(matcher: APIClient) -> None:
    answer = matcher.get("/api/v1/guides?stauts=draft")

    assert answer.status_code == 400
    assert "stauts" in answer.content.decode()


def test_an_unchanged_guide_is_answered_304(matcher: APIClient) -> None:
    first = matcher.get("/api/v1/guides/connection")
    again = matcher.get("/api/v1/guides/connection", headers={"If-None-Match": first["ETag"]})

    assert first.json()["slug"] == "connection"
    assert again.status_code == 304


def test_the_file_of_a_guide_can_be_imported_again(matcher: APIClient) -> None:
    text = matcher.get("/api/v1/guides/connection.md").content.decode()

    assert parse(text).slug == "connection"


def test_a_cause_has_its_evidence_and_resolutions(matcher: APIClient) -> None:
    body = matcher.get("/api/v1/causes/connection/not-running").json()

    assert body["evidence"]
    assert body["resolutions"]


def test_a_draft_is_not_there_for_a_reader(matcher: APIClient) -> None:
    Guide.objects.filter(slug="connection").update(state=Guide.State.DRAFT)

    assert matcher.get("/api/v1/guides/connection").status_code == 404


def test_the_list_asks_as_often_for_many_guides_as_for_few(
    matcher: APIClient, django_assert_max_num_queries
) -> None:
    for number in range(30):
        Guide.objects.create(slug=f"g{number}", language="en", title="t", state="published")

    with django_assert_max_num_queries(12):
        assert matcher.get("/api/v1/guides").json()["count"] == 33


def test_a_page_beyond_any_number_is_refused(matcher: APIClient) -> None:
    assert matcher.get("/api/v1/guides?page=99999999999999999999").status_code == 400


def test_a_reader_of_english_gets_the_whole_cause_in_english(matcher: APIClient) -> None:
    asked = {"Accept-Language": "en"}
    guide = matcher.get("/api/v1/guides/connection", headers=asked).json()
    cause = matcher.get("/api/v1/causes/connection/port-held", headers=asked).json()

    (fix,) = [one for one in cause["resolutions"] if one["kind"] == "fix"]
    assert fix["caution"].startswith("End only the PID you have just checked.")
    assert fix["rollback"].startswith("If it was the wrong one,")
    assert guide["parameters"]["target"]["label"] == "ASGI target"
    assert guide["parameters"]["host"]["label"] == "Address you are trying to open"


def test_a_cause_says_how_often_its_repairs_worked_and_where(matcher: APIClient) -> None:
    repair = Resolution.objects.get(cause__slug="not-running", slug="start")
    for environment, outcome in (("prod", "worked"), ("Prod", "failed"), ("", "worked")):
        case = Investigation.objects.create(text="x", fingerprint="x", environment=environment)
        case.attempts.create(what="x", resolution=repair, outcome=outcome)

    body = matcher.get("/api/v1/causes/connection/not-running").json()

    (record,) = [
        one["track_record"] for one in body["resolutions"] if one["slug"].endswith("/start")
    ]
    assert (record["worked"], record["tried"], record["ordered_by"]) == (2, 3, None)
    assert record["interval"] == [0.2077, 0.9385]
    here = record["environments"]["prod"]
    assert (list(record["environments"]), here["worked"], here["tried"]) == (["prod"], 1, 2)

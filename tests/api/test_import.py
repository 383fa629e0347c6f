"""A guide's file over HTTP: what is wrong has its line, what is right is stored."""

import pytest
from rest_framework.test import APIClient

from kb.models import Guide
from probes.services import load_probes
from tests.api.conftest import key_client
from tests.kb.test_guides import PROBES, TEXT

pytestmark = pytest.mark.django_db
GOOD = "'Errno 98|10048'"


@pytest.fixture
def author() -> APIClient:
    load_probes(PROBES, by=None, approve=True)
    return key_client("kb.import_guide", "kb.publish_guide")


def send(client: APIClient, text: str | bytes, query: str = "") -> object:
    body = text if isinstance(text, bytes) else text.encode()
    return client.post(f"/api/v1/import{query}", body, content_type="text/markdown")


def test_a_file_is_stored_and_again_changes_nothing(author: APIClient) -> None:
    first = send(author, TEXT)
    again = send(author, TEXT)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["stored"]
    assert [one["state"] for one in first.json()["guides"]] == ["created"]
    assert [one["state"] for one in again.json()["guides"]] == ["unchanged"]
    assert Guide.objects.get().revisions.get().source == "api"


def test_a_dry_run_stores_nothing(author: APIClient) -> None:
    answer = send(author, TEXT, "?dry_run=1")

    assert (answer.status_code, answer.json()["stored"]) == (200, False)
    assert not Guide.objects.exists()


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("Errno (98", "the ( at character 7 is not closed"),
        (".*", "the pattern needs nothing at all"),
        (r"(\pL|\pN){0,400}x", "the pattern needs too much memory"),
    ],
)
def test_a_bad_pattern_is_refused_with_its_line_and_place(
    author: APIClient, pattern: str, said: str
) -> None:
    answer = author.post(
        "/api/v1/import",
        TEXT.replace(GOOD, f"'{pattern}'").encode(),
        content_type="text/markdown",
        headers={"accept-language": "en"},
    )

    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/14/symptoms.bind-failed.pattern"
    assert said in error["detail"]
    assert not Guide.objects.exists()


@pytest.mark.parametrize("body", [b"", b"no front matter", b"\xff\xfe", b"---\nslug: [\n---\n"])
def test_what_is_no_guide_is_refused_with_a_sentence(author: APIClient, body: bytes) -> None:
    answer = send(author, body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["detail"]


def test_a_key_without_the_scope_is_refused(db: None) -> None:
    assert send(key_client("kb.view_guide"), TEXT).status_code == 403


def test_what_is_wrong_with_a_whole_line_is_pointed_at_by_the_line(db: None) -> None:
    answer = send(key_client("kb.import_guide"), "---\nslug: [\n---\nbody\n")

    assert answer.status_code == 422
    assert not answer.json()["errors"][0]["pointer"].endswith("/")

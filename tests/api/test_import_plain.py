"""Plain documents over HTTP and in the terminal: proposals with lines and ids, then what is taken."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from incidents.models import Incident
from kb.models import Guide
from tests.api.conftest import key_client
from tests.factories import make_probe

pytestmark = pytest.mark.django_db

DOCUMENTS = Path(__file__).parents[1] / "documents"
WORKER, SEARCH = DOCUMENTS / "worker-runbook.md", DOCUMENTS / "search-report.md"


@pytest.fixture(autouse=True)
def probes(db: None) -> None:
    make_probe("port-listen", kind="port_listen", params={"port": "${port}"})
    make_probe("http-ok", kind="http", params={"url": "${url}"})


@pytest.fixture
def author() -> APIClient:
    return key_client("kb.import_guide", "kb.publish_guide", "incidents.add_incident")


def send(client: APIClient, file: Path | bytes, query: str = ""):
    body = file if isinstance(file, bytes) else file.read_bytes()
    headers = {"accept-language": "en"}
    return client.post(
        f"/api/v1/import/plain{query}", body, content_type="text/markdown", headers=headers
    )


def test_a_dry_run_proposes_with_lines_and_ids_and_stores_nothing(author: APIClient) -> None:
    answer = send(author, WORKER, "?dry_run=1&name=worker-runbook.md").json()

    check = next(one for one in answer["proposals"] if one["id"] == "check-17")
    assert (answer["kind"], answer["language"], answer["slug"]) == ("guide", "ko", "worker-runbook")
    assert (check["line"], check["sort"]) == (17, "check")
    assert check["becomes"]["parameters"] == {"port": 9100}
    assert answer["coverage"]["17"] == ["check-17"]
    assert answer["reasons"] == [{"line": 52, "detail": "it has a checklist to go through"}]
    assert not Guide.objects.exists()


def test_a_dry_run_holds_no_secret(author: APIClient) -> None:
    answer = send(author, SEARCH, "?dry_run=1")

    assert [one["line"] for one in answer.json()["secrets"]] == [73, 74]
    assert b"open-sesame" not in answer.content
    assert b"hunter2-again" not in answer.content


def test_what_is_accepted_is_stored_and_again_changes_nothing(author: APIClient) -> None:
    first = send(author, WORKER, "?accept=symptom-7,check-17&slug=worker").json()
    again = send(author, WORKER, "?accept=all").json()

    assert first["guide"] == {"slug": "worker", "state": "draft"}
    assert first["created"] == ["symptom-7", "check-17"]
    assert (again["stored"], again["is_known"]) == (False, True)


def test_a_whole_report_becomes_an_incident(author: APIClient) -> None:
    answer = send(author, SEARCH, "?accept=all").json()

    assert answer["incident"]["id"] == Incident.objects.get().public_id
    assert Incident.objects.get().status == "closed"


def test_everything_in_the_way_is_named_with_its_line(author: APIClient) -> None:
    answer = send(author, SEARCH, "?accept=fact-5,nothing-1")

    assert answer.status_code == 422
    assert set(map(str, _lines(answer.json()))) == {"0", "5"}
    assert not Incident.objects.exists()


def _lines(problem: dict) -> list[str]:
    return [error["pointer"].strip("#/").split("/")[0] for error in problem["errors"]]


def test_an_incident_needs_its_own_right() -> None:
    answer = send(key_client("kb.import_guide"), SEARCH, "?accept=all")

    assert answer.status_code == 422
    assert b"You may not open incidents" in answer.content


def test_importing_needs_the_right_to_import() -> None:
    assert send(key_client("incidents.add_incident"), WORKER).status_code == 403


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"a\x00b", b"x" * 1_000_001])
def test_what_is_no_document_is_refused(author: APIClient, body: bytes) -> None:
    assert send(author, body, "?dry_run=1").status_code in (413, 422)


def test_an_unknown_query_parameter_is_named(author: APIClient) -> None:
    answer = send(author, WORKER, "?acept=all")

    assert answer.status_code == 400
    assert b"acept" in answer.content


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("import_document", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_shows_proposals_with_lines_and_stores_nothing_in_a_dry_run() -> None:
    shown = said(str(WORKER), "--dry-run")

    assert "    17  check-17" in shown
    assert not Guide.objects.exists()


def test_the_command_stores_nothing_until_it_is_told_what_to_take() -> None:
    with pytest.raises(CommandError, match="--accept all"):
        said(str(SEARCH))

    assert not Incident.objects.exists()
    said(str(SEARCH), "--accept", "none")
    assert not Incident.objects.get().notes.exists()


def test_the_command_stores_what_is_accepted() -> None:
    said(str(SEARCH), "--accept", "all")

    assert Incident.objects.get().title == "Search outage: incident report"
    again = said(str(SEARCH), "--accept", "all")
    assert "imported before" in again or "전에 가져왔으므로" in again


def test_the_command_says_what_is_in_the_way() -> None:
    with pytest.raises(CommandError):
        said(str(SEARCH), "--accept", "fact-5")
    with pytest.raises(CommandError):
        said("/nowhere/at-all.md")

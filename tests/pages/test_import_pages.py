"""A plain document on its page: every proposal with its line, accepted or rejected by a person."""

import base64
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from incidents.models import Incident
from kb.ingest.plain import read
from kb.models import Guide
from tests.factories import make_probe
from tests.pages.people import person

pytestmark = pytest.mark.django_db

DOCUMENTS = Path(__file__).parents[1] / "documents"
WORKER, SEARCH = (
    (DOCUMENTS / f"{name}.md").read_text(encoding="utf-8")
    for name in ("worker-runbook", "search-report")
)
IMPORTER = ("kb.view_guide", "kb.import_guide", "incidents.add_incident", "incidents.view_incident")


@pytest.fixture(autouse=True)
def probes(db: None) -> None:
    make_probe("port-listen", kind="port_listen", params={"port": "${port}"})
    make_probe("http-ok", kind="http", params={"url": "${url}"})


def form(text: str, do: str, **fields: object) -> dict[str, object]:
    """What the page's form sends after the document was read."""
    content = base64.b64encode(text.encode()).decode()
    sent = {"seen": "1", "content": content, "name": "doc.md", "do": do, "title": "A title"}
    return sent | {"slug": "a-guide", "language": "ko", "kind": "guide"} | fields


def all_ids(text: str, kind: str = "") -> list[str]:
    return [one.id for one in read(text, kind=kind).proposals]


def test_the_page_is_for_whoever_may_import_or_open(client: Client) -> None:
    person(client, "kb.view_guide")
    assert client.get("/import/").status_code == 403

    client.logout()
    assert client.get("/import/").status_code == 302


def test_the_list_of_guides_leads_to_it(client: Client) -> None:
    person(client, *IMPORTER)

    assert 'href="/import/"' in client.get("/guides/").content.decode()


def test_a_file_is_read_and_nothing_is_stored_or_accepted(client: Client) -> None:
    person(client, *IMPORTER)
    file = SimpleUploadedFile("worker-runbook.md", WORKER.encode(), content_type="text/markdown")

    answer = client.post("/import/", {"document": file, "do": "read"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "It reads like a guide." in page
    assert 'value="worker-runbook"' in page
    for name in all_ids(WORKER):
        assert f'id="{name}"' in page
    assert page.count('name="accept"') == len(all_ids(WORKER))
    assert "checked" not in page
    assert not Guide.objects.exists()


def test_every_proposal_leads_to_its_line_and_back(client: Client) -> None:
    person(client, *IMPORTER)

    page = client.post("/import/", {"pasted": WORKER, "do": "read"}).content.decode()

    assert 'href="#L17"' in page
    assert 'id="L17"' in page
    assert 'href="#check-17"' in page
    assert "netstat -ano | findstr :9100" in page


def test_a_group_is_accepted_or_rejected_at_once_and_edits_stay(client: Client) -> None:
    person(client, *IMPORTER)
    checks = [name for name in all_ids(WORKER) if name.startswith("check")]
    edited = {"title-check-17": "Who holds it?", "accept": ["cause-7"]}

    accepted = client.post("/import/", form(WORKER, "all:check", **edited)).content.decode()
    rejected = client.post("/import/", form(WORKER, "none:cause", **edited)).content.decode()

    assert accepted.count(" checked>") == len(checks) + 1
    assert "Who holds it?" in accepted
    assert rejected.count(" checked>") == 0


def test_a_report_is_switched_to_a_guide_and_back(client: Client) -> None:
    person(client, *IMPORTER)

    as_report = client.post("/import/", {"pasted": SEARCH, "do": "read"}).content.decode()
    as_guide = client.post("/import/", form(SEARCH, "kind:guide")).content.decode()

    assert "It reads like the report of an incident." in as_report
    assert 'value="2026-03-02"' in as_report
    assert 'id="attempt-27"' in as_report
    assert 'id="attempt-27"' not in as_guide
    assert "You chose so yourself." in as_guide


def test_accepted_proposals_become_a_guide_for_review(client: Client) -> None:
    user = person(client, *IMPORTER)

    answer = client.post("/import/", form(WORKER, "create", accept=["symptom-7", "check-17"]))

    guide = Guide.objects.get()
    page = answer.content.decode()
    assert (guide.state, guide.owner, guide.title, guide.body) == (
        "in_review",
        user,
        "A title",
        WORKER,
    )
    assert (guide.symptoms.count(), guide.checks.count(), guide.causes.count()) == (1, 1, 0)
    assert f'href="{guide.get_absolute_url()}"' in page
    assert "작업 서버 프로세스가 떠 있지 않습니다." in page, "what was left out is listed"


def test_accepted_proposals_of_a_report_become_an_incident(client: Client) -> None:
    user = person(client, *IMPORTER)
    fields = {"kind": "report", "date": "2026-03-02", "accept": all_ids(SEARCH)}

    answer = client.post("/import/", form(SEARCH, "create", **fields))

    incident = Incident.objects.get()
    assert f'href="{incident.get_absolute_url()}"' in answer.content.decode()
    assert (incident.reporter, incident.status) == (user, "closed")
    assert client.get(incident.get_absolute_url()).status_code == 200


def test_a_secret_is_never_on_the_page_and_is_stored_only_when_kept(client: Client) -> None:
    person(client, *IMPORTER)
    fields = {"kind": "report", "date": "2026-03-02", "accept": ["attempt-27"]}

    page = client.post("/import/", form(SEARCH, "kind:report")).content.decode()
    client.post("/import/", form(SEARCH, "create", **fields, **{"secret-74": "keep"}))

    assert "open-sesame" not in page
    assert "hunter2-again" not in page
    assert "open-sesame" not in Incident.objects.get().report
    assert "hunter2-again" in Incident.objects.get().report


def test_what_is_in_the_way_is_said_with_its_line_and_what_was_chosen_stays(client: Client) -> None:
    person(client, *IMPORTER)
    fields = {"title-check-17": " ", "accept": ["check-17"], "slug": "no good"}

    answer = client.post("/import/", form(WORKER, "create", **fields))

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Give it a few words, or leave it out." in page
    assert "A short name is 1 to 50 letters" in page
    assert page.count(" checked>") == 1
    assert not Guide.objects.exists()


def test_the_same_document_again_says_so_before_and_after(client: Client) -> None:
    person(client, *IMPORTER)
    client.post("/import/", form(WORKER, "create"))

    page = client.post("/import/", {"pasted": WORKER, "do": "read"}).content.decode()
    again = client.post("/import/", form(WORKER, "create")).content.decode()

    assert "importing it again stores nothing" in page
    assert "It is here already" in again
    assert Guide.objects.count() == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "read"},
        {"pasted": "  ", "do": "read"},
        {"content": "!!", "do": "create"},
        {"content": base64.b64encode(b"\xff\xfe").decode(), "do": "create"},
        {"content": base64.b64encode(b"a\x00b").decode(), "do": "create"},
    ],
)
def test_what_is_no_document_is_refused_with_a_sentence(client: Client, sent: dict) -> None:
    person(client, *IMPORTER)

    answer = client.post("/import/", sent)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_a_large_file_is_refused_with_a_sentence(client: Client) -> None:
    person(client, *IMPORTER)
    file = SimpleUploadedFile("large.md", b"# A\n" + b"x" * 600_000)

    answer = client.post("/import/", {"document": file, "do": "read"})

    assert answer.status_code == 400
    assert "manage.py import_document" in answer.content.decode()


def test_a_documents_html_is_shown_as_text(client: Client) -> None:
    person(client, *IMPORTER)
    text = '# A <script>alert(1)</script>\n\n"<img src=x> not found"\n'

    page = client.post("/import/", {"pasted": text, "do": "read"}).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_queries_do_not_grow_with_proposals(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    person(client, *IMPORTER)
    text = WORKER + "\n".join(f"- [ ] `docker ps`: is `box-{n}` Up?" for n in range(50))

    with django_assert_max_num_queries(12):
        client.post("/import/", {"pasted": text, "do": "read"})

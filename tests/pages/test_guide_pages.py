"""A guide, the list of guides, gaps, probes and runs."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb.models import Guide, Investigation, Resolution, SearchGap
from probes.models import Batch, Run
from tests.factories import make_cause, make_guide, make_resolution, make_translation
from tests.flows.person import work
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db


def test_guide_is_read_in_the_readers_language_and_says_so_to_the_browser(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_guide("connection", body="## Look {#look}\n\nAt the port.")
    make_translation(guide, title="서버 접속 불가", body="## 보기 {#look}\n\n포트를 봅니다.")

    english = client.get("/g/connection/").content.decode()
    client.cookies["django_language"] = "ko"
    korean = client.get("/g/connection/").content.decode()

    assert '<article class="card article prose" lang="en">' in english
    assert "At the port." in english
    assert '<article class="card article prose" lang="ko">' in korean
    assert "포트를 봅니다." in korean
    assert 'href="#look"' in korean


def test_guide_without_a_translation_keeps_its_own_language(client: Client) -> None:
    person(client, *RESPONDER)
    make_guide("connection", language="ko", title="서버 접속 불가", body="포트를 봅니다.")

    page = client.get("/g/connection/").content.decode()

    assert '<article class="card article prose" lang="ko">' in page
    assert "There is no translation yet" in page


def test_overdue_guide_says_so(client: Client) -> None:
    person(client, *RESPONDER)
    make_guide("connection", review_after=datetime.date(2020, 1, 31))

    page = client.get("/g/connection/").content.decode()

    assert "Its review was due on" in page
    assert "2020-01-31" in page


def test_draft_is_for_authors_only_and_says_that_it_is_one(client: Client) -> None:
    user = person(client, *RESPONDER)
    make_guide("connection", state=Guide.State.DRAFT)
    assert client.get("/g/connection/").status_code == 404

    user.is_superuser = True
    user.save()

    assert "This guide is not published" in client.get("/g/connection/").content.decode()


def test_check_run_from_the_guide_opens_a_case_and_stays_on_the_guide(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    answer = client.post("/g/connection/checks/", {"check": "all"})
    work()

    investigation = Investigation.objects.get()
    assert answer["Location"] == f"/g/connection/?case={investigation.public_id}"
    assert Batch.objects.get().items.count() == 2
    page = client.get("/g/connection/").content.decode()
    for run in Run.objects.all():
        assert f"/runs/{run.public_id}/" in page
    assert "Started from a guide" in client.get(f"/i/{investigation.public_id}/").content.decode()


def test_question_of_a_manual_check_is_answered_on_the_guide(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    page = client.get("/g/connection/").content.decode()
    assert "Is the container Up?" in page

    answer = client.post(
        "/g/connection/answer/", {"check": "container", "answer": "denied", "note": "Exited (1)"}
    )

    run = Run.objects.get()
    assert (run.item.ref, run.reason_code) == ("connection/container", "denied")
    investigation = Investigation.objects.get()
    assert answer["Location"] == f"/g/connection/?case={investigation.public_id}"
    assert list(investigation.batches.all()) == [run.item.batch]


def test_refused_answer_begins_no_investigation(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    client.post("/g/connection/answer/", {"check": "container", "answer": "maybe"})

    assert not Investigation.objects.exists()
    assert client.post("/g/connection/answer/", {"check": "gone"}).status_code == 404


def test_viewer_cannot_answer_on_the_guide(client: Client) -> None:
    person(client, "kb.view_guide")
    make_unreachable()

    answer = client.post("/g/connection/answer/", {"check": "container", "answer": "denied"})

    assert answer.status_code == 403


def test_viewer_cannot_run_checks_from_the_guide(client: Client) -> None:
    person(client, "kb.view_guide")
    make_unreachable()

    page = client.get("/g/connection/").content.decode()

    assert "Your account may not run probes" in page
    assert client.post("/g/connection/checks/", {"check": "all"}).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"connection", "cors"}),
        ("q=port", {"connection"}),
        ("q=PORT+server", {"connection"}),
        ("q=프록시", {"cors"}),
        ("q=nothing+like+this", set()),
        ("language=ko", {"cors"}),
        ("service=api", {"cors"}),
        ("service=unknown&state=nonsense&page=x", {"connection", "cors"}),
    ],
)
def test_list_of_guides_is_narrowed(client: Client, query: str, found: set[str]) -> None:
    person(client, *RESPONDER)
    make_guide("connection", summary="Which server holds the port.")
    cors = make_guide("cors", title="CORS with 502", services=("api",))
    make_translation(cors, title="CORS와 502", summary="프록시가 대신 답합니다.")

    page = client.get(f"/guides/?{query}").content.decode()

    assert {slug for slug in ("connection", "cors") if f'href="/g/{slug}/"' in page} == found


def test_typing_in_the_search_answers_with_the_rows_alone(client: Client) -> None:
    person(client, *RESPONDER)
    make_guide("connection")

    rows = client.get("/guides/?q=server", headers={"HX-Request": "true"}).content.decode()

    assert 'href="/g/connection/"' in rows
    assert "<html" not in rows


def test_gaps_show_the_most_asked_first(client: Client) -> None:
    person(client, "kb.view_searchgap")
    SearchGap.objects.create(fingerprint="v1:a", count=2, sample="rare trouble")
    SearchGap.objects.create(fingerprint="v1:b", count=9, sample="<b>common</b> trouble")

    page = client.get("/gaps/").content.decode()

    assert page.index("common") < page.index("rare")
    assert "&lt;b&gt;common" in page


def test_run_shows_its_state_in_shape_and_word_with_its_facts(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    client.post("/g/connection/checks/", {"check": "listener"})
    work()
    run = Run.objects.get()

    page = client.get(f"/runs/{run.public_id}/").content.decode()

    assert "✕" in page
    assert "Critical" in page
    assert "Nothing listens on the port" in page
    assert "not_listening" in page
    assert f"<code>{run.facts['port']}</code>" in page


def test_probe_shows_its_guides_and_its_runs(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    client.post("/g/connection/checks/", {"check": "listener"})
    work()

    page = client.get("/probes/connection-listen/").content.decode()

    assert "Server cannot be reached" in page
    assert f"/runs/{Run.objects.get().public_id}/" in page


def test_probe_that_was_changed_needs_approval_again(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_unreachable()
    probe = guide.checks.get(slug="listener").probe
    assert "✓ approved" in client.get("/probes/connection-listen/").content.decode()

    probe.timeout_s = 9
    probe.save()

    assert "needs approval" in client.get("/probes/connection-listen/").content.decode()
    assert "needs approval" in client.get("/probes/").content.decode()


def test_guide_says_what_helped_and_where_one_voice_per_person_and_case(client: Client) -> None:
    mina = person(client, *RESPONDER)
    guide = make_unreachable()
    fix = Resolution.objects.get(slug="start")
    around = make_resolution(fix.cause, "proxy", kind="workaround")
    for environment, repair, outcome in (
        ("prod", fix, "failed"),
        ("prod", fix, "worked"),
        ("staging", fix, "failed"),
        ("prod", around, "worked"),
    ):
        case = Investigation.objects.create(text="x", fingerprint="x", environment=environment)
        case.attempts.create(what="x", resolution=repair, outcome="failed", by=mina)
        case.attempts.create(what="x", resolution=repair, outcome=outcome, by=mina)

    page = client.get("/g/connection/").content.decode()
    row = client.get("/guides/").content.decode()

    head, _, rail = page.partition("What helped so far")
    assert "helped 1 of 3" in head and "workarounds 1 of 1" in head
    assert "prod: helped 1 of 2" in rail and "staging: helped 0 of 1" in rail
    assert "helped 1 of 3" in row and "workarounds 1 of 1" in row
    assert guide.slug in row


def test_queries_of_the_list_do_not_grow_with_guides_and_what_was_tried(client: Client) -> None:
    mina = person(client, *RESPONDER)

    def tried(slug: str) -> None:
        repair = make_resolution(make_cause(make_guide(slug)))
        case = Investigation.objects.create(text="x", fingerprint="x")
        case.attempts.create(what="x", resolution=repair, outcome="worked", by=mina)

    tried("one")
    client.get("/guides/")
    with CaptureQueriesContext(connection) as few:
        client.get("/guides/")
    for slug in ("two", "three", "four"):
        tried(slug)
    with CaptureQueriesContext(connection) as many:
        page = client.get("/guides/").content.decode()

    assert page.count("helped 1 of 1") == 4
    assert len(many) == len(few)

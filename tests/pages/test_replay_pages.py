"""Trying other rules: on the guide's own page, before saving in the admin, before an import."""

from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb import index, ingest, services
from kb.models import Guide, GuideRevision, Investigation
from kb.services.guides.files import draft_of, file_of
from tests.factories import make_translation
from tests.kb.other_rules import flipped, solved
from tests.kb.test_admin import form_of, hidden_fields
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db
PAGE = "/g/connection/replay/"
# Its text is looked up, and its looks, attempts and record are read.
MOST_QUERIES_OF_A_CASE = 20


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


@pytest.fixture
def case(guide: Guide) -> Investigation:
    return solved(guide, "port-held", "free", listener="held_by_other")


@pytest.fixture
def author(client: Client) -> Client:
    person(client, *RESPONDER, "kb.change_guide")
    return client


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin"))
    client.cookies["django_language"] = "en"
    return client


def text_of(response: object) -> str:
    return " ".join(unescape(response.content.decode()).split())


def test_pasted_rules_show_the_case_that_would_end_otherwise(
    author: Client, guide: Guide, case: Investigation
):
    found = author.post(PAGE, {"pasted": ingest.dump(flipped(guide)).replace("\n", "\r\n")})

    page = text_of(found)
    assert found.status_code == 200
    assert "One past case would end otherwise" in page
    assert "✕ one worse" in page
    assert f'href="/i/{case.public_id}/"' in page
    assert 'speaks strongly for</span> → <span class="says against">rules it out' in page
    assert "None of these" in page


def test_a_file_and_an_older_revision_can_be_tried(
    author: Client, guide: Guide, case: Investigation
):
    old = GuideRevision.objects.create(
        guide=guide, number=1, source="admin", file=ingest.dump(flipped(guide)), sha256="0" * 64
    )
    file = SimpleUploadedFile("connection.md", old.file.encode(), content_type="text/markdown")

    assert "r1 · " in text_of(author.get(PAGE))
    assert "would end otherwise" in text_of(author.post(PAGE, {"document": file}))
    assert "would end otherwise" in text_of(author.post(PAGE, {"revision": "1"}))
    assert author.post(PAGE, {"revision": "7"}).status_code == 422


def test_the_same_rules_and_a_guide_without_cases_say_so(
    author: Client, guide: Guide, case: Investigation
):
    make_unreachable("other")

    same = text_of(author.post(PAGE, {"pasted": file_of(guide)}))
    none = text_of(
        author.post("/g/other/replay/", {"pasted": file_of(Guide.objects.get(slug="other"))})
    )

    assert "No past case would end otherwise" in same
    assert "Looked at one concluded case of this guide." in same
    assert "No past case concerns this guide" in none


def test_nothing_or_something_wrong_is_told_with_its_line(author: Client, guide: Guide):
    nothing = author.post(PAGE, {"pasted": " \r\n"})
    wrong = author.post(PAGE, {"pasted": "---\nslug: connection\nnope: 1\n---\n"})
    other = author.post(PAGE, {"pasted": file_of(guide).replace("connection", "another", 1)})

    large = author.post(PAGE, {"document": SimpleUploadedFile("a.md", b"x" * 600_001)})

    assert {one.status_code for one in (nothing, wrong, other, large)} == {422}
    assert "This file is larger than 600 KB" in text_of(large)
    assert "Choose a file, paste the guide's text, or a revision." in text_of(nothing)
    assert "pasted.md:3" in text_of(wrong)
    assert "this is not the guide connection" in text_of(other)


def test_the_page_is_for_who_may_change_guides(client: Client, guide: Guide):
    person(client, *RESPONDER)

    assert client.get(PAGE).status_code == 403
    assert "Try other rules" not in text_of(client.get("/g/connection/"))


def test_a_guide_in_review_can_be_tried_as_published(
    author: Client, guide: Guide, case: Investigation
):
    draft = make_unreachable("other")
    Guide.objects.filter(pk=draft.pk).update(state=Guide.State.IN_REVIEW)
    index.update(Guide.objects.get(pk=draft.pk))

    page = text_of(author.get("/g/other/replay/"))
    found = text_of(author.post("/g/other/replay/", {"publish": "1"}))

    assert "Show what publishing it would change" in page
    assert "Show what publishing it would change" not in text_of(author.get(PAGE))
    assert "Looked at one concluded case." in found
    assert Guide.objects.get(pk=draft.pk).state == Guide.State.IN_REVIEW


def test_korean_readers_read_korean(author: Client, guide: Guide, case: Investigation):
    make_translation(guide, names={"causes": {"port-held": "포트를 다른 프로그램이 씀"}})
    author.cookies["django_language"] = "ko"

    page = text_of(author.post(PAGE, {"pasted": ingest.dump(flipped(guide))}))

    assert "지난 사례 1건의 결론이 달라집니다" in page
    assert "포트를 다른 프로그램이 씀" in page


def test_what_people_pasted_is_escaped(author: Client, guide: Guide, case: Investigation):
    Investigation.objects.filter(pk=case.pk).update(
        text="<script>x</script> net::ERR_CONNECTION_REFUSED :8001"
    )
    services.set_parameters(Investigation.objects.get(pk=case.pk), {"port": 8001}, by=None)

    page = author.post(PAGE, {"pasted": ingest.dump(flipped(guide))}).content.decode()

    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page


def test_a_cause_can_be_tried_before_it_is_saved(editor: Client, guide: Guide, case: Investigation):
    services.save_guide(draft_of(guide), by=None, source="admin")
    cause = guide.causes.get(slug="port-held")
    address = f"/admin/kb/cause/{cause.pk}/change/"
    data = {**form_of(editor, address), "evidence-0-says": "rules-out", "_replay": "1"}
    before = (file_of(guide), guide.revisions.count())

    tried = editor.post(address, data)

    assert "One past case would end otherwise" in text_of(tried)
    assert (file_of(guide), guide.revisions.count()) == before
    assert "was changed successfully" not in text_of(editor.get(address))
    # What would be refused is refused here, too.
    refused = editor.post(address, {**data, "evidence-0-when": "nobody: refused"})
    assert "this guide has no check nobody" in text_of(refused)


def test_a_guide_can_be_tried_before_it_is_saved(editor: Client, guide: Guide, case: Investigation):
    services.save_guide(draft_of(guide), by=None, source="admin")
    address = f"/admin/kb/guide/{guide.pk}/change/"
    data = {**form_of(editor, address), "causes-0-weight": "900", "_replay": "1"}

    assert 'name="_replay"' in editor.get(address).content.decode()
    assert "concluded case of this guide" in text_of(editor.post(address, data))
    assert guide.causes.get(slug="not-running").weight == 1


def test_publishing_can_be_tried_from_the_list(editor: Client, guide: Guide, case: Investigation):
    Guide.objects.filter(pk=guide.pk).update(state=Guide.State.IN_REVIEW)
    index.update(Guide.objects.get(pk=guide.pk))
    action = {"action": "try_publishing", "_selected_action": [guide.pk]}

    found = text_of(editor.post("/admin/kb/guide/", action))

    # Its own past case finds its cause again.
    assert "One past case would end otherwise" in found
    assert "✓ one better" in found
    assert Guide.objects.get(pk=guide.pk).state == Guide.State.IN_REVIEW


def test_an_import_can_be_tried_before_it_is_applied(
    editor: Client, guide: Guide, case: Investigation
):
    file = SimpleUploadedFile("a.md", ingest.dump(flipped(guide)).encode())
    address = "/admin/kb/guide/import/"
    preview = editor.post(address, {"documents": [file], "preview": "1"}).content.decode()

    tried = editor.post(address, {**hidden_fields(preview), "replay": "1"})

    assert "One past case would end otherwise" in text_of(tried)
    assert guide.causes.get(slug="port-held").evidence.first().says == "strongly-for"


def test_an_import_of_new_guides_has_no_past_cases(editor: Client, guide: Guide):
    text = file_of(guide).replace("slug: connection", "slug: brand-new")
    address = "/admin/kb/guide/import/"
    preview = editor.post(address, {"pasted": text, "preview": "1"}).content.decode()

    tried = editor.post(address, {**hidden_fields(preview), "replay": "1"})

    assert "No rules would change" in text_of(tried)


def queries(author: Client, guide: Guide) -> int:
    with CaptureQueriesContext(connection) as captured:
        author.post(PAGE, {"pasted": ingest.dump(flipped(guide))})
    return len(captured)


def test_every_further_case_costs_the_same_few_queries(
    author: Client, guide: Guide, case: Investigation
):
    counts = []
    for _ in range(3):
        solved(guide, "port-held", "free", listener="held_by_other")
        counts.append(queries(author, guide))

    first, second, third = counts
    assert third - second == second - first <= MOST_QUERIES_OF_A_CASE

"""Someone saved in between: nothing is stored, nothing is lost, and both edits can be kept."""
# ruff: noqa: F811 - fixtures that are imported are named again where they are asked for

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from kb.models import Guide
from tests.kb.test_admin import GUIDES, client, english, form_of, guide  # noqa: F401

pytestmark = pytest.mark.django_db


class Sent(HTMLParser):
    """What a browser sends for the compare page's form as it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "textarea":
            self._text = given["name"]
            self.data[self._text] = [""]
        is_sent = given.get("type") == "hidden" or "checked" in given
        if tag == "input" and is_sent and given.get("name"):
            self.data.setdefault(given["name"], []).append(given.get("value") or "")

    def handle_data(self, text: str) -> None:
        if self._text:
            self.data[self._text][0] += text

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text:
            self.data[self._text][0] = self.data[self._text][0].removeprefix("\n")
            self._text = None


def answer_of(response: Any) -> dict[str, list[str]]:
    page = Sent()
    page.feed(response.content.decode().partition('id="compare_form"')[2])
    return {**page.data, "_save": ["1"]}


@pytest.fixture
def address(guide: Guide) -> str:
    return f"{GUIDES}{guide.pk}/change/"


def test_edits_of_different_fields_are_both_kept(client: Client, address: str) -> None:
    mine, theirs = form_of(client, address), form_of(client, address)
    client.post(address, {**theirs, "title": "Their title", "checks-0-name": "Their check"})

    response = client.post(address, {**mine, "summary": "My summary", "causes-0-weight": "7"})

    assert "do not touch" in response.content.decode()
    assert Guide.objects.get().summary == ""
    assert client.post(address, answer_of(response)).status_code == 302
    kept = Guide.objects.get()
    assert (kept.title, kept.summary) == ("Their title", "My summary")
    assert kept.checks.first().name == "Their check"
    assert kept.causes.first().weight == 7
    assert kept.revisions.count() == 3


@pytest.mark.parametrize(("choice", "kept"), [("mine", "My title"), ("theirs", "Their title")])
def test_a_field_that_both_changed_is_chosen(
    client: Client,
    address: str,
    choice: str,
    kept: str,
) -> None:
    mine, theirs = form_of(client, address), form_of(client, address)
    client.post(address, {**theirs, "title": "Their title"})
    response = client.post(address, {**mine, "title": "My title"})

    client.post(address, {**answer_of(response), "choose:title": choice})

    assert Guide.objects.get().title == kept


def test_changes_to_different_lines_of_the_text_are_put_together(
    client: Client,
    address: str,
) -> None:
    began = form_of(client, address)
    body = str(began["body"])
    client.post(address, {**form_of(client, address), "body": "Their first line.\n\n" + body})

    response = client.post(address, {**began, "body": body + "\nMy last line."})
    client.post(address, answer_of(response))

    kept = Guide.objects.get().body
    assert kept.startswith("Their first line.")
    assert kept.rstrip().endswith("My last line.")


def test_a_new_row_of_mine_and_a_new_row_of_theirs_are_both_kept(
    client: Client,
    address: str,
) -> None:
    mine, theirs = form_of(client, address), form_of(client, address)

    def with_cause(form: dict, slug: str) -> dict:
        return {
            **form,
            "causes-TOTAL_FORMS": "3",
            "causes-2-slug": slug,
            "causes-2-title": slug.title(),
            "causes-2-standing": "suspected",
            "causes-2-weight": "1.0",
        }

    assert client.post(address, with_cause(theirs, "theirs")).status_code == 302
    response = client.post(address, with_cause(mine, "mine"))
    assert client.post(address, answer_of(response)).status_code == 302

    slugs = list(Guide.objects.get().causes.values_list("slug", flat=True))
    assert sorted(slugs) == ["crashed", "mine", "not-running", "theirs"]


def test_a_row_they_deleted_and_i_changed_is_kept_when_i_say_so(
    client: Client,
    address: str,
) -> None:
    mine, theirs = form_of(client, address), form_of(client, address)
    assert client.post(address, {**theirs, "causes-1-DELETE": "on"}).status_code == 302
    response = client.post(address, {**mine, "causes-1-title": "Still needed"})
    assert Guide.objects.get().causes.count() == 1

    answer = answer_of(response)
    assert "Still needed" in answer["causes-1-title"]
    client.post(address, answer)

    assert Guide.objects.get().causes.get(slug="crashed").title == "Still needed"


def test_who_saves_during_the_comparison_is_not_overwritten_either(
    client: Client,
    address: str,
) -> None:
    mine = form_of(client, address)
    client.post(address, {**form_of(client, address), "title": "Second"})
    response = client.post(address, {**mine, "title": "Mine"})
    client.post(address, {**form_of(client, address), "title": "Third"})

    again = client.post(address, answer_of(response))

    assert "<ins>Third</ins>" in again.content.decode()
    assert Guide.objects.get().title == "Third"


def test_on_a_causes_page_evidence_of_both_is_kept(client: Client, guide: Guide) -> None:
    cause = guide.causes.get(slug="not-running")
    address = f"/admin/kb/cause/{cause.pk}/change/"
    mine, theirs = form_of(client, address), form_of(client, address)
    assert client.post(address, {**theirs, "evidence-0-says": "for"}).status_code == 302

    response = client.post(address, {**mine, "evidence-1-when": "outside: reset"})
    assert client.post(address, answer_of(response)).status_code == 302

    first, second = cause.evidence.all()
    assert first.says == "for"
    assert second.when == {"outside": {"reason": ["reset"]}}


@pytest.mark.parametrize("began", ["", "damaged", "eJwDAAAAAAE="])
def test_without_a_readable_beginning_every_difference_is_asked_about(
    client: Client,
    address: str,
    began: str,
) -> None:
    mine = form_of(client, address)
    client.post(address, {**form_of(client, address), "title": "Their title"})

    response = client.post(address, {**mine, "began": began})

    assert response.status_code == 200
    assert 'name="choose:title"' in response.content.decode()


def test_back_from_the_comparison_the_form_holds_both_edits(client: Client, address: str) -> None:
    mine = form_of(client, address)
    client.post(address, {**form_of(client, address), "title": "Their title"})
    response = client.post(address, {**mine, "summary": "My summary", "title": "My title"})

    answer = {**answer_of(response), "choose:title": "theirs", "_preview": "1"}
    page = client.post(address, answer).content.decode()

    assert 'value="Their title"' in page
    assert "My summary" in page
    assert Guide.objects.get().summary == ""

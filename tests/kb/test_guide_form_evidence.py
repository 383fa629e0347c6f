"""Evidence in words: rows read as sentences, answers are chosen, nothing else is changed."""
# ruff: noqa: F811 - fixtures that are imported are named again where they are asked for

import pytest
from django.test import Client
from django.utils import translation

from kb.models import Cause, Guide
from kb.services.authoring.evidence_words import sentence_of
from tests.kb.test_admin import GUIDES, client, english, errors, form_of, guide  # noqa: F401

pytestmark = pytest.mark.django_db
CHECKS = {"outside": "Ask from outside", "file": "The file"}


@pytest.fixture
def cause(guide: Guide) -> Cause:
    return guide.causes.get(slug="not-running")


@pytest.fixture
def address(cause: Cause) -> str:
    return f"/admin/kb/cause/{cause.pk}/change/"


@pytest.mark.parametrize(
    ("when", "says", "expected"),
    [
        (
            {"outside": {"reason": ["refused"]}},
            "strongly-for",
            "If “Ask from outside” says “The connection was refused”, "
            "that speaks strongly for “Nothing runs”.",
        ),
        (
            {"outside": {"reason": ["connected", "reset"]}},
            "rules-out",
            "If “Ask from outside” says “The connection was accepted” or “The connection was "
            "reset”, that rules out “Nothing runs”.",
        ),
        (
            {"outside": {"reason": ["refused"]}, "file": {"status": ["CRITICAL"]}},
            "against",
            "If “Ask from outside” says “The connection was refused”, and “The file” says "
            "“anything critical”, that speaks against “Nothing runs”.",
        ),
    ],
)
def test_a_row_is_a_sentence(when: dict, says: str, expected: str) -> None:
    assert sentence_of(when, says, "Nothing runs", CHECKS) == expected


@pytest.mark.parametrize(
    "says", ["strongly-for", "for", "against", "strongly-against", "rules-out"]
)
def test_the_sentence_is_korean_too(says: str) -> None:
    with translation.override("ko"):
        said = sentence_of({"outside": {"reason": ["refused"]}}, says, "서버가 꺼짐", CHECKS)

    assert said.startswith("“Ask from outside” 결과가 “")
    assert "If" not in said


def test_chosen_answers_become_the_condition(client: Client, cause: Cause, address: str) -> None:
    data = form_of(client, address)
    data["evidence-1-answers"] = ["outside:reason=connected", "outside:reason=reset"]

    response = client.post(address, data)

    assert response.status_code == 302, errors(response)
    assert cause.evidence.last().when == {"outside": {"reason": ["connected", "reset"]}}
    assert cause.evidence.first().when == {
        "outside": {"reason": ["refused"]},
        "file": {"reason": ["absent"], "status": ["CRITICAL"]},
    }


def test_a_new_row_needs_a_check_and_an_answer(client: Client, cause: Cause, address: str) -> None:
    data = form_of(client, address)
    data |= {"evidence-TOTAL_FORMS": "3", "evidence-2-says": "for"}
    data |= {"evidence-2-provenance": "document"}

    assert "Choose a check and at least one" in errors(client.post(address, data))
    data["evidence-2-answers"] = ["file:status=OK"]
    assert client.post(address, data).status_code == 302
    assert cause.evidence.last().when == {"file": {"status": ["OK"]}}


def test_choosing_and_writing_at_once_is_refused(client: Client, address: str) -> None:
    data = form_of(client, address)
    data["evidence-1-answers"] = ["outside:reason=reset"]
    data["evidence-1-when"] = "outside: no_route"

    assert "both were changed" in errors(client.post(address, data))


def test_facts_stay_when_answers_are_chosen_beside_them(
    client: Client,
    cause: Cause,
    address: str,
) -> None:
    row = cause.evidence.last()
    row.when = {"outside": {"reason": ["connected"], "facts": {"peer": "x"}}}
    row.save()
    data = form_of(client, address)
    data["evidence-1-answers"] = ["outside:reason=reset"]

    assert client.post(address, data).status_code == 302
    assert cause.evidence.last().when == {"outside": {"reason": ["reset"], "facts": {"peer": "x"}}}


def test_without_javascript_a_check_brings_its_answers(client: Client, address: str) -> None:
    data = form_of(client, address) | {"evidence-1-also": "file", "_preview": "1"}

    html = client.post(address, data).content.decode()

    row = html.partition('id="evidence-1"')[2].partition('id="evidence-empty"')[0]
    assert 'name="evidence-1-answers" value="file:reason=absent"' in row
    assert 'value="outside:reason=connected" checked' in row


def test_what_nobody_saw_is_no_answer_to_choose(client: Client, address: str) -> None:
    html = client.get(address).content.decode()

    assert 'value="outside:reason=refused"' in html
    assert "reason=not_allowed" not in html


def test_the_guides_form_lists_all_of_its_evidence(client: Client, guide: Guide) -> None:
    html = client.get(f"{GUIDES}{guide.pk}/change/").content.decode()

    shown = html.partition('class="evidence-list"')[2]
    assert "that rules out “Nothing runs”." in shown
    assert "No check says anything about this cause yet" in shown

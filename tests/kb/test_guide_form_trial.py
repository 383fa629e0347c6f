"""Symptoms tried before they are saved: hits in a text, and right and false hits in the past."""
# ruff: noqa: F811 - fixtures that are imported are named again where they are asked for

import pytest
from django.test import Client
from django.utils import timezone

from kb.models import Cause, Guide, Investigation
from kb.services.authoring.symptom_hits import MOST_PAST, Hits, past_pastes
from kb.services.authoring.symptom_trial import Stretch, TriedSymptom, try_symptoms
from tests.kb.test_admin import (  # noqa: F401
    GUIDES,
    client,
    english,
    form_of,
    guide,
    queries,
    staff_client,
)

pytestmark = pytest.mark.django_db
TRY = f"{GUIDES}try/"


def paste(text: str, cause: Cause | None = None) -> Investigation:
    ended = {"concluded_cause": cause, "concluded_at": timezone.now()} if cause else {}
    return Investigation.objects.create(text=text, fingerprint=f"v1:{text[:20]}", **ended)


def symptom(slug: str, *phrases: str, pattern: str = "") -> TriedSymptom:
    return TriedSymptom(slug=slug, phrases=phrases, pattern=pattern)


def test_the_text_is_cut_where_hits_start_and_end() -> None:
    trial = try_symptoms(
        [symptom("refused", "ECONNREFUSED"), symptom("port", pattern=r"port \d+")],
        "ECONNREFUSED on port 8000.",
    )

    assert trial.text == (
        Stretch(text="ECONNREFUSED", symptoms=("refused",)),
        Stretch(text=" on "),
        Stretch(text="port 8000", symptoms=("port",)),
        Stretch(text="."),
    )
    assert trial.hit_count == 2


def test_past_pastes_are_hit_rightly_falsely_or_nobody_knows(guide: Guide) -> None:
    own, _other = guide.causes.all()
    elsewhere = Guide.objects.create(slug="x", language="en", title="X").causes.create(
        slug="y", title="Y"
    )
    for cause in (own, elsewhere, elsewhere, None):
        paste("plover vase shattered", cause)
    paste("another thing", own)

    (found,) = try_symptoms(
        [symptom("vase", "plover vase")], "", past=past_pastes(), causes=[own.pk]
    ).outcomes

    assert found.hits == Hits(right=1, wrong=2, open=1)
    assert len(found.cases["wrong"]) == 2


def test_a_pattern_that_cannot_be_used_says_why_and_hits_nothing() -> None:
    (found,) = try_symptoms([symptom("bad", pattern="a(")], "a(").outcomes

    assert found.signs[0].problem.startswith("the ( at character 2")
    assert not found.is_hit


def test_the_forms_unsaved_symptoms_are_tried(client: Client, guide: Guide) -> None:
    paste("a zebra crossed")
    data = form_of(client, f"{GUIDES}{guide.pk}/change/")
    data |= {"symptoms-0-phrases": "zebra crossed", "symptoms-1-DELETE": "on"}
    data |= {"_guide": str(guide.pk), "_trial_text": "<b>zebra crossed</b> here"}

    html = client.post(TRY, data, headers={"X-Requested-With": "fetch"}).content.decode()

    assert '&lt;b&gt;<mark title="refused">zebra crossed</mark>&lt;/b&gt;' in html
    assert "1 symptom found in the text" in html
    assert "bind-failed" not in html
    assert "/i/inv_" in html
    assert "Symptoms tried" in client.post(TRY, data).content.decode()


def test_a_recent_paste_can_be_picked_instead(client: Client, guide: Guide) -> None:
    case = paste("it said ERR_CONNECTION_REFUSED twice")
    data = form_of(client, f"{GUIDES}{guide.pk}/change/")

    html = client.post(TRY, {**data, "_trial_case": case.public_id}).content.decode()

    assert '<mark title="refused">ERR_CONNECTION_REFUSED</mark>' in html


def test_who_may_not_see_cases_sees_none(guide: Guide) -> None:
    case = paste("secret ERR_CONNECTION_REFUSED")
    editor = staff_client("view_guide", "change_guide")
    data = form_of(editor, f"{GUIDES}{guide.pk}/change/") | {"_trial_case": case.public_id}

    shown = [
        editor.get(f"{GUIDES}{guide.pk}/change/").content.decode(),
        editor.post(TRY, data).content.decode(),
    ]

    assert all("secret" not in html and case.public_id not in html for html in shown)


def test_only_the_newest_pastes_are_read(client: Client, guide: Guide) -> None:
    many = [Investigation(text=f"line {n}", fingerprint=f"v1:{n}", public_id=f"inv_{n}")
            for n in range(MOST_PAST + 5)]  # fmt: skip
    Investigation.objects.bulk_create(many)

    assert len(past_pastes()) == MOST_PAST

"""An author's ways to a translation, and words in the author's own language on the way."""
# ruff: noqa: F811 - fixtures that are imported are named again where they are asked for

import pytest
from django.test import Client
from django.utils import translation

from kb.models import Guide, GuideTranslation
from kb.services.authoring.evidence_words import sentence_of
from kb.services.guides.text_warnings import AboutText, warnings_of
from kb.services.upkeep.health import health_of
from tests.factories import make_guide
from tests.kb.test_admin import GUIDES, client, guide  # noqa: F401

pytestmark = pytest.mark.django_db


def translate(guide: Guide, **names: dict[str, str]) -> None:
    GuideTranslation.objects.create(
        guide=guide, language="ko", title="서버에 연결되지 않음", names=names, of_revision=9
    )


def codes(guide: Guide) -> list[str]:
    found = Guide.objects.prefetch_related("translations", "services").get(pk=guide.pk)
    return [reason.code for reason in health_of([found])[0].reasons]


def test_a_missing_translation_is_a_reason_where_most_guides_have_one(guide: Guide) -> None:
    other = make_guide(slug="other-guide")
    assert "translation_missing" not in codes(other)

    translate(guide)

    assert "translation_missing" in codes(other)
    assert "translation_missing" not in codes(guide)
    make_guide(slug="third-guide")
    assert "translation_missing" not in codes(other)


def test_the_guide_and_its_form_lead_to_the_tester_and_the_translation(
    client: Client, guide: Guide
) -> None:
    read = client.get(guide.get_absolute_url()).content.decode()
    form = client.get(f"{GUIDES}{guide.pk}/change/").content.decode()

    assert f'href="{GUIDES}{guide.pk}/change/#try"' in read
    for page in (read, form):
        assert f'href="/g/{guide.slug}/translation/ko/"' in page
    assert 'href="/translations/"' in client.get("/review/").content.decode()


def test_evidence_is_told_with_the_names_of_the_translation(client: Client, guide: Guide) -> None:
    cause = guide.causes.filter(evidence__isnull=False).first()
    check = next(iter(cause.evidence.first().when))
    translate(guide, causes={cause.slug: "번역된 원인"}, checks={check: "번역된 점검"})

    korean = {"accept-language": "ko"}
    of_guide = client.get(f"{GUIDES}{guide.pk}/change/", headers=korean).content.decode()
    of_cause = client.get(f"/admin/kb/cause/{cause.pk}/change/", headers=korean).content.decode()

    for page in (of_guide, of_cause):
        assert "“번역된 점검”" in page
        assert "“번역된 원인”" in page


def test_the_original_is_shown_as_readers_see_it_beside_its_source(
    client: Client, guide: Guide
) -> None:
    Guide.objects.filter(pk=guide.pk).update(body="## Fix {#fix}\n\n**Now** <b onclick=x>this</b>")

    page = client.get(f"/g/{guide.slug}/translation/ko/").content.decode()

    assert "<strong>Now</strong>" in page
    assert "onclick" not in page.split('<div class="article">')[1].split("</details>")[0]


def test_a_probe_or_check_that_is_not_there_is_warned_of(client: Client, guide: Guide) -> None:
    evidence = guide.causes.filter(evidence__isnull=False).first().evidence.first()
    check = next(iter(evidence.when))
    typed = {"_guide": guide.pk, "body": "see [it](/probes/gone/)", "language": "en"}
    typed |= {"checks-TOTAL_FORMS": "1", "checks-0-slug": "another", "checks-0-name": "Another"}

    page = client.post(f"{GUIDES}preview/", typed, headers={"accept-language": "en"})

    told = page.content.decode()
    assert "There is no probe gone to link to." in told
    assert f"The guide has no check {check}, which evidence asks for" in told
    assert warnings_of("[it](/probes/here/)", AboutText(probes={"here"})) == []


def test_sentences_stay_whole_without_a_translation() -> None:
    with translation.override("en"):
        said = sentence_of({"a": {"reason": ["refused"]}}, "for", "The cause", {"a": "The look"})
    assert said == "If “The look” says “The connection was refused”, that speaks for “The cause”."

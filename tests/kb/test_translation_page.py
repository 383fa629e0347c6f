"""A translation edited beside its original: saved as a revision, marked where the original moved on."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb import services
from kb.matching.sections import split_sections
from kb.models import Guide, GuideTranslation
from kb.services.authoring.translating import workbench
from kb.services.authoring.translation_pairs import aligned
from tests.factories import make_cause, make_guide, make_resolution, make_translation

pytestmark = pytest.mark.django_db

BODY = """Jobs pile up.

## Look first {#look}

Is the broker up?

## Start it {#start}

```bash
# not a heading
sudo systemctl start broker
```
"""
OURS = """작업이 쌓입니다.

## 먼저 확인 {#look}

브로커가 켜져 있습니까?

## 시작하기 {#start}

```bash
sudo systemctl start broker
```
"""
PAGE = "/g/broker/translation/ko/"


@pytest.fixture
def guide() -> Guide:
    guide = make_guide("broker", title="Broker stops", body=BODY)
    cause = make_cause(guide, "down", title="It is not running")
    make_resolution(cause, "start", title="Start the broker", section="start")
    services.record_edit(guide, by=None)
    return guide


@pytest.fixture
def translated(guide: Guide) -> GuideTranslation:
    names = {"causes": {"down": "실행 중이 아님"}}
    return make_translation(guide, title="브로커 정지", body=OURS, names=names, of_revision=1)


@pytest.fixture
def author(client: Client) -> Client:
    user = User.objects.create_user("author")
    names = ["change_guide", "view_guide"]
    user.user_permissions.set(
        Permission.objects.filter(codename__in=names, content_type__app_label="kb")
    )
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def loaded(client: Client, page: str = PAGE) -> dict[str, str]:
    """The fields as the page hands them out."""
    form = client.get(page).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def move_on(guide: Guide, body: str) -> None:
    Guide.objects.filter(pk=guide.pk).update(body=body)
    services.record_edit(guide, by=None)


# --- sections


@pytest.mark.parametrize(
    "body", ["", "\n\n", "plain", BODY, "\n# A\n\n# A\ntext", "```\n# no\n```\n# yes\n"]
)
def test_sections_put_together_are_the_body(body: str) -> None:
    whole = "".join(section.text for section in split_sections(body))

    assert whole == (body if body.strip() else "")


def test_sections_are_aligned_by_id_then_by_order() -> None:
    theirs = split_sections("# One\n## Two {#two}\n## Three\n")
    ours = split_sections("# 하나\n## 셋이 아님 {#other}\n## 둘 {#two}\n## 셋\n")

    assert aligned(theirs, ours) == {0: 0, 1: 2, 2: 3}


# --- the page


def test_first_translation_is_saved_as_a_revision_of_the_original(
    guide: Guide, author: Client
) -> None:
    typed = loaded(author) | {"title": "브로커 정지", "section:top": "작업이 쌓입니다.\n"}
    typed |= {"section:look": "## 먼저 {#look}\r\n\r\n확인\r\n", "name:causes:down": "실행 안 됨"}
    typed |= {"section:start": "## 시작 {#start}\n"}

    author.post(PAGE, typed | {"deed": "save"})

    saved = guide.translations.get()
    assert saved.body == "작업이 쌓입니다.\n## 먼저 {#look}\n\n확인\n## 시작 {#start}\n"
    assert saved.names == {"causes": {"down": "실행 안 됨"}}
    assert (saved.of_revision, guide.revision_number) == (2, 2)
    assert guide.revisions.first().author.username == "author"


def test_loading_and_saving_changes_no_byte(translated: GuideTranslation, author: Client) -> None:
    author.post(PAGE, loaded(author) | {"deed": "save"})

    assert translated.guide.translations.get().body == OURS


def test_section_that_moved_on_is_marked_with_the_words_that_changed(
    translated: GuideTranslation, author: Client
) -> None:
    move_on(translated.guide, BODY.replace("Is the broker up?", "Is the broker running?"))

    page = author.get(PAGE).content.decode()

    bench = workbench(translated.guide, "ko")
    assert [pair.key for pair in bench.pairs if pair.is_changed] == ["look"]
    assert "<ins>running</ins>" in page
    assert "The original moved on in one place." in page


def test_saving_catches_up_and_so_does_saying_it_is_up_to_date(
    translated: GuideTranslation, author: Client
) -> None:
    guide = translated.guide
    move_on(guide, BODY.replace("up?", "running?"))
    form = loaded(author)

    author.post(PAGE, {"revision": form["revision"], "mark": form["mark"], "deed": "current"})

    translated.refresh_from_db()
    assert translated.of_revision == guide.revision_number == 2
    assert not workbench(guide, "ko").is_behind


@pytest.mark.parametrize("deed", ["save", "current"])
def test_original_saved_meanwhile_stores_nothing_and_keeps_what_was_typed(
    deed: str, translated: GuideTranslation, author: Client
) -> None:
    typed = loaded(author) | {"section:look": "## 내 글 {#look}\n", "deed": deed}
    move_on(translated.guide, BODY.replace("## Look first {#look}", "## See {#see}"))

    page = author.post(PAGE, typed, follow=True)

    translated.refresh_from_db()
    assert (translated.body, translated.of_revision) == (OURS, 1)
    if deed == "save":
        assert "## 내 글 {#look}" in page.content.decode()
        assert "Nothing was stored" in page.content.decode()


def test_two_people_do_not_overwrite_each_other(
    translated: GuideTranslation, author: Client
) -> None:
    mine = loaded(author) | {"title": "내 제목", "deed": "save"}
    GuideTranslation.objects.update(title="남의 제목")

    page = author.post(PAGE, mine).content.decode()

    assert GuideTranslation.objects.get().title == "남의 제목"
    assert "내 제목" in page
    assert "남의 제목" in page
    again = author.post(PAGE, mine | loaded(author) | {"title": "내 제목"})
    assert again.status_code == 302
    assert GuideTranslation.objects.get().title == "내 제목"


def test_missing_section_that_a_fix_points_at_is_refused_and_nothing_is_lost(
    guide: Guide, author: Client
) -> None:
    typed = loaded(author) | {"title": "브로커 정지", "section:top": "쓴 글", "deed": "save"}

    page = author.post(PAGE, typed).content.decode()

    assert "start" in page
    assert "쓴 글" in page
    assert not guide.translations.exists()


def test_preview_renders_what_is_typed_and_stores_nothing(guide: Guide, author: Client) -> None:
    typed = loaded(author) | {"section:top": "**굵게**<script>alert(1)</script>"}

    page = author.post(PAGE, typed | {"deed": "preview"}).content.decode()

    assert "<strong>굵게</strong>" in page
    assert "<script>alert" not in page
    assert not guide.translations.exists()


def test_names_of_what_is_gone_are_told_and_dropped(
    translated: GuideTranslation, author: Client
) -> None:
    GuideTranslation.objects.update(names={"causes": {"down": "꺼짐", "old": "옛것"}})

    page = author.get(PAGE).content.decode()
    author.post(PAGE, loaded(author) | {"deed": "save"})

    assert "causes: old" in page
    assert GuideTranslation.objects.get().names == {"causes": {"down": "꺼짐"}}


def test_page_says_how_many_names_there_are(translated: GuideTranslation, author: Client) -> None:
    assert "1 of 2 names" in author.get(PAGE).content.decode()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_there_is_no_translation_into_its_own_or_an_unknown_language(
    language: str, guide: Guide, author: Client
) -> None:
    assert author.get(f"/g/broker/translation/{language}/").status_code == 404


def test_who_may_not_change_guides_may_not_translate(guide: Guide, client: Client) -> None:
    client.force_login(User.objects.create_user("reader"))

    assert client.get(PAGE).status_code == 403
    assert client.get("/translations/").status_code == 403


# --- the list


def test_list_tells_what_is_missing_behind_and_done(
    translated: GuideTranslation, author: Client
) -> None:
    make_guide("other", title="Not translated")

    before = author.get("/translations/?state=done").content.decode()
    move_on(translated.guide, BODY + "\nMore.\n")

    assert "Broker stops" in before
    assert "Not translated" not in before
    assert "Not translated" in author.get("/translations/?state=missing").content.decode()
    behind = author.get("/translations/?state=behind").content.decode()
    assert "made from revision 1, now 2" in behind
    assert "Not translated" not in behind


def test_list_asks_the_same_for_more_guides(translated: GuideTranslation, author: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            author.get("/translations/")
        return len(queries)

    few = asked()
    for number in range(20):
        make_translation(make_guide(f"guide-{number}"))

    assert asked() == few

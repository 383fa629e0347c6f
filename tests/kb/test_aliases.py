"""From what people pasted in solved cases to a symptom of the guide, by one press."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb import services
from kb.ingest import parse
from kb.models import Guide, Investigation, RefusedAlias, Resolution
from kb.services.authoring.aliases import accept_alias, proposed_aliases, refuse_alias
from kb.services.guides.guides import file_of
from tests.factories import make_user, reindex
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

WORDS = "서버가 뻗었어요"
REFUSED = "GET http://localhost:8001/ net::ERR_CONNECTION_REFUSED"


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


def solved(text: str, name: str, *, fix: str = "start") -> Investigation:
    by = User.objects.filter(username=name).first() or make_user(name)
    found = services.find_fixes(text, by=by)
    resolution = Resolution.objects.get(slug=fix, cause__guide__slug="connection")
    services.conclude(found, resolution, worked=True, by=by)
    return found


def three_people() -> list[Investigation]:
    return [
        solved(f"{WORDS}\n{REFUSED}", "a"),
        solved(f"아침부터 {WORDS} {REFUSED}", "b"),
        solved(f"{WORDS} ㅠㅠ\n{REFUSED}", "c"),
    ]


def words(guide: Guide | None = None) -> list[str]:
    return [one.words for one in proposed_aliases(guide).proposals]


def test_words_of_three_people_are_proposed_for_the_cause_they_led_to(guide: Guide) -> None:
    cases = three_people()

    (one,) = proposed_aliases(guide).proposals

    assert (one.words, one.cause.slug, one.led, one.astray, one.voices) == (
        WORDS,
        "not-running",
        3,
        0,
        3,
    )
    assert set(one.examples) == set(cases)
    assert words() == [WORDS]


def test_one_person_all_day_is_one_voice(guide: Guide) -> None:
    for _time in range(3):
        solved(f"{WORDS} {REFUSED}", "a")
    assert words(guide) == []

    solved(f"{WORDS} {REFUSED}", "b")

    assert words(guide) == [WORDS]


def test_what_nobody_concluded_proposes_nothing(guide: Guide) -> None:
    for name in ("a", "b", "c"):
        services.find_fixes(f"{WORDS} {REFUSED}", by=make_user(name))

    assert words(guide) == []


def test_cases_that_ended_otherwise_are_counted(guide: Guide) -> None:
    three_people()
    solved(f"{WORDS} {REFUSED}", "d", fix="free")

    found = {one.cause.slug: one for one in proposed_aliases(guide).proposals}

    assert (found["not-running"].led, found["not-running"].astray) == (3, 1)
    assert list(found) == ["not-running"]


def test_secrets_are_in_no_proposal(guide: Guide) -> None:
    for name in ("a", "b"):
        solved(f"kiosk froze password=correct-horse-battery kim@example.com {REFUSED}", name)

    assert words(guide) == ["kiosk froze"]


def test_an_accepted_phrase_is_a_symptom_found_by_the_next_paste(guide: Guide) -> None:
    three_people()
    author = make_user("author")
    before = services.diagnose(services.find_fixes(f"{WORDS}. 어떡하죠"))
    assert before.causes == ()
    (one,) = proposed_aliases(guide).proposals

    accept_alias(one.cause, one.words, by=author)

    symptom = guide.symptoms.get(slug="observed-not-running")
    assert (symptom.phrases, symptom.provenance) == ([WORDS], "observed")
    assert {link.cause.slug: link.strength for link in symptom.suggests.all()} == {
        "not-running": "moderate"
    }
    newest = guide.revisions.first()
    assert (newest.author, newest.source) == (author, "admin")
    assert WORDS in newest.note
    after = services.diagnose(services.find_fixes(f"{WORDS}. 어떡하죠"))
    assert after.causes[0].cause == one.cause
    assert words(guide) == []


def test_an_export_carries_the_accepted_phrase(guide: Guide) -> None:
    three_people()

    accept_alias(guide.causes.get(slug="not-running"), WORDS, by=None)

    draft = parse(file_of(guide))
    assert [
        (one.phrases, one.provenance, dict(one.suggests))
        for one in draft.symptoms
        if one.slug == "observed-not-running"
    ] == [((WORDS,), "observed", {"not-running": "moderate"})]


def test_accepting_twice_changes_nothing_and_more_words_join_the_symptom(guide: Guide) -> None:
    cause = guide.causes.get(slug="not-running")
    accept_alias(cause, WORDS, by=None)
    revisions = guide.revisions.count()

    assert not accept_alias(cause, f" {WORDS} ", by=None).changed
    assert guide.revisions.count() == revisions
    accept_alias(cause, "화면이 하얗게 나와요", by=None)

    symptom = guide.symptoms.get(slug="observed-not-running")
    assert symptom.phrases == [WORDS, "화면이 하얗게 나와요"]
    assert guide.symptoms.count() == 2


def test_a_refused_phrase_is_remembered(guide: Guide) -> None:
    three_people()
    author = make_user("author")

    refuse_alias(guide, WORDS, by=author)
    refuse_alias(guide, WORDS, by=author)

    assert words(guide) == []
    assert (RefusedAlias.objects.get().words, RefusedAlias.objects.get().by) == (WORDS, author)


@pytest.mark.parametrize("nothing", ["", "  \n ", "x" * 200])
def test_what_is_no_phrase_is_refused(guide: Guide, nothing: str) -> None:
    with pytest.raises(ValueError):
        accept_alias(guide.causes.get(slug="not-running"), nothing, by=None)


def test_a_draft_has_no_proposals(guide: Guide) -> None:
    three_people()
    Guide.objects.update(state=Guide.State.DRAFT)
    guide.refresh_from_db()
    reindex(guide)

    assert words(guide) == words() == []


def test_queries_do_not_grow_with_cases_and_guides(guide: Guide) -> None:
    three_people()
    with CaptureQueriesContext(connection) as few:
        proposed_aliases()

    make_unreachable("other")
    for number in range(8):
        solved(f"{WORDS} {REFUSED}", f"person{number}")
        found = services.find_fixes(f"kiosk froze {REFUSED}", by=make_user(f"other{number}"))
        other = Resolution.objects.get(slug="start", cause__guide__slug="other")
        services.conclude(found, other, worked=True, by=found.started_by)
    with CaptureQueriesContext(connection) as many:
        found = proposed_aliases().proposals

    assert {one.guide.slug for one in found} == {"connection", "other"}
    assert len(many) == len(few)


def test_queries_of_the_page_do_not_grow_with_proposals(client: Client, guide: Guide) -> None:
    author(client)
    three_people()
    client.get("/words/")
    with CaptureQueriesContext(connection) as few:
        client.get("/words/")

    for number in range(4):
        solved(f"kiosk froze\npurple stripe\n{REFUSED}", f"person{number}")
    with CaptureQueriesContext(connection) as many:
        page = client.get("/words/").content.decode()

    assert page.count("<q>") == 3
    assert len(many) == len(few)


def author(client: Client) -> User:
    return person(client, *RESPONDER, "kb.change_guide", "kb.view_searchgap")


def test_the_author_accepts_by_one_press(client: Client, guide: Guide) -> None:
    author(client)
    cases = three_people()
    page = client.get("/words/").content.decode()
    assert f"<q>{WORDS}</q>" in page
    assert "led to “not running”" in page
    assert "said by 3 people" in page
    assert f'href="{cases[0].get_absolute_url()}"' in page

    form = {"words": WORDS, "cause": guide.causes.get(slug="not-running").pk, "back": "all"}
    answer = client.post(f"/g/{guide.slug}/words/", form | {"decision": "accept"}, follow=True)

    assert answer.redirect_chain[-1][0] == "/words/"
    assert "is a symptom of the guide from now on" in answer.content.decode()
    assert "No words to accept" in answer.content.decode()
    assert guide.symptoms.get(slug="observed-not-running").phrases == [WORDS]


def test_the_author_refuses_by_one_press(client: Client, guide: Guide) -> None:
    author(client)
    three_people()

    answer = client.post(
        f"/g/{guide.slug}/words/", {"words": WORDS, "decision": "refuse"}, follow=True
    )

    assert answer.redirect_chain[-1][0] == "/g/connection/words/"
    assert "will not be proposed again" in answer.content.decode()
    assert not guide.symptoms.filter(slug="observed-not-running").exists()


def test_only_those_who_may_change_guides_see_and_decide(client: Client, guide: Guide) -> None:
    person(client, *RESPONDER)
    three_people()

    assert client.get("/words/").status_code == 403
    assert client.get(f"/g/{guide.slug}/words/").status_code == 403
    form = {"words": WORDS, "cause": "1", "decision": "accept"}
    assert client.post(f"/g/{guide.slug}/words/", form).status_code == 403
    assert "Words people use" not in client.get(f"/g/{guide.slug}/").content.decode()


@pytest.mark.parametrize("cause", ["", "x", "999999"])
def test_a_cause_of_another_guide_is_not_found(client: Client, guide: Guide, cause: str) -> None:
    author(client)

    form = {"words": WORDS, "cause": cause, "decision": "accept"}

    assert client.post(f"/g/{guide.slug}/words/", form).status_code == 404


def test_a_guide_that_breaks_a_rule_says_so_and_stays(client: Client, guide: Guide) -> None:
    author(client)
    guide.causes.filter(slug="not-running").update(section="nowhere")

    form = {"words": WORDS, "cause": guide.causes.get(slug="not-running").pk}
    page = client.post(f"/g/{guide.slug}/words/", form, follow=True).content.decode()

    assert "the text has no heading {#nowhere}" in page
    assert not guide.symptoms.filter(slug="observed-not-running").exists()


def test_the_guide_and_the_gaps_lead_there(client: Client, guide: Guide) -> None:
    mina = author(client)
    User.objects.filter(pk=mina.pk).update(is_staff=True)

    assert "/g/connection/words/" in client.get(f"/g/{guide.slug}/").content.decode()
    assert 'href="/words/"' in client.get("/gaps/").content.decode()
    admin = client.get(f"/admin/kb/guide/{guide.pk}/change/")
    assert "/g/connection/words/" in admin.content.decode()

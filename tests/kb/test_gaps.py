"""What nobody could answer, from the text to the queue and out of it again."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from kb import services
from kb.models import Guide, Investigation, SearchGap
from kb.services.authoring.gap_drafts import draft_from_gap
from kb.services.cases.demand import open_demand, with_figures
from kb.services.guides.files import draft_of
from tests.api.conftest import key_client
from tests.factories import make_guide, make_service, make_symptom, make_user, reindex
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

FLUX = "flux capacitor drained below one point twenty one gigawatts"
# Shares a word or two with the guide, and is about something else.
NEAR = "the server room smells of burnt coffee and the lights flicker"


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


def write_flux_guide() -> Guide:
    guide = make_guide("flux", title="Flux capacitor drained")
    make_symptom(guide, "drained", phrases=("flux capacitor drained",))
    reindex(guide)
    return guide


def test_a_gap_counts_texts_and_different_people(guide: Guide) -> None:
    jisu, minji = make_user("jisu"), make_user("minji")
    for by in (jisu, jisu, minji, None):
        found = services.find_fixes(f"10:11:12 {FLUX}", by=by)

    gap = services.diagnose(found).gap

    assert gap is not None
    assert (gap.gap.count, gap.people) == (4, 2)


def test_an_answered_text_has_no_gap(guide: Guide) -> None:
    found = services.find_fixes("net::ERR_CONNECTION_REFUSED")

    assert services.diagnose(found).gap is None
    assert not SearchGap.objects.exists()


def test_the_sample_holds_no_secret(guide: Guide) -> None:
    services.find_fixes(f"{FLUX}\npassword=correct-horse-battery")

    assert "correct-horse" not in SearchGap.objects.get().sample


def test_a_later_answer_drops_the_gap_and_says_by_which_guide(guide: Guide) -> None:
    services.find_fixes(f"{FLUX} pid 4711")
    flux = write_flux_guide()

    services.find_fixes(f"{FLUX} pid 99")

    gap = SearchGap.objects.get()
    assert (gap.answered_by, gap.count) == (flux, 1)
    assert gap.answered_at is not None


def test_an_answered_gap_is_open_again_once_nothing_answers_it(guide: Guide) -> None:
    services.find_fixes(FLUX)
    flux = write_flux_guide()
    services.find_fixes(FLUX)
    Guide.objects.filter(pk=flux.pk).update(state=Guide.State.ARCHIVED)
    flux.refresh_from_db()
    reindex(flux)

    services.find_fixes(FLUX)

    gap = SearchGap.objects.get()
    assert (gap.answered_at, gap.answered_by, gap.count) == (None, None, 2)


def author(client: Client) -> User:
    return person(client, *RESPONDER, "kb.view_searchgap", "kb.change_guide", "kb.add_guide")


def test_one_press_begins_a_guide_and_the_queue_says_who_writes(
    client: Client, guide: Guide
) -> None:
    mina = author(client)
    User.objects.filter(pk=mina.pk).update(is_staff=True)
    found = services.find_fixes(FLUX, by=mina)
    services.find_fixes(FLUX, by=make_user("minji"))
    page = client.get("/gaps/").content.decode()
    assert "2 different people" in page
    assert "Write a guide from it" in page

    answer = client.post(f"/gaps/{found.fingerprint}/draft/")

    draft = Guide.objects.get(state="draft")
    assert answer["Location"] == f"/admin/kb/guide/{draft.pk}/change/"
    assert FLUX in client.get(answer["Location"]).content.decode()
    page = client.get("/gaps/").content.decode()
    assert "mina writes it" in page
    assert "Go on writing" in page
    client.post(f"/gaps/{found.fingerprint}/draft/")
    assert Guide.objects.filter(state="draft").count() == 1


def test_a_draft_holds_the_error_and_its_words_as_symptoms(guide: Guide) -> None:
    make_service("shop")
    text = (
        "2026-11-20 10:11:12 ERROR worker - could not obtain the zorkmid lock on ledger 4711\n"
        "2026-11-20 10:11:13 INFO worker - waiting"
    )
    found = services.find_fixes(text, services=["shop", "gone"])

    with override("ko"):
        draft = draft_from_gap(SearchGap.objects.get(), by=make_user())

    assert draft.title == "worker - could not obtain the zorkmid lock on ledger 4711"
    assert (draft.language, draft.state, draft.owner.username) == ("ko", "draft", "jisu")
    assert [service.slug for service in draft.services.all()] == ["shop"]
    headings = [line for line in draft.body.splitlines() if line.startswith("## ")]
    assert headings == [
        "## 현상 {#seen}",
        "## 진단 {#diagnosis}",
        "## 해결 {#fix}",
        "## 확인 {#verify}",
    ]
    assert found.text in draft.body
    (symptom,) = draft.symptoms.all()
    assert symptom.phrases == ["worker - could not obtain the zorkmid lock on ledger"]
    assert symptom.provenance == "inferred"


def test_a_published_draft_answers_the_next_text_of_its_kind(guide: Guide) -> None:
    services.find_fixes(f"{FLUX} at 10:11:12")
    draft = draft_from_gap(SearchGap.objects.get(), by=None)
    assert services.diagnose(services.find_fixes(FLUX)).outcome == "none"

    services.publish_guide(draft, by=make_user())

    assert services.find_fixes(f"{FLUX} at 23:59:01").fingerprint
    assert SearchGap.objects.get(draft=draft).answered_by == draft


@pytest.mark.parametrize(
    "text",
    [
        "```\n## {#x}\n---\nslug: [evil\n```` zork",
        "한글만 있는 오류가 났어요",
        "<script>alert(1)</script> zork",
    ],
    ids=["Markdown and YAML", "Korean alone", "HTML"],
)
def test_any_text_becomes_a_draft_that_fits_its_own_rules(guide: Guide, text: str) -> None:
    services.find_fixes(text)

    draft = draft_from_gap(SearchGap.objects.get(), by=None)

    assert text.splitlines()[0] in draft.body
    assert len(draft.slug) >= 4
    assert draft_of(draft).title == draft.title


def nearly(*texts: str) -> list[tuple[int, int]]:
    """Texts and wordings of each group, most asked first."""
    for text in texts:
        services.find_fixes(text)
    return [(one.count, len(one.wordings)) for one in open_demand()]


def test_nearly_the_same_texts_are_one_gap_and_others_are_not(guide: Guide) -> None:
    assert nearly(
        f"{FLUX}",
        f"{FLUX} again",
        f"{FLUX} in the garage",
        "grumpus reactor overheated beyond all reason and nobody noticed",
    ) == [(3, 3), (1, 1)]


def test_a_missing_module_is_one_gap_however_it_is_told(guide: Guide) -> None:
    assert nearly(
        "ModuleNotFoundError: No module named 'zorkmid'",
        "worker cannot start: No module named zorkmid",
        "ModuleNotFoundError: No module named 'grumpus'",
    ) == [(2, 2), (1, 1)]


def test_groups_stay_what_they_are_when_texts_are_added(guide: Guide) -> None:
    nearly(FLUX, f"{FLUX} again")
    before = open_demand()[0].key

    nearly(f"{FLUX} and again", f"{FLUX} again", "grumpus reactor overheated")

    assert [one.key for one in open_demand()] == [one.key for one in open_demand()]
    assert open_demand()[0].key == before
    assert before == services.find_fixes(FLUX).fingerprint


def test_the_trend_counts_the_last_days(guide: Guide) -> None:
    for days in (1, 8, 40):
        found = services.find_fixes(FLUX, services=["shop"])
        at = timezone.now() - timedelta(days=days)
        Investigation.objects.filter(pk=found.pk).update(created_at=at)

    (demand,) = with_figures(open_demand())

    assert (demand.count, demand.last_month, demand.last_week) == (3, 2, 1)
    assert demand.services == ("shop",)


def test_an_answer_that_helped_nobody_is_demand_too(client: Client, guide: Guide) -> None:
    mina = author(client)
    found = services.find_fixes("net::ERR_CONNECTION_REFUSED in the garage", by=mina)
    assert open_demand() == []
    # Asked by another, who said nothing: no demand.
    services.find_fixes("net::ERR_CONNECTION_REFUSED in the garage", by=make_user("minji"))

    services.conclude(
        found,
        guide.causes.get(slug="not-running").resolutions.get(slug="start"),
        worked=False,
        by=mina,
    )

    (demand,) = with_figures(open_demand())
    assert (demand.count, demand.unhelped, demand.people, demand.last_week) == (1, 1, 1, 1)
    assert "a guide was found and nothing helped" in client.get("/gaps/").content.decode()
    client.post(f"/gaps/{found.fingerprint}/draft/")
    assert with_figures(open_demand())[0].draft == Guide.objects.get(state="draft")
    assert "Nothing" not in client.get("/gaps/?state=answered").content.decode()
    services.conclude(
        found, guide.causes.get(slug="port-held").resolutions.get(slug="free"), worked=True, by=mina
    )
    assert open_demand() == []


def test_who_may_not_write_guides_begins_none(client: Client, guide: Guide) -> None:
    person(client, "kb.view_searchgap")
    found = services.find_fixes(FLUX)

    assert "Write a guide from it" not in client.get("/gaps/").content.decode()
    assert client.post(f"/gaps/{found.fingerprint}/draft/").status_code == 403


def test_a_draft_of_an_unknown_text_is_no_page(client: Client, guide: Guide) -> None:
    author(client)

    assert client.post("/gaps/v2:nonsense/draft/").status_code == 404


def test_the_api_begins_a_draft_once(guide: Guide) -> None:
    services.find_fixes(FLUX)
    api = key_client("kb.view_searchgap", "kb.add_guide")
    (gap,) = api.get("/api/v1/gaps").json()["results"]
    assert (gap["draft"], gap["last_7_days"], gap["nothing_helped"]) == (None, 1, 0)

    first = api.post(f"/api/v1/gaps/{gap['fingerprint']}/draft").json()
    again = api.post(f"/api/v1/gaps/{gap['fingerprint']}/draft").json()

    assert first["slug"] == again["slug"]
    assert api.get("/api/v1/gaps").json()["results"][0]["draft"]["guide"] == first["slug"]
    assert api.post("/api/v1/gaps/v2:no/draft").status_code == 404
    reader = key_client("kb.view_searchgap")
    assert reader.post(f"/api/v1/gaps/{gap['fingerprint']}/draft").status_code == 403


def test_the_author_looks_it_up_again_and_sees_the_guide_that_answers(
    client: Client, guide: Guide
) -> None:
    author(client)
    services.find_fixes(FLUX)
    gap = SearchGap.objects.get()
    again = client.post(f"/gaps/{gap.pk}/again/", follow=True).content.decode()
    assert "Still nothing known" in again

    write_flux_guide()
    now = client.post(f"/gaps/{gap.pk}/again/", follow=True).content.decode()

    assert "Answered now by “Flux capacitor drained”" in now
    assert "Nothing went unanswered" in now
    answered = client.get("/gaps/?state=answered").content.decode()
    assert '<a href="/g/flux/">Flux capacitor drained</a>' in answered


def test_a_viewer_reads_gaps_and_changes_none(client: Client, guide: Guide) -> None:
    person(client, "kb.view_searchgap")
    services.find_fixes(FLUX)
    gap = SearchGap.objects.get()

    page = client.get("/gaps/").content.decode()

    assert "Look it up again" not in page
    assert client.post(f"/gaps/{gap.pk}/again/").status_code == 403


def test_queries_do_not_grow_with_gaps(client: Client, guide: Guide) -> None:
    author(client)
    services.find_fixes(FLUX)
    client.get("/gaps/")
    with CaptureQueriesContext(connection) as few:
        client.get("/gaps/")

    for word in ("alpha", "beta", "gamma", "delta"):
        services.find_fixes(f"{word} zorkmid {word} drained")
    with CaptureQueriesContext(connection) as many:
        page = client.get("/gaps/").content.decode()

    assert page.count("gap-sample") == 5
    assert len(many) == len(few)


def test_the_results_page_says_nothing_is_known_and_what_is_closest_by_words(
    client: Client, guide: Guide
) -> None:
    person(client, *RESPONDER)
    found = services.find_fixes(NEAR)
    assert services.diagnose(found).outcome == "weak"

    page = client.get(found.get_absolute_url()).content.decode()

    assert "This error is new" in page
    assert "Counted among the gaps: asked once" in page
    closest = page.partition("Closest, by words alone")[2].partition("</ul>")[0]
    assert str(guide) in closest


def test_the_api_answers_none_and_holds_the_gap(guide: Guide) -> None:
    api = key_client("kb.match_text", "kb.view_guide", "kb.view_searchgap")
    for _time in range(3):
        body = api.post("/api/v1/match", {"text": FLUX}, format="json").json()

    assert (body["outcome"], body["causes"], body["none_of_these"]) == ("none", [], 1)
    assert (body["gap"]["count"], body["gap"]["people"]) == (3, 1)
    queue = api.get("/api/v1/gaps").json()
    assert [(one["count"], one["sample"]) for one in queue["results"]] == [(3, FLUX)]

    write_flux_guide()
    api.post("/api/v1/match", {"text": FLUX}, format="json")

    assert api.get("/api/v1/gaps").json()["count"] == 0
    (answered,) = api.get("/api/v1/gaps?state=answered").json()["results"]
    assert answered["answered_by"] == "flux"


def test_the_api_gives_weak_guides_apart(guide: Guide) -> None:
    api = key_client("kb.match_text")

    body = api.post("/api/v1/match", {"text": NEAR}, format="json").json()

    assert (body["outcome"], body["causes"]) == ("weak", [])
    assert [(one["guide"], one["url"]) for one in body["weak"]] == [
        ("connection", "/g/connection/")
    ]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Nothing known about this.", "   gap         asked: 1, by different people: 1"]),
        ("ko", ["알려진 원인이 없습니다", "   답 없음     물은 횟수: 1, 서로 다른 사람: 1"]),
    ],
)
def test_the_terminal_says_that_nothing_is_known(
    guide: Guide, language: str, expected: list[str]
) -> None:
    api = key_client("kb.match_text")

    answer = api.post(f"/api/v1/match.txt?lang={language}", FLUX, content_type="text/plain")

    said = answer.content.decode()
    assert [words for words in expected if words not in said] == []

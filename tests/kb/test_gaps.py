"""What nobody could answer, from the text to the queue and out of it again."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb import services
from kb.models import Guide, SearchGap
from tests.api.conftest import key_client
from tests.factories import make_guide, make_symptom, make_user, reindex
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


def test_the_page_shows_who_asked_and_offers_a_draft(client: Client, guide: Guide) -> None:
    mina = author(client)
    User.objects.filter(pk=mina.pk).update(is_staff=True)
    services.find_fixes(FLUX, by=mina)
    services.find_fixes(FLUX, by=make_user("minji"))

    page = client.get("/gaps/").content.decode()

    assert "2 different people" in page
    assert "/admin/kb/guide/add/?title=flux+capacitor+drained" in page
    form = client.get(page.split('button small" href="')[1].split('"')[0].replace("&amp;", "&"))
    assert FLUX in form.content.decode()


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


def test_the_results_page_says_nothing_is_known_and_folds_the_weak_ones(
    client: Client, guide: Guide
) -> None:
    person(client, *RESPONDER)
    found = services.find_fixes(NEAR)
    assert services.diagnose(found).outcome == "weak"

    page = client.get(found.get_absolute_url()).content.decode()

    assert "This error is new" in page
    assert "Counted among the gaps: asked once" in page
    assert '<details class="weak" id="weak">' in page


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

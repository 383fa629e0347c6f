"""The review queue: what is in it, and what pressing does."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kb import services
from kb.models import Guide, GuideReview, Investigation, Resolution
from kb.services.upkeep.review import still_valid
from kb.services.upkeep.review_queue import review_queue
from tests.api.conftest import key_client
from tests.factories import make_guide, make_service, make_translation, make_user
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

TODAY = timezone.now().date()
AUTHOR = (*RESPONDER, "kb.change_guide", "kb.publish_guide")
NO_LONGER_HELPS = "“start”: 3 of the last 4 people said it did not help."


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


@pytest.fixture
def stale(guide: Guide) -> Guide:
    """Three of the last four said that its fix did not help."""
    fix = Resolution.objects.get(slug="start", cause__guide=guide)
    for outcome in ("worked", "failed", "failed", "failed"):
        case = Investigation.objects.create(text="x", fingerprint="x")
        case.attempts.create(what="x", resolution=fix, outcome=outcome)
    return guide


@pytest.fixture
def overdue(db: None) -> Guide:
    late = make_guide("late", title="Late guide", review_after=TODAY - timedelta(days=9))
    services.record_edit(late, by=None)
    return late


def queued(**chosen: str) -> list[str]:
    return [one.guide.slug for one in review_queue(**chosen).rows]


def test_only_guides_with_a_reason_are_listed_the_worst_first(stale: Guide, overdue: Guide):
    make_guide("fine")
    make_guide("draft", state="draft", review_after=TODAY - timedelta(days=9))
    make_guide("waiting", state="in_review")

    assert queued() == ["connection", "late", "waiting"]
    assert review_queue().looked_at == 4


def test_the_queue_is_narrowed_by_reason_service_and_owner(stale: Guide, overdue: Guide):
    overdue.services.set([make_service("shop")])
    Guide.objects.filter(pk=stale.pk).update(owner=make_user("jisu"))

    assert queued(reason="fix_failing") == ["connection"]
    assert queued(service="shop") == ["late"]
    assert queued(owner="jisu") == ["connection"]
    assert queued(owner="jisu", service="shop") == []
    assert [code for code, _words in review_queue().kinds] == [
        "fix_failing",
        "nothing_helped",
        "overdue",
    ]


def test_an_empty_queue_says_when_the_next_review_is_due(client: Client):
    person(client, *AUTHOR)
    make_guide("later", review_after=TODAY + timedelta(days=40))
    make_guide("sooner", review_after=TODAY + timedelta(days=30))

    page = client.get("/review/").content.decode()

    assert "No guide needs a review" in page
    assert f"{TODAY + timedelta(days=30)}" in page


def test_still_valid_moves_the_review_by_ninety_days_and_is_kept(overdue: Guide):
    translation = make_translation(overdue, of_revision=1)

    review = still_valid(overdue, by=make_user("jisu"), note="ran every check")

    overdue.refresh_from_db()
    assert overdue.review_after == TODAY + timedelta(days=90)
    assert (review.by.username, review.note, review.next_review) == (
        "jisu",
        "ran every check",
        overdue.review_after,
    )
    newest = overdue.revisions.first()
    assert (newest.number, newest.author.username) == (2, "jisu")
    assert f"review_after: {overdue.review_after}" in newest.file
    translation.refresh_from_db()
    assert translation.of_revision == 2
    assert queued() == []


def test_a_press_confirms_one_guide_or_all_that_are_ticked(
    client: Client, stale: Guide, overdue: Guide
):
    mina = person(client, *AUTHOR)

    client.post("/review/", {"deed": "valid", "guide": "late", "note": "looked"})
    assert [(one.guide, one.by, one.note) for one in GuideReview.objects.all()] == [
        (overdue, mina, "looked")
    ]
    page = client.post("/review/", {"deed": "valid", "guide": ["late", "connection"]}, follow=True)

    assert GuideReview.objects.count() == 3
    assert "2 guides are still valid" in page.content.decode()


def test_a_guide_that_no_longer_fits_the_base_cannot_be_called_valid(
    client: Client, overdue: Guide, stale: Guide
):
    person(client, *AUTHOR)
    stale.causes.update(section="gone")

    page = client.post("/review/", {"deed": "valid", "guide": ["late", "connection"]}, follow=True)

    said = page.content.decode()
    assert "Server cannot be reached: causes" in said and "gone" in said
    assert "1 guide is still valid" in said
    assert [one.guide for one in GuideReview.objects.all()] == [overdue]


def test_a_guide_gets_another_owner_who_may_write_guides(client: Client, overdue: Guide):
    mina = person(client, *AUTHOR)
    make_user("visitor")

    refused = client.post(
        "/review/", {"deed": "owner", "guide": "late", "owner": "visitor"}, follow=True
    )
    assert "Nobody who may write guides is called “visitor”" in refused.content.decode()
    client.post("/review/", {"deed": "owner", "guide": "late", "owner": "mina"})

    overdue.refresh_from_db()
    assert (overdue.owner, overdue.revision_number) == (mina, 1)


def test_archiving_takes_a_guide_out_of_the_queue_and_of_every_answer(client: Client, stale: Guide):
    person(client, *AUTHOR)
    assert services.diagnose(services.find_fixes("ERR_CONNECTION_REFUSED")).outcome == "matched"

    client.post("/review/", {"deed": "archive", "guide": "connection"})

    assert queued() == []
    assert services.diagnose(services.find_fixes("ERR_CONNECTION_REFUSED")).outcome == "none"
    assert Guide.objects.get().state == "archived"


def test_who_may_not_publish_may_not_archive(client: Client, stale: Guide):
    person(client, "kb.change_guide")

    assert "Archive" not in client.get("/review/").content.decode()
    assert client.post("/review/", {"deed": "archive", "guide": "connection"}).status_code == 403
    assert client.post("/review/", {"deed": "burn", "guide": "connection"}).status_code == 400
    assert Guide.objects.get().state == "published"


def test_nothing_ticked_is_said(client: Client, stale: Guide):
    person(client, *AUTHOR)

    page = client.post("/review/", {"deed": "valid"}, follow=True)

    assert "Tick the guides first." in page.content.decode()


def test_a_responder_has_no_queue(client: Client, stale: Guide):
    person(client, *RESPONDER)

    assert client.get("/review/").status_code == 403
    assert 'href="/review/"' not in client.get("/guides/").content.decode()


def test_what_others_found_out_is_on_the_guide_for_everyone_the_rest_for_its_keepers(
    client: Client, stale: Guide
):
    mina = person(client, *RESPONDER)
    Guide.objects.update(body="[gone](#gone)")

    page = client.get("/g/connection/").content.decode()
    assert NO_LONGER_HELPS in page
    assert "leads nowhere" not in page

    mina.is_superuser = True
    mina.save()
    page = client.get("/g/connection/").content.decode()
    assert NO_LONGER_HELPS in page
    assert "Line 1 has a link that leads nowhere: #gone" in page
    assert "3 reasons to look at this guide" in page


def test_the_guide_says_who_found_it_valid(client: Client, stale: Guide):
    person(client, *AUTHOR)
    data = {"deed": "valid", "guide": "connection", "back": "guide", "note": "ran <all>"}

    page = client.post("/review/", data, follow=True)

    assert page.redirect_chain == [("/g/connection/", 302)]
    assert "found valid by mina" in page.content.decode()
    assert "<q>ran &lt;all&gt;</q>" in page.content.decode()


def test_queries_of_the_page_do_not_grow_with_guides(client: Client, overdue: Guide):
    person(client, *AUTHOR)
    # One guide of every sort, so that each part of the health reads already.
    make_unreachable("first")
    client.get("/review/")
    with CaptureQueriesContext(connection) as few:
        client.get("/review/")
    for slug in ("a", "b", "c"):
        make_guide(slug, review_after=TODAY - timedelta(days=9), owner=User.objects.get())
        make_unreachable(f"more-{slug}")
    with CaptureQueriesContext(connection) as many:
        page = client.get("/review/").content.decode()

    assert page.count('class="card review-row"') == 4
    assert len(many) == len(few)


def test_the_api_lists_the_queue_and_takes_a_review(stale: Guide, overdue: Guide):
    api = key_client("kb.change_guide")

    body = api.get("/api/v1/review").json()
    assert [(one["guide"], one["health"]) for one in body["results"]] == [
        ("connection", "stale"),
        ("late", "look"),
    ]
    worst = body["results"][0]["reasons"][0]
    assert (worst["code"], worst["severity"]) == ("fix_failing", "stale")
    assert api.get("/api/v1/review?reason=overdue").json()["count"] == 1
    assert api.get("/api/v1/review?reason=nonsense").status_code == 400

    answer = api.post("/api/v1/guides/late/reviewed", {"note": "by the machine"}, format="json")

    assert answer.json()["review_after"] == f"{TODAY + timedelta(days=90)}"
    assert api.get("/api/v1/review").json()["count"] == 1
    assert GuideReview.objects.get().note == "by the machine"
    wrong = api.post("/api/v1/guides/late/reviewed", {"notes": "x"}, format="json")
    assert (wrong.status_code, GuideReview.objects.count()) == (400, 1)


def test_the_api_refuses_what_does_not_fit_and_who_may_not(stale: Guide):
    stale.causes.update(section="gone")

    refused = key_client("kb.change_guide").post(
        "/api/v1/guides/connection/reviewed", {}, format="json"
    )

    assert refused.status_code == 422
    assert not GuideReview.objects.exists()
    assert key_client("kb.view_guide").get("/api/v1/review").status_code == 403

"""A large base's review queue: as it was last found, what is shown is as it is now, and it says so."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kb.models import Guide, GuideHealth, Investigation, Resolution
from kb.services.upkeep import kept_health
from kb.services.upkeep.review_queue import count_queue, review_queue
from tests.factories import make_guide, make_service
from tests.kb.unreachable import make_unreachable
from tests.pages.people import person

pytestmark = pytest.mark.django_db

TODAY = timezone.now().date()
LATE = {"review_after": TODAY - timedelta(days=9)}


@pytest.fixture
def large(monkeypatch) -> None:
    """A base with any guide is a large one."""
    monkeypatch.setattr(kept_health, "FEW", 0)


def slugs(**chosen: str) -> list[str]:
    return [one.guide.slug for one in review_queue(**chosen).rows]


def later() -> None:
    """Whatever was looked at was looked at a while ago."""
    ago = timezone.now() - timedelta(hours=1)
    GuideHealth.objects.update(looked_at=ago)
    Guide.objects.update(updated_at=ago - timedelta(hours=1))


def test_large_base_has_the_queue_that_looking_at_all_gives(monkeypatch):
    make_guide("late", **LATE)
    make_guide("fine", review_after=TODAY + timedelta(days=9))
    make_guide("waiting", state="in_review").services.set([make_service("shop")])

    all_at = review_queue()
    monkeypatch.setattr(kept_health, "FEW", 2)
    kept = review_queue()

    assert slugs() == [one.guide.slug for one in all_at.rows] == ["late", "waiting"]
    for name in ("kinds", "services", "owners", "total", "looked_at", "next_due"):
        assert getattr(kept, name) == getattr(all_at, name), name
    assert (slugs(reason="overdue"), slugs(service="shop")) == (["late"], ["waiting"])
    assert slugs(owner="nobody") == []
    assert count_queue() == 2


def test_guide_that_was_saved_is_looked_at_again_by_the_next_reader(large: None):
    guide = make_guide("late")
    assert slugs() == []
    later()

    guide.review_after = LATE["review_after"]
    guide.save()

    assert slugs() == ["late"]


def test_fix_that_was_tried_has_its_guide_looked_at_again(large: None):
    guide = make_unreachable()
    review_queue()
    later()
    fix = Resolution.objects.get(slug="start", cause__guide=guide)
    for outcome in ("worked", "failed", "failed", "failed"):
        Investigation.objects.create(text="x", fingerprint="x").attempts.create(
            what="x", resolution=fix, outcome=outcome
        )

    assert slugs(reason="fix_failing") == ["connection"]


def test_what_time_alone_did_is_seen_in_turn_and_the_page_says_how_old_it_is(
    large: None, client: Client
):
    person(client, "kb.change_guide")
    make_guide("first", **LATE)
    make_guide("second")
    review_queue()
    later()
    Guide.objects.filter(slug="second").update(**LATE)

    before = client.get("/review/").content.decode()
    kept_health.look_in_turn()
    after = client.get("/review/").content.decode()

    assert "Guides are looked at in turn" in before
    assert ("second" in before, "second" in after) == (False, True)


def test_row_whose_reason_is_gone_is_not_shown(large: None):
    guide = make_guide("late", **LATE)
    rows = review_queue().rows
    later()
    Guide.objects.filter(pk=guide.pk).update(review_after=None)

    assert (len(rows), list(rows)) == (1, [])
    assert slugs() == []


def test_archived_guide_is_in_no_queue(large: None):
    make_guide("late", **LATE)
    assert slugs() == ["late"]

    Guide.objects.update(state="archived")

    assert (slugs(), review_queue().total) == ([], 0)


def test_small_base_keeps_nothing():
    make_guide("late", **LATE)

    assert review_queue().as_of is None
    kept_health.look_in_turn()
    assert not GuideHealth.objects.exists()


def test_queue_costs_the_same_for_many_guides(large: None):
    def cost() -> int:
        review_queue()
        with CaptureQueriesContext(connection) as asked:
            assert review_queue().rows[:30]
        return len(asked)

    make_guide("a", **LATE)
    few = cost()
    for number in range(12):
        make_guide(f"b{number}", **LATE)

    assert cost() == few

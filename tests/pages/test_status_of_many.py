"""More schedules than the status page draws: none of the failing ones is left out, and it says so."""

import pytest
from django.test import Client
from django.utils import timezone

from kb import status_board
from probes.models import Schedule
from tests.pages.people import person
from tests.probes.factories import make_schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(monkeypatch) -> None:
    """Two can be drawn; there are four, and the failing one comes last by name."""
    monkeypatch.setattr(status_board, "MOST", 2)
    for slug, state in (("a", "OK"), ("b", "OK"), ("c", "OK"), ("z", "CRITICAL")):
        one = make_schedule(slug=slug, name=slug)
        Schedule.objects.filter(pk=one.pk).update(state=state, since=timezone.now())


def test_failing_schedule_is_drawn_and_all_are_counted(many: None) -> None:
    board = status_board.board(None)

    assert "z" in [row.schedule.slug for row in board.rows]
    assert (len(board.rows), board.total, board.watched) == (2, 4, 4)
    assert (board.bad, board.ok, board.look) == (1, 3, "CRITICAL")


def test_page_says_that_it_shows_only_some(many: None, client: Client) -> None:
    person(client, "probes.view_schedule", "probes.view_run")

    page = client.get("/status/").content.decode()

    assert "1 of 4 scheduled checks is not as expected" in page
    assert "The 2 of 4 schedules that need a look first are shown" in page

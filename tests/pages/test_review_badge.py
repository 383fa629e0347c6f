"""The number beside Review: right when it was counted, and no page waits for it."""

import pytest
from django.core.cache import cache
from django.test import Client

from kb.services.upkeep.review_count import KEPT_S, known_count
from tests.factories import make_guide
from tests.pages.people import person

pytestmark = pytest.mark.django_db
EDITOR = ("kb.view_guide", "kb.change_guide")


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    cache.clear()


def test_page_that_does_not_know_it_fetches_it_afterwards(client: Client) -> None:
    person(client, *EDITOR)
    make_guide("broken", body="See [gone](./gone.md).")

    page = client.get("/guides/").content.decode()
    assert 'hx-get="/review/count/"' in page

    badge = client.get("/review/count/").content.decode()
    counted = known_count()
    assert counted is not None
    assert (f">{counted.total}</span>" in badge) is bool(counted.total)


def test_known_number_costs_no_query(client: Client, django_assert_num_queries) -> None:
    person(client, *EDITOR)
    client.get("/review/")

    with django_assert_num_queries(0):
        assert known_count() is not None
    assert 'hx-get="/review/count/"' not in client.get("/guides/").content.decode()
    assert KEPT_S <= 3600


def test_who_may_not_review_gets_no_number(client: Client) -> None:
    person(client, "kb.view_guide")

    assert "/review/count/" not in client.get("/").content.decode()
    assert client.get("/review/count/").status_code == 403

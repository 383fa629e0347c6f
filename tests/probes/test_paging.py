"""Pages that go on from a row: complete, in order, quick, whatever comes in meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory

from kb.models import Investigation
from probes.paging import newest_first

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 20, tzinfo=UTC)


def make_rows(hours: list[int]) -> list[int]:
    """Rows of one moment each, given in hours; their pks, in the order they were made."""
    return [
        Investigation.objects.create(text=f"no. {n}", created_at=START + timedelta(hours=at)).pk
        for n, at in enumerate(hours)
    ]


def walk(size: int, by: str = "pk") -> list[list[int]]:
    """All pages, each as the pks of its rows."""
    pages, asked = [], QueryDict()
    while True:
        page = newest_first(Investigation.objects.all(), asked, size=size, by=by)
        pages.append([row.pk for row in page.rows])
        if page.older is None:
            return pages
        asked = QueryDict(f"before={page.older}")


def test_every_row_stands_on_one_page_the_newest_first():
    first, second, third, fourth, fifth = make_rows([0, 1, 2, 3, 4])

    assert walk(2) == [[fifth, fourth], [third, second], [first]]


def test_a_full_last_page_leads_nowhere():
    make_rows([0, 1, 2, 3])

    assert [len(page) for page in walk(2)] == [2, 2]


def test_rows_of_the_same_moment_are_neither_lost_nor_shown_twice():
    late, tie_1, tie_2, tie_3, early = make_rows([9, 5, 5, 5, 1])

    assert walk(2, by="created_at") == [[late, tie_3], [tie_2, tie_1], [early]]


def test_what_arrives_meanwhile_moves_nothing():
    rows = make_rows([0, 1, 2])
    page = newest_first(Investigation.objects.all(), QueryDict(), size=1)
    make_rows([3])

    following = newest_first(Investigation.objects.all(), QueryDict(f"before={page.older}"), size=1)

    assert [row.pk for row in following.rows] == [rows[1]]


def test_a_row_that_left_the_narrowed_list_still_marks_the_place():
    rows = make_rows([0, 1, 2])
    narrowed = Investigation.objects.exclude(pk=rows[1])

    page = newest_first(narrowed, QueryDict(f"before={rows[1]}"), size=5, by="created_at")

    assert [row.pk for row in page.rows] == [rows[0]]


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 30, "²", "1 or 1", "999999"])
def test_what_is_no_place_is_the_first_page(before):
    rows = make_rows([0, 1])

    page = newest_first(
        Investigation.objects.all(), QueryDict(f"before={before}"), size=5, by="created_at"
    )

    assert [row.pk for row in page.rows] == rows[::-1]


def test_a_late_page_is_found_by_its_place_in_the_index(django_assert_num_queries):
    rows = make_rows(list(range(4)))

    with django_assert_num_queries(1):
        newest_first(Investigation.objects.all(), QueryDict(f"before={rows[2]}"), size=1)
    if connection.vendor == "sqlite":
        plan = Investigation.objects.filter(pk__lt=rows[2]).order_by("-pk")[:2].explain()
        assert "SEARCH" in plan and "TEMP B-TREE" not in plan


def test_the_links_keep_what_the_list_is_narrowed_by():
    rows = make_rows([0, 1, 2])
    request = RequestFactory().get(f"/runs/?state=ok&before={rows[2]}")
    page = newest_first(Investigation.objects.all(), request.GET, size=1)

    links = render_to_string("parts/pages.html", {"page": page}, request)

    assert f'href="?state=ok&amp;before={rows[1]}"' in links
    assert 'href="?state=ok"' in links

"""What pages take: found by their links, asked on a base that was filled for it."""

import pytest

from config.evaluation.full_base import Size, fill
from config.evaluation.page_times import administrator, measure_page
from config.evaluation.pages import find_pages
from incidents.models import Incident
from kb.models import Guide
from probes.models import Run

# Drafts and the like, the fewest that a base is filled with.
UNPUBLISHED = 2

PAGES = {
    "/": '<a href="guides/">g</a> <a href="//elsewhere.example/guides/">no</a>',
    "/guides/": '<a href="/g/one/">1</a><a href="/g/two/#x">2</a><a href="/api/v1/guides">no</a>',
    "/g/one/": '<a href="?case=inv_1">the same page</a><a href="/nowhere/at/all/">no</a>',
    "/g/two/": '<a href="/">back</a>',
}


def test_pages_are_found_by_the_links_that_lead_to_them() -> None:
    asked = []

    def fetch(path: str) -> str | None:
        asked.append(path)
        return PAGES.get(path)

    found = find_pages(fetch, ["/"], examples=2)

    assert found == {"find": ["/"], "guides": ["/guides/"], "guide": ["/g/one/", "/g/two/"]}
    assert sorted(asked) == sorted(PAGES)


def test_part_of_a_base_holds_at_least_one_of_everything() -> None:
    size = Size(guides=5_000, incidents=20_000, runs=30)

    assert size.part(0.01) == Size(guides=50, incidents=200, runs=1)


@pytest.mark.django_db
def test_page_of_a_filled_base_is_measured() -> None:
    fill(Size(guides=3, incidents=4, runs=60))
    figures = measure_page(administrator(), "/incidents/", 1)

    assert (Guide.objects.count(), Incident.objects.count()) == (3 + UNPUBLISHED, 4)
    assert Run.objects.count() >= 50
    assert figures["ms"] > 0
    assert figures["queries"] >= 2
    assert figures["bytes"] > 500

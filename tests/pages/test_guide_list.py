"""The list of guides: search, facets with counts, order, and the newest looks of each guide."""

import datetime
import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kb.models import Guide, Investigation
from tests.factories import (
    make_cause,
    make_guide,
    make_resolution,
    make_symptom,
    make_translation,
    reindex,
)
from tests.flows.person import work
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

AUTHOR = (*RESPONDER, "kb.change_guide")


def rows_of(page: str) -> list[str]:
    return re.findall(r'<a class="title" href="/g/([\w-]+)/"', page)


def ask(client: Client, query: str = "") -> str:
    return client.get(f"/guides/?{query}").content.decode()


def options(page: str, facet: str) -> dict[str, str]:
    """A facet's values with their counts, as the page's first copy of the facets says them."""
    block = page.partition(f'class="facet-title">{facet}</h2>')[2].partition("</div>")[0]
    found = re.findall(r'option-words">([^<]+)</span><span class="option-count num">(\d+)', block)
    return dict(found)


@pytest.fixture
def shelf() -> Iterator[None]:
    """Three guides of two services, one of them Korean, one translated into Korean."""
    make_guide("port", title="Port is held", services=("api",), body="Stop the netstat holder.")
    dns = make_guide("names", title="Name is not found", services=("api", "web"))
    make_translation(dns, title="이름을 찾을 수 없음")
    make_guide("certificate", title="인증서 만료", language="ko", services=("web",))
    make_symptom(Guide.objects.get(slug="names"), phrases=("getaddrinfo ENOTFOUND",))
    reindex(*Guide.objects.all())
    return None


def test_facets_count_what_choosing_them_would_leave(client: Client, shelf: None) -> None:
    person(client, *RESPONDER)

    page = ask(client)
    narrowed = ask(client, "service=web")

    assert options(page, "Service") == {"api": "2", "web": "2"}
    assert options(page, "Language") == {"English": "2", "한국어": "2"}
    assert options(narrowed, "Service") == {"api": "2", "web": "2"}
    assert options(narrowed, "Language") == {"English": "1", "한국어": "2"}
    assert set(rows_of(narrowed)) == {"names", "certificate"}


def test_kind_of_trouble_is_what_its_symptoms_speak_of(client: Client, shelf: None) -> None:
    person(client, *RESPONDER)

    assert options(ask(client), "Kind of trouble")["names (DNS)"] == "1"
    assert rows_of(ask(client, "layer=dns")) == ["names"]


def test_upkeep_is_for_those_who_keep_guides_up(client: Client, shelf: None) -> None:
    user = person(client, *RESPONDER)
    Guide.objects.filter(slug="port").update(review_after=datetime.date(2020, 1, 1))
    assert "review=due" not in ask(client)
    assert len(rows_of(ask(client, "review=due"))) == 3

    user.is_superuser = True
    user.save()

    assert options(ask(client), "Review") == {"review overdue": "1"}
    assert rows_of(ask(client, "review=due")) == ["port"]
    assert options(ask(client), "State") == {"Published": "3"}


def test_search_reads_bodies_titles_translations_and_addresses(client: Client, shelf: None) -> None:
    person(client, *RESPONDER)

    assert rows_of(ask(client, "q=netstat")) == ["port"]
    assert rows_of(ask(client, "q=HELD")) == ["port"]
    assert rows_of(ask(client, "q=이름을")) == ["names"]
    assert rows_of(ask(client, "q=인증")) == ["certificate"]
    assert rows_of(ask(client, "q=certif")) == ["certificate"]
    assert rows_of(ask(client, "q=port+netstat")) == ["port"]
    assert rows_of(ask(client, "q=port+인증서")) == []


def test_one_letter_searches_nothing(client: Client, shelf: None) -> None:
    person(client, *RESPONDER)

    assert len(rows_of(ask(client, "q=z"))) == 3


def test_search_and_facets_narrow_together_and_stay_in_the_address(
    client: Client, shelf: None
) -> None:
    person(client, *RESPONDER)

    page = ask(client, "q=name&service=api&sort=title")

    assert rows_of(page) == ["names"]
    assert "1 of 3 guides" in page
    assert '<input type="hidden" name="service" value="api" form="guide-search">' in page
    assert 'href="/guides/?q=name&amp;sort=title"' in page  # the picked service leads back
    assert 'href="/guides/?q=name&amp;service=api&amp;sort=recent"' in page


def test_typing_answers_with_the_rows_and_says_the_count(client: Client, shelf: None) -> None:
    person(client, *RESPONDER)

    typed = client.get("/guides/?q=port", headers={"HX-Request": "true"}).content.decode()
    back = client.get(
        "/guides/?q=port",
        headers={"HX-Request": "true", "HX-History-Restore-Request": "true"},
    ).content.decode()

    assert '<p id="count" hx-swap-oob="innerHTML">1 of 3 guides' in typed
    assert "<html" not in typed
    assert "<html" in back


def test_nothing_fits_leads_back(client: Client, shelf: None) -> None:
    person(client, *RESPONDER)

    page = ask(client, "q=kubernetes&service=web")

    assert "No guide fits these conditions" in page
    assert '<a class="button" href="/guides/">Clear the filters</a>' in page


def test_order_is_by_use_by_change_or_by_title(client: Client, shelf: None) -> None:
    mina = person(client, *RESPONDER)
    fix = make_resolution(make_cause(Guide.objects.get(slug="port")))
    for _ in range(3):
        case = Investigation.objects.create(text="x", fingerprint="x")
        case.attempts.create(what="x", resolution=fix, outcome="worked", by=mina)
    for days, slug in enumerate(("names", "certificate", "port")):
        changed = timezone.now() - datetime.timedelta(days=days)
        Guide.objects.filter(slug=slug).update(updated_at=changed)

    assert rows_of(ask(client)) == ["port", "names", "certificate"]
    assert rows_of(ask(client, "sort=recent")) == ["names", "certificate", "port"]
    assert rows_of(ask(client, "sort=title")) == ["names", "port", "certificate"]


def test_newest_look_of_each_check_is_a_sign_with_words(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    client.post("/g/connection/checks/", {"check": "listener"})
    work()

    page = ask(client)

    assert '<span class="sign critical"><b>✕</b>1</span>' in page
    assert re.search(r'aria-label="\d checks: Critical 1, Never run \d"', page)


def test_verified_age_is_that_of_the_newest_review(client: Client, shelf: None) -> None:
    person(client, *RESPONDER)
    then = timezone.now() - datetime.timedelta(days=5)
    guide = Guide.objects.get(slug="port")
    guide.reviews.create(at=then, next_review=datetime.date(2030, 1, 1))

    assert "✓ <time" in ask(client, "q=port")
    assert "5 days ago" in ask(client, "q=port")


def test_queries_do_not_grow_with_guides_facets_and_words(client: Client, shelf: None) -> None:
    person(client, *AUTHOR)
    ask(client, "q=port")
    with CaptureQueriesContext(connection) as few:
        ask(client, "q=port")
    for number in range(12):
        guide = make_guide(f"port-{number}", title="Port again", services=(f"service-{number}",))
        make_translation(guide, title="포트")
        reindex(guide)

    with CaptureQueriesContext(connection) as many:
        page = ask(client, "q=port+port+ag+in")

    assert len(rows_of(page)) == 12
    assert len(many) <= len(few)

"""The list of incidents: what goes on first, narrowed in the address, page by page."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents import services
from incidents.models import Incident
from incidents.services.listing import OPEN
from incidents.services.weekly import first_day, weekly
from incidents.views import lists
from incidents.views.bars import HEIGHT, bars_of
from tests.factories import make_user
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client: Client) -> User:
    return person(client, *RESPONDER)


def over(title: str, days: int) -> Incident:
    """An incident that was over an hour after it began, so many days ago."""
    at = timezone.now() - timedelta(days=days)
    later = at + timedelta(hours=1)
    return Incident.objects.create(
        title=title, status="closed", started_at=at, resolved_at=later, closed_at=later
    )


def shown(client: Client, query: str) -> list[str]:
    """The titles in the order in which they stand on the page."""
    page = client.get(f"/incidents/?{query}").content.decode()
    return re.findall(r'<a class="title"[^>]*>([^<]*)</a>', page)


def test_among_all_what_goes_on_stands_above_what_is_over(client: Client, user: User) -> None:
    over("Over yesterday", 1)
    goes_on = services.open_incident("Still going on", by=user)
    Incident.objects.filter(pk=goes_on.pk).update(started_at=timezone.now() - timedelta(days=9))

    assert shown(client, "show=all") == ["Still going on", "Over yesterday"]


def test_a_line_says_what_it_waits_for_and_who_has_it(client: Client, user: User) -> None:
    services.open_incident("Nobody's", by=user)
    taken = services.open_incident("Taken", by=user, assignee=make_user("hana"))
    services.change_status(taken, to="investigating", by=user)

    page = client.get("/incidents/").content.decode()

    assert "Somebody has to take it up" in page and "Find the cause" in page
    assert "hana" in page and ">nobody<" in page


def test_a_line_says_the_cause_and_whether_it_is_only_presumed(client: Client, user: User) -> None:
    cause = make_unreachable().causes.get(slug="not-running")
    fix = cause.resolutions.get(kind="fix")
    for title, confirmed in (("Sure", True), ("Guess", False)):
        incident = services.open_incident(title, by=user, text=f"ERR_CONNECTION_REFUSED {title}")
        services.close_incident(incident, by=user, resolution=fix, confirmed=confirmed)

    page = client.get("/incidents/?show=all").content.decode()

    assert page.count(cause.title) == 2
    assert "✓ Confirmed" in page and "? Presumed" in page


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("show=all&assignee=hana", ["hers"]),
        ("show=all&assignee=none", ["nobody has", "long ago"]),
        ("show=all&assignee=stranger", []),
        ("show=all&period=30d", ["hers", "nobody has"]),
        ("show=all&period=forever", ["hers", "nobody has", "long ago"]),
        ("show=all&q=long+ago", ["long ago"]),
        ("show=all&q=ago+long", ["long ago"]),
        ("status=nonsense", []),
        ("show=all&before=999999", ["hers", "nobody has", "long ago"]),
        ("show=all&before=x", ["hers", "nobody has", "long ago"]),
    ],
)
def test_the_address_narrows_it(client: Client, user: User, query: str, titles: list[str]) -> None:
    over("long ago", 60)
    services.open_incident("nobody has", by=user)
    services.open_incident("hers", by=user, assignee=make_user("hana"))

    assert shown(client, query) == titles


def test_pages_go_on_from_the_last_line_and_keep_the_filters(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "INCIDENTS_PER_PAGE", 2)
    for days in (1, 2, 3):
        over(f"day {days}", days)

    page = client.get("/incidents/?show=all&severity=minor").content.decode()
    (older,) = re.findall(r'rel="next" href="\?([^"]+)"', page)

    assert shown(client, "show=all&severity=minor") == ["day 1", "day 2"]
    assert "severity=minor" in older
    assert shown(client, older.replace("&amp;", "&")) == ["day 3"]


def test_many_open_ones_lead_to_all_of_them(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "INCIDENTS_PER_PAGE", 1)
    for number in range(2):
        services.open_incident(f"open {number}", by=user)

    assert "All 2 open incidents" in client.get("/incidents/?show=all").content.decode()


def test_nothing_at_all_and_nothing_for_these_filters_are_said_apart(
    client: Client, user: User
) -> None:
    assert "No incident was logged yet" in client.get("/incidents/?show=all").content.decode()
    assert "No incident is like this" in client.get("/incidents/?q=zork").content.decode()


def test_the_list_asks_no_more_queries_for_more_lines(client: Client, user: User) -> None:
    fix = make_unreachable().causes.get(slug="not-running").resolutions.get(kind="fix")
    counts = []
    for _round in range(2):
        for number in range(3):
            text = f"ERR_CONNECTION_REFUSED {number}"
            incident = services.open_incident("Down", by=user, text=text, assignee=user)
            services.close_incident(incident, by=user, resolution=fix)
            services.open_incident("Down", by=user, text=text, assignee=user)
        client.get("/incidents/?show=all&recurring=1")
        with CaptureQueriesContext(connection) as asked:
            client.get("/incidents/?show=all&recurring=1")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_newest_are_read_from_an_index_and_not_sorted() -> None:
    over_ones = Incident.objects.exclude(OPEN).order_by("-started_at", "-pk")[:31]
    if connection.vendor == "postgresql":
        # A table of no rows is read and sorted as a whole, whatever indexes it has.
        for way in ("seqscan", "bitmapscan", "sort"):
            connection.cursor().execute(f"SET LOCAL enable_{way} = off")

    plan = over_ones.explain()

    assert "incidents_newest" in plan
    assert "TEMP B-TREE" not in plan and "Sort" not in plan


def test_weeks_count_what_began_in_them_by_severity(user: User) -> None:
    incident = services.open_incident("Down", by=user, severity="critical")
    over("minor", 7)
    duplicate = services.open_incident("Down too", by=user)
    services.merge(duplicate, into=incident, by=user)

    weeks = weekly(Incident.objects.all(), 3)

    assert [week.total for week in weeks] == [0, 1, 1]
    assert weeks[-1].counts == {"critical": 1, "major": 0, "minor": 0}
    assert weeks[0].start == first_day(3).date()


def test_bars_stand_on_the_ground_and_inside_their_picture(user: User) -> None:
    for severity in ("critical", "major", "minor"):
        services.open_incident("Down", by=user, severity=severity)

    bars = bars_of(weekly(Incident.objects.all(), 2))

    lowest, *_rest, highest = bars.pieces
    assert (lowest.severity, lowest.y + lowest.height) == ("critical", HEIGHT)
    assert highest.severity == "minor" and 0 <= highest.y < lowest.y
    assert [number for _severity, _name, number in bars.totals] == [1, 1, 1]


def test_figures_of_the_weeks_stand_above_all_incidents(client: Client, user: User) -> None:
    over("yesterday", 1)

    page = client.get("/incidents/?show=all").content.decode()

    assert "until resolved (MTTR)" in page and "1 h" in page
    assert "<svg" in page and "As a table" in page

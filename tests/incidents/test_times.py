"""How long it took: from the steps alone, with what was taken back left out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test.utils import CaptureQueriesContext

from incidents import services
from incidents.models import Incident
from incidents.services.times import Figure, Times, figures, times_of
from tests.factories import make_service
from tests.incidents.conftest import START, after, began


@dataclass(frozen=True)
class Step:
    was: str
    became: str
    at: datetime


def steps(*told: tuple[str, int]) -> list[Step]:
    """From open on: the next status and how many minutes after the start."""
    found, was = [], "open"
    for became, minutes in told:
        found.append(Step(was, became, after(minutes=minutes)))
        was = became
    return found


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


CASES = {
    "nothing happened": ([], Times()),
    "one after the other": (
        [("investigating", 5), ("identified", 20), ("mitigated", 30), ("resolved", 60)],
        Times(
            acknowledge=minutes(5), identify=minutes(20), mitigate=minutes(30), resolve=minutes(60)
        ),
    ),
    "what was skipped is not known": (
        [("mitigated", 30), ("closed", 90)],
        Times(acknowledge=minutes(30), mitigate=minutes(30), resolve=minutes(90)),
    ),
    "closed later than resolved": (
        [("resolved", 10), ("closed", 500)],
        Times(acknowledge=minutes(10), resolve=minutes(10)),
    ),
    "reopened, it is not resolved": (
        [("investigating", 5), ("resolved", 60), ("investigating", 90)],
        Times(acknowledge=minutes(5)),
    ),
    "reopened and resolved again, the last counts": (
        [("investigating", 5), ("resolved", 60), ("investigating", 90), ("resolved", 200)],
        Times(acknowledge=minutes(5), resolve=minutes(200)),
    ),
    "the workaround failed": (
        [("identified", 5), ("mitigated", 9), ("investigating", 30), ("mitigated", 50)],
        Times(acknowledge=minutes(5), mitigate=minutes(50)),
    ),
    "merged by mistake and taken out again": (
        [("closed", 3), ("open", 4), ("investigating", 9)],
        Times(acknowledge=minutes(9)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_times_are_derived_from_the_steps(name: str) -> None:
    told, expected = CASES[name]

    assert times_of(START, steps(*told)) == expected


def test_an_incident_without_steps_keeps_the_end_that_was_written_down() -> None:
    assert times_of(START, [], resolved_at=after(hours=2)) == Times(resolve=timedelta(hours=2))


def test_means_and_medians_are_over_what_is_known() -> None:
    told = [Times(resolve=minutes(10)), Times(resolve=minutes(20)), Times(resolve=minutes(90))]

    found = figures([*told, Times()])

    assert found["resolve"] == Figure(known=3, mean=minutes(40), median=minutes(20))
    assert found["identify"] == Figure(known=0, mean=None, median=None)


def test_statistics_group_and_leave_duplicates_out(mina: User) -> None:
    for slug in ("api", "web"):
        make_service(slug)
    both = began(severity="major", services=[make_service("api"), make_service("web")])
    services.close_incident(both, by=mina, note="Done.", at=after(minutes=30))
    other = began("Again", severity="minor", services=[make_service("api")])
    duplicate = began("The same", severity="minor")
    services.merge(duplicate, into=other, by=mina)

    whole = services.statistics_of(Incident.objects.all())
    by_service = services.statistics_by(Incident.objects.all(), "service")
    by_month = services.statistics_by(Incident.objects.all(), "period")

    assert (whole.incidents, whole.open, whole.figures["resolve"].known) == (2, 1, 1)
    assert [(one.key, one.incidents) for one in by_service] == [("api", 2), ("web", 1)]
    assert by_service[0].figures["resolve"].mean == minutes(30)
    assert [one.key for one in by_month] == ["2026-11"]


def test_statistics_ask_the_same_number_of_queries_for_more_incidents(mina: User) -> None:
    from django.db import connection

    counts = []
    for _round in range(2):
        for _number in range(3):
            services.close_incident(began(), by=mina, note="Done.")
        with CaptureQueriesContext(connection) as asked:
            services.statistics_by(Incident.objects.all(), "severity")
        counts.append(len(asked))

    assert counts[0] == counts[1]

"""The same failure again: which time it is, how often, and what fixed it before."""

from datetime import timedelta

from django.contrib.auth.models import User

from incidents import services
from incidents.models import Incident
from tests.incidents.conftest import after, began

TEXT = "zorkmid ledger drained at step {}"


def test_the_fourth_time_knows_the_three_before_it(mina: User) -> None:
    for number, day in enumerate((0, 4, 12)):
        earlier = began(by=mina, text=TEXT.format(number), started_at=after(days=day - 18))
        services.close_incident(earlier, by=mina, note=f"Put lock {number} back.")
    began("Another", by=mina, text="disk is full", started_at=after(days=-5))

    now = began(by=mina, text=TEXT.format(9), started_at=after(days=0))
    found = services.recurrence_of(now)

    assert found.number == 4
    assert found.every == timedelta(days=6)
    assert found.last == after(days=-6)
    assert [one.investigation.what_worked for one in found.earlier] == [
        f"Put lock {number} back." for number in (2, 1, 0)
    ]


def test_the_first_time_and_one_without_an_error_have_nothing_before_them(mina: User) -> None:
    assert services.recurrence_of(began(text="disk is full")).is_first
    assert services.recurrence_of(began()) is None


def test_incidents_without_an_error_do_not_recur(mina: User) -> None:
    for day in (-2, -1, 0):
        began(started_at=after(days=day))
    closed = began(started_at=after(days=-3))
    services.add_attempt(closed, "Looked at it", outcome="failed", by=mina)

    assert not services.recurring(Incident.objects.all()).exists()


def test_a_duplicate_is_not_counted_twice(mina: User) -> None:
    first = began(text=TEXT.format(1), started_at=after(days=-2))
    duplicate = began(text=TEXT.format(2), started_at=after(days=-1))
    services.merge(duplicate, into=first, by=mina)

    now = began(text=TEXT.format(3))

    assert services.recurrence_of(now).number == 2
    assert services.recurrence_of(duplicate) is None
    assert [one.pk for one in services.recurring(Incident.objects.all())] == [now.pk]
    counted = services.with_times_before(Incident.objects.order_by("started_at"))
    assert [one.times_before for one in counted if one != duplicate] == [0, 1]

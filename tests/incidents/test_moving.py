"""Which steps an incident may take, when they happened, and what reopening takes back."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone

from incidents import services
from incidents.models import Incident
from incidents.services.moving import MOVES
from kb.models import CaseFact
from kb.services.diagnosing.find import find_fixes
from kb.services.diagnosing.ranking import diagnose
from tests.incidents.conftest import after, ago, began, make_known_error

STATUSES = Incident.Status.values
TEXT = "pool exhausted\nModuleNotFoundError: No module named 'jwt'"


@pytest.mark.parametrize("was", STATUSES)
def test_the_table_alone_decides_where_an_incident_goes(mina: User, was: str) -> None:
    taken = []
    for to in STATUSES:
        incident = Incident.objects.create(title=to, status=was, closed_at=timezone.now())
        try:
            services.change_status(incident, to=to, by=mina, reason="It was not that.")
        except services.IllegalMove:
            assert Incident.objects.get(pk=incident.pk).status == was
        else:
            taken.append(to)

    # Closing has a deed of its own.
    assert taken == [to for to in STATUSES if to in MOVES[was] and to != "closed"]


def test_a_refused_step_says_where_the_incident_stands_and_where_it_can_go(mina: User) -> None:
    incident = began()
    services.change_status(incident, to="mitigated", by=mina)

    with pytest.raises(services.IllegalMove) as refused:
        services.change_status(incident, to="identified", by=mina)

    assert "“Mitigated” cannot become “Identified”" in str(refused.value)
    assert "Investigating, Resolved, Closed" in str(refused.value)


def test_a_step_back_needs_a_reason_which_becomes_a_note(mina: User) -> None:
    incident = began()
    services.change_status(incident, to="mitigated", by=mina)

    with pytest.raises(services.IllegalMove, match="needs a reason"):
        services.change_status(incident, to="investigating", by=mina, reason=" ")
    services.change_status(incident, to="investigating", by=mina, reason="It fills up again.")

    assert incident.status == "investigating"
    note, change = incident.notes.get(), incident.status_changes.last()
    assert (note.text, note.occurred_at) == ("It fills up again.", change.at)


def test_a_step_keeps_when_it_happened_and_when_it_was_written_down(mina: User) -> None:
    incident = began()

    change = services.change_status(incident, to="mitigated", by=mina, at=after(hours=1))

    assert change.at == after(hours=1)
    assert timezone.now() - change.recorded_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (after(minutes=-5), "is before 2026-11-20 14:00"),
        (after(minutes=20), "is before 2026-11-20 14:30"),
        (ago(hours=-1), "is in the future"),
    ],
    ids=["before the start", "before the last step", "in the future"],
)
def test_a_step_at_an_impossible_time_is_refused(mina: User, at, said: str) -> None:
    incident = began()
    if "14:30" in said:
        services.change_status(incident, to="investigating", by=mina, at=after(minutes=30))
    before = incident.status

    with pytest.raises(services.BadTime, match=said):
        services.change_status(incident, to="mitigated", by=mina, at=at)

    assert Incident.objects.get().status == before


def test_the_minute_in_which_it_began_is_not_before_it_began(mina: User) -> None:
    incident = began(started_at=after(seconds=40))

    change = services.change_status(incident, to="investigating", by=mina, at=after())

    assert change.at == after(seconds=40)


def test_reopening_takes_back_what_had_been_concluded(mina: User) -> None:
    fix = make_known_error().resolutions.get(slug="enlarge")
    incident = began(text=TEXT, by=mina)
    services.close_incident(incident, by=mina, resolution=fix, confirmed=True)
    assert diagnose(find_fixes(TEXT, by=mina)).similar

    services.change_status(incident, to="investigating", by=mina, reason="Back after a day.")

    stored = Incident.objects.get()
    assert (stored.resolved_at, stored.closed_at, stored.resolution_kind) == (None, None, "")
    investigation = stored.investigation
    assert (investigation.concluded_at, investigation.concluded_cause) == (None, None)
    assert investigation.confirmation == ""
    attempt = investigation.attempts.get()
    assert (attempt.outcome, attempt.note) == ("partly", "Back after a day.")
    assert not CaseFact.objects.filter(is_concluded=True).exists()
    assert not diagnose(find_fixes(TEXT, by=mina)).similar


def test_a_reopened_incident_is_closed_again_with_something_else(mina: User) -> None:
    cause = make_known_error()
    incident = began(text="pool exhausted", by=mina)
    services.close_incident(incident, by=mina, resolution=cause.resolutions.get(slug="restart"))
    services.change_status(incident, to="investigating", by=mina, reason="It came back.")

    services.close_incident(incident, by=mina, resolution=cause.resolutions.get(slug="enlarge"))

    found = Incident.objects.get().investigation
    assert found.concluded_resolution.slug == "enlarge"
    assert [a.outcome for a in found.attempts.all()] == ["partly", "worked"]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_press_at_once_one_moves_the_incident(database_url: str) -> None:
    incident = began()
    here = connections["default"]
    barrier, said = threading.Barrier(5), []

    def press() -> None:
        connections["default"] = type(here)(here.settings_dict)
        try:
            mine = Incident.objects.get(pk=incident.pk)
            barrier.wait()
            services.change_status(mine, to="investigating", by=None)
            said.append("moved")
        except services.IllegalMove:
            said.append("refused")
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=press) for _number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) == ["moved", *["refused"] * 4]
    assert incident.status_changes.count() == 1

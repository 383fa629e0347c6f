"""Incidents from opened to closed, and what the base learns from their end."""

import pytest
from django.contrib.auth.models import User

from incidents import services
from incidents.models import Incident
from incidents.services import timeline
from kb.models import Attempt, Resolution
from kb.services.diagnosing.find import find_fixes
from kb.services.diagnosing.ranking import diagnose
from tests.factories import make_cause, make_guide, make_symptom, reindex

pytestmark = pytest.mark.django_db


@pytest.fixture
def mina() -> User:
    return User.objects.create_user("mina")


def make_fix() -> Resolution:
    """The fix of a published guide that knows the refused connection."""
    guide = make_guide("connection")
    cause = make_cause(guide, "not-running")
    make_symptom(guide, phrases=("ERR_CONNECTION_REFUSED",), suggests={"not-running": "strong"})
    reindex(guide)
    return Resolution.objects.create(cause=cause, slug="start", title="Start the server")


def test_opened_with_an_error_the_incident_has_its_investigation(mina: User) -> None:
    incident = services.open_incident(
        "Login is down", by=mina, text="net::ERR_CONNECTION_REFUSED password=hunter2hunter2"
    )

    assert incident.status == "open"
    assert incident.investigation is not None
    assert "ERR_CONNECTION_REFUSED" in incident.investigation.text
    assert "hunter2" not in incident.investigation.text


def test_opened_without_an_error_nothing_is_looked_up(mina: User) -> None:
    assert services.open_incident("The office is dark", by=mina).investigation is None


@pytest.mark.parametrize(
    "steps",
    [
        ("investigating", "identified", "mitigated", "resolved"),
        ("mitigated",),
        ("investigating", "resolved"),
    ],
    ids=lambda steps: "-".join(steps),
)
def test_incident_moves_forward_and_every_step_is_kept(mina: User, steps: tuple[str, ...]) -> None:
    incident = services.open_incident("Login is down", by=mina)

    for step in steps:
        services.change_status(incident, to=step, by=mina)

    assert [change.became for change in incident.status_changes.all()] == list(steps)
    assert Incident.objects.get().status == steps[-1]


@pytest.mark.parametrize("to", ["open", "identified", "nonsense", ""])
def test_step_to_the_start_or_nowhere_is_refused_and_nothing_changes(mina: User, to: str) -> None:
    incident = services.open_incident("Login is down", by=mina)
    services.change_status(incident, to="identified", by=mina)

    with pytest.raises(services.IllegalMove):
        services.change_status(incident, to=to, by=mina)

    assert Incident.objects.get().status == "identified"
    assert incident.status_changes.count() == 1


def test_closing_needs_to_be_told_what_fixed_it(mina: User) -> None:
    incident = services.open_incident("Login is down", by=mina)

    with pytest.raises(services.IllegalMove):
        services.change_status(incident, to="closed", by=mina)
    with pytest.raises(services.CannotClose):
        services.close_incident(incident, by=mina)

    assert Incident.objects.get().status == "open"


def test_closed_with_a_fix_the_base_has_learnt_it(mina: User) -> None:
    fix = make_fix()
    incident = services.open_incident("Login is down", by=mina, text="ERR_CONNECTION_REFUSED")

    services.close_incident(incident, by=mina, resolution=fix)

    stored = Incident.objects.get()
    assert (stored.status, stored.resolution_kind) == ("closed", "fix")
    assert stored.closed_at is not None
    assert stored.resolved_at is not None
    assert stored.investigation is not None
    assert stored.investigation.concluded_resolution == fix
    attempt = Attempt.objects.get()
    assert (attempt.resolution, attempt.outcome, attempt.by) == (fix, "worked", mina)


def test_closed_with_a_fix_without_an_error_the_base_has_learnt_it_too(mina: User) -> None:
    fix = make_fix()
    incident = services.open_incident("Login is down", by=mina)

    services.close_incident(incident, by=mina, resolution=fix)

    assert Attempt.objects.get().resolution == fix
    assert Incident.objects.get().investigation is not None


def test_closed_with_a_cause_alone_the_cause_is_concluded(mina: User) -> None:
    cause = make_fix().cause
    incident = services.open_incident("Login is down", by=mina, text="ERR_CONNECTION_REFUSED")

    services.close_incident(incident, by=mina, cause=cause, confirmed=True)

    stored = Incident.objects.get()
    assert stored.resolution_kind == "fix"
    assert stored.investigation is not None
    assert stored.investigation.concluded_cause == cause


def test_closed_in_words_the_words_are_a_note(mina: User) -> None:
    incident = services.open_incident("Login is down", by=mina)

    services.close_incident(incident, by=mina, note="Someone had unplugged the rack.")

    assert incident.notes.get().text == "Someone had unplugged the rack."


def test_words_that_fixed_it_are_shown_to_whoever_has_the_same_error_next(mina: User) -> None:
    text = "zorkmid ledger drained at step 9"
    incident = services.open_incident("The ledger drains", by=mina, text=text)

    services.close_incident(incident, by=mina, note="Put the lock file back.\nIt was lost.")

    again = diagnose(find_fixes(text, by=mina))
    assert [one.case for one in again.similar] == [incident.investigation]
    assert again.similar[0].case.what_worked == "Put the lock file back."
    attempt = incident.investigation.attempts.get()
    assert (attempt.outcome, attempt.note) == ("worked", "Put the lock file back.\nIt was lost.")
    assert incident.notes.count() == 0


def test_closed_incident_cannot_be_closed_again(mina: User) -> None:
    incident = services.open_incident("Login is down", by=mina)
    services.close_incident(incident, by=mina, note="Done.")

    with pytest.raises(services.IllegalMove):
        services.close_incident(incident, by=mina, note="Done once more.")

    assert incident.notes.count() == 1


def test_timeline_is_merged_in_the_order_it_happened(mina: User) -> None:
    fix = make_fix()
    incident = services.open_incident("Login is down", by=mina, text="ERR_CONNECTION_REFUSED")
    services.add_note(incident, text="The console shows it too.", by=mina)
    services.change_status(incident, to="investigating", by=mina)
    services.close_incident(incident, by=mina, resolution=fix)

    entries = timeline.of(Incident.objects.get())

    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert {entry.kind for entry in entries} == {
        "opened",
        "pasted",
        "note",
        "status",
        "attempt",
        "concluded",
    }


def test_a_secret_in_an_incident_reaches_no_row() -> None:
    secret = "hunter2-" + "and-more"
    incident = services.open_incident(
        f"password={secret}", by=None, report=f"DATABASE_URL=postgres://u:{secret}@db:5432/app"
    )
    note = services.add_note(incident, text=f"Authorization: Bearer {secret}", by=None)

    stored = Incident.objects.get(pk=incident.pk)
    assert "db:5432" in stored.report
    assert [text for text in (stored.title, stored.report, note.text) if secret in text] == []

"""What ends an incident: a fix, or a workaround that leaves a known error open."""

import pytest
from django.contrib.auth.models import User

from incidents import services
from incidents.models import Incident
from kb.models import Cause, Investigation
from tests.factories import make_cause, make_guide
from tests.incidents.conftest import after, began, make_known_error


def test_a_workaround_without_a_known_error_is_refused_and_nothing_changes(mina: User) -> None:
    incident = began()

    with pytest.raises(services.CannotClose) as refused:
        services.close_incident(incident, by=mina, kind="workaround", note="Switched it off.")

    assert list(refused.value.problems) == ["known_error"]
    assert Incident.objects.get().status == "open"
    assert not incident.notes.exists()


def test_everything_that_is_missing_is_said_at_once(mina: User) -> None:
    with pytest.raises(services.CannotClose) as refused:
        services.close_incident(began(), by=mina, kind="workaround")

    assert set(refused.value.problems) == {"known_error", "note"}


@pytest.mark.parametrize("why", ["fixed for good", "without a workaround"])
def test_what_is_no_open_known_error_is_refused_as_one(mina: User, why: str) -> None:
    cause = make_known_error()
    if why == "fixed for good":
        Cause.objects.update(standing="fixed")
    else:
        cause.resolutions.filter(kind="workaround").delete()

    with pytest.raises(services.CannotClose, match="known error"):
        services.close_incident(
            began(), by=mina, kind="workaround", known_error=cause, note="Restarted."
        )


def test_a_guides_workaround_names_the_known_error_by_itself(mina: User) -> None:
    cause = make_known_error()
    incident = began(text="pool exhausted")

    services.close_incident(incident, by=mina, resolution=cause.resolutions.get(slug="restart"))

    stored = Incident.objects.get()
    assert (stored.resolution_kind, stored.known_error) == ("workaround", cause)


def test_the_known_error_alone_is_enough_where_it_has_one_workaround(mina: User) -> None:
    cause = make_known_error()
    incident = began(text="pool exhausted")

    services.close_incident(incident, by=mina, kind="workaround", known_error=cause)

    assert Incident.objects.get().investigation.concluded_resolution.slug == "restart"


@pytest.mark.parametrize(
    ("said", "stored"), [(True, "person"), (False, "presumed"), (None, "presumed")]
)
def test_a_cause_is_confirmed_only_by_who_says_so(mina: User, said, stored: str) -> None:
    fix = make_known_error().resolutions.get(slug="enlarge")
    incident = began(text="pool exhausted")

    services.close_incident(incident, by=mina, resolution=fix, confirmed=said)

    found = Investigation.objects.get()
    assert found.concluded_cause == fix.cause
    assert found.confirmation == stored
    assert Cause.objects.get().standing == "suspected"


def test_a_presumed_cause_alone_is_no_fix(mina: User) -> None:
    cause = make_cause(make_guide(), "not-running")

    with pytest.raises(services.CannotClose, match="presumed cause alone"):
        services.close_incident(began(), by=mina, cause=cause)


def test_resolved_with_what_fixed_it_it_is_closed_without_another_word(mina: User) -> None:
    incident = began(text="pool exhausted")
    services.close_incident(
        incident, by=mina, to="resolved", note="Enlarged it.", at=after(hours=1)
    )
    assert (incident.status, incident.closed_at) == ("resolved", None)

    services.close_incident(incident, by=mina, at=after(hours=5))

    stored = Incident.objects.get()
    assert (stored.status, stored.resolved_at) == ("closed", after(hours=1))
    assert stored.closed_at == after(hours=5)
    assert stored.investigation.what_worked == "Enlarged it."

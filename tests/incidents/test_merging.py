"""Two incidents that are one: nothing is lost, no circles, and it can be undone."""

import pytest
from django.contrib.auth.models import User

from incidents import services
from incidents.models import Incident
from incidents.services import timeline
from tests.incidents.conftest import after, began


def test_merged_it_is_a_closed_duplicate_and_its_lines_are_read_with_the_others(
    mina: User,
) -> None:
    whole = began("API down", text="pool exhausted", by=mina)
    duplicate = began("Login down", text="502 bad gateway", by=mina, started_at=after(minutes=5))
    services.add_note(duplicate, text="Three users called.", by=mina)
    services.add_attempt(duplicate, "Restarted", outcome="failed", by=mina)
    item = services.add_action_item(duplicate, "Write a guide")
    services.set_done(item, is_done=True, by=mina)

    assert services.merge(duplicate, into=whole, by=mina) == whole

    assert (duplicate.status, duplicate.merged_into) == ("closed", whole)
    assert (duplicate.notes.count(), duplicate.action_items.count()) == (1, 1)
    entries = timeline.of(Incident.objects.get(pk=whole.pk))
    theirs = [entry.kind for entry in entries if entry.incident == duplicate]
    assert theirs == ["opened", "pasted", "note", "attempt", "action", "merged"]
    assert [entry.kind for entry in entries if entry.incident is None] == ["opened", "pasted"]


@pytest.mark.parametrize("was", ["open", "mitigated", "closed"])
def test_taken_out_again_it_stands_where_it_stood(mina: User, was: str) -> None:
    whole, duplicate = began(), began()
    if was == "closed":
        services.close_incident(duplicate, by=mina, note="Done.")
        services.close_incident(whole, by=mina, note="Done.")
    elif was != "open":
        services.change_status(duplicate, to=was, by=mina)
    services.merge(duplicate, into=whole, by=mina)

    services.unmerge(duplicate, by=mina)

    stored = Incident.objects.get(pk=duplicate.pk)
    assert (stored.status, stored.merged_into) == (was, None)
    assert bool(stored.closed_at) == (was == "closed")


def test_merging_into_a_duplicate_reaches_what_it_is_part_of(mina: User) -> None:
    first, second, third = began(), began(), began()
    services.merge(second, into=first, by=mina)

    assert services.merge(third, into=second, by=mina) == first

    assert third.merged_into == first
    assert services.duplicates_of(first) == [second, third]


def test_the_duplicates_of_a_duplicate_are_read_too(mina: User) -> None:
    first, second, third = began(), began(), began()
    services.merge(third, into=second, by=mina)
    services.merge(second, into=first, by=mina)

    assert services.duplicates_of(first) == [second, third]
    assert services.root_of(Incident.objects.get(pk=third.pk)) == first


def test_neither_itself_nor_a_circle(mina: User) -> None:
    first, second = began(), began()
    services.merge(second, into=first, by=mina)

    for incident, into in ((first, first), (first, second), (second, first)):
        with pytest.raises(services.CannotMerge):
            services.merge(incident, into=into, by=mina)
    with pytest.raises(services.CannotMerge):
        services.unmerge(first, by=mina)


def test_what_still_goes_on_does_not_vanish_into_what_is_over(mina: User) -> None:
    over, going_on = began(), began()
    services.close_incident(over, by=mina, note="Done.")

    with pytest.raises(services.CannotMerge, match="reopen that one first"):
        services.merge(going_on, into=over, by=mina)


def test_a_duplicate_takes_no_steps_of_its_own(mina: User) -> None:
    whole, duplicate = began(), began()
    services.merge(duplicate, into=whole, by=mina)

    assert services.incident_times(duplicate) == services.Times()
    assert services.next_statuses(duplicate) == []
    with pytest.raises(services.IllegalMove, match="merged into another"):
        services.change_status(duplicate, to="investigating", by=mina, reason="Why not.")

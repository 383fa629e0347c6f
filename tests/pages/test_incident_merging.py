"""Merging on the page: candidates to choose from, found by words, without a script."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from incidents import services
from incidents.services.merge_candidates import MOST_OFFERED, merge_candidates
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db
TEXT = "zorkmid ledger drained at step {}"


@pytest.fixture
def user(client: Client) -> User:
    return person(client, *RESPONDER)


def test_the_same_failure_is_offered_first(user: User) -> None:
    same = services.open_incident("The ledger drains", by=user, text=TEXT.format(1))
    other = services.open_incident("Mail is slow", by=user)
    incident = services.open_incident("Again", by=user, text=TEXT.format(2))

    assert merge_candidates(incident) == [same, other]


def test_words_find_what_is_not_offered(client: Client, user: User) -> None:
    wanted = services.open_incident("Lantern is dark", by=user)
    for number in range(MOST_OFFERED):
        services.open_incident(f"Other {number}", by=user)
    incident = services.open_incident("Dark again", by=user)

    assert wanted not in merge_candidates(incident)
    page = client.get(f"{incident.get_absolute_url()}?merge=lantern").content.decode()

    assert f'value="{wanted.public_id}"' in page and 'id="merge" open' in page


def test_one_that_goes_on_is_offered_none_that_is_over(user: User) -> None:
    over = services.open_incident("Lantern was dark", by=user)
    services.close_incident(over, by=user, note="Lit it.")
    goes_on = services.open_incident("Dark", by=user)
    also_over = services.open_incident("Dark too", by=user)
    services.close_incident(also_over, by=user, note="Lit it.")

    assert merge_candidates(goes_on, words="lantern") == []
    assert merge_candidates(also_over, words="lantern") == [over]


def test_the_chosen_one_is_merged_into(client: Client, user: User) -> None:
    whole = services.open_incident("API is down", by=user)
    duplicate = services.open_incident("Login is down", by=user)

    client.post(f"{duplicate.get_absolute_url()}merge/", {"candidate": whole.public_id})

    duplicate.refresh_from_db()
    assert duplicate.merged_into == whole


def test_a_typed_id_says_more_than_what_is_ticked(client: Client, user: User) -> None:
    ticked = services.open_incident("API is down", by=user)
    typed = services.open_incident("Mail is down", by=user)
    duplicate = services.open_incident("Login is down", by=user)

    said = {"candidate": ticked.public_id, "into": typed.public_id}
    client.post(f"{duplicate.get_absolute_url()}merge/", said)

    duplicate.refresh_from_db()
    assert duplicate.merged_into == typed


def test_choosing_nothing_is_asked_for(client: Client, user: User) -> None:
    incident = services.open_incident("Login is down", by=user)

    answer = client.post(f"{incident.get_absolute_url()}merge/", {})

    assert answer.status_code == 400
    assert "Choose an incident, or give its id." in answer.content.decode()

"""What is there already for an error that is about to be logged."""

from django.contrib.auth.models import User

from incidents import services
from kb.models import Investigation, SearchGap
from tests.incidents.conftest import began, make_known_error


def test_an_open_incident_with_the_same_error_comes_first(mina: User) -> None:
    same = began(text="zorkmid ledger drained at step 3", by=mina)
    began("Another", text="disk is full", by=mina)
    closed = began("Old", text="zorkmid ledger drained at step 4", by=mina)
    services.close_incident(closed, by=mina, note="Filled it.")

    known = services.look_for_similar("zorkmid ledger drained at step 77")

    assert [one.incident for one in known.incidents] == [same]
    assert known.incidents[0].is_same_text
    assert [one.case.what_worked for one in known.cases] == ["Filled it."]


def test_another_wording_with_the_same_telling_fact_is_found_too(mina: User) -> None:
    there = began(text="ModuleNotFoundError: No module named 'jwt'", by=mina)
    began("Only the port", text="something on port 8001", by=mina)

    known = services.look_for_similar("the api dies: ModuleNotFoundError: No module named 'jwt'!")

    assert [one.incident for one in known.incidents] == [there]
    assert "jwt" in " ".join(shared.term for shared in known.incidents[0].shared)


def test_guides_are_named_with_their_strength_and_nothing_is_stored(mina: User) -> None:
    guide = make_known_error().guide

    known = services.look_for_similar("pool exhausted")

    assert [(one.guide, bool(one.strength)) for one in known.guides] == [(guide, True)]
    assert not Investigation.objects.exists()
    services.look_for_similar("nobody has ever seen this")
    assert not SearchGap.objects.exists()


def test_for_nothing_there_is_nothing(mina: User) -> None:
    assert services.look_for_similar(" \n").is_empty

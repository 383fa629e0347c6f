"""Asking for runs: what is frozen, what is refused, and what a repeat does."""

from datetime import timedelta

import pytest

from probes import services
from probes.models import Batch, BatchItem
from tests.probes.factories import claim, make_batch, make_probe, make_user

pytestmark = pytest.mark.django_db


def test_request_freezes_the_filled_in_definition() -> None:
    probe = make_probe(expectation={"refused": "OK"}, timeout_s=2.5, retries=1)

    batch = make_batch(8001)
    probe.params = {"host": "localhost", "port": 1}
    services.save_probe(probe, by=None)

    item = batch.items.get()
    assert (item.params["host"], item.params["port"]) == ("127.0.0.1", 8001)
    assert (item.expectation, item.timeout_s, item.retries) == ({"refused": "OK"}, 2.5, 1)
    assert (item.ref, item.probe_slug) == ("guide/port-8001", "tcp")
    assert item.definition_hash != probe.definition_hash
    assert batch.state == Batch.State.READY
    assert batch.location.slug == "server"


def test_every_problem_of_a_request_is_told_at_once() -> None:
    probe = make_probe()
    waiting = make_probe("waiting", approved=False)
    manual = make_probe("ask", kind="manual", params={"question": "Is it up?"})
    wanted = [
        services.Wanted(probe=waiting, values={"host": "a", "port": 1}, ref="g/waiting"),
        services.Wanted(probe=probe, values={}, ref="g/missing"),
        services.Wanted(probe=probe, values={"host": "a", "port": 99999}, ref="g/port"),
        services.Wanted(probe=manual, ref="g/ask"),
    ]

    with pytest.raises(services.RequestRefused) as refused:
        services.request_batch(wanted, purpose="try", by=None)

    found = [(p.index, p.ref, p.code, p.field) for p in refused.value.problems]
    assert found == [
        (0, "g/waiting", "not_approved", ""),
        (1, "g/missing", "invalid_value", "host"),
        (1, "g/missing", "invalid_value", "port"),
        (2, "g/port", "invalid_value", "port"),
        (3, "g/ask", "needs_person", ""),
    ]
    assert not Batch.objects.exists()


def test_probe_changed_since_the_caller_read_it_is_refused() -> None:
    stale = make_probe()
    changed = type(stale).objects.get(pk=stale.pk)
    changed.timeout_s = 9
    services.save_probe(changed, by=None)
    wanted = [services.Wanted(probe=stale, values={"host": "127.0.0.1", "port": 1})]

    with pytest.raises(services.RequestRefused) as refused:
        services.request_batch(wanted, purpose="try", by=None)

    assert [p.code for p in refused.value.problems] == ["not_approved"]


@pytest.mark.parametrize("count", [0, 201], ids=["none", "too many"])
def test_batch_has_one_to_two_hundred_items(count: int) -> None:
    wanted = [services.Wanted(probe=make_probe(), values={"host": "a", "port": 1})] * count

    with pytest.raises(services.RequestRefused) as refused:
        services.request_batch(wanted, purpose="try", by=None)

    assert [p.code for p in refused.value.problems] == ["batch_size"]


def test_same_key_and_same_request_give_the_same_batch() -> None:
    person = make_user()

    first = make_batch(8000, by=person, idempotency_key="k1")
    again = make_batch(8000, by=person, idempotency_key="k1")

    assert first.pk == again.pk
    assert BatchItem.objects.count() == 1


def test_same_key_is_harmless_after_the_batch_was_done_and_the_probe_changed() -> None:
    person = make_user()
    first = make_batch(8000, by=person, idempotency_key="k1")
    services.cancel_batch(first, by=person)
    probe = first.items.get().probe
    probe.timeout_s = 9
    services.save_probe(probe, by=None)

    again = make_batch(8000, by=person, idempotency_key="k1")

    assert first.pk == again.pk


def test_same_key_with_another_request_is_a_conflict() -> None:
    person = make_user()
    make_batch(8000, by=person, idempotency_key="k1")

    with pytest.raises(services.IdempotencyConflict):
        make_batch(8001, by=person, idempotency_key="k1")

    assert Batch.objects.count() == 1


def test_the_same_key_of_two_people_makes_two_batches() -> None:
    one = make_batch(8000, by=make_user("one"), idempotency_key="k1")
    other = make_batch(8000, by=make_user("other"), idempotency_key="k1")

    assert one.pk != other.pk


def test_cancelled_batch_is_never_claimed() -> None:
    batch = make_batch()

    assert services.cancel_batch(batch, by=None) is True

    assert batch.state == Batch.State.CANCELLED
    assert batch.finished_at is not None
    assert claim() is None


def test_cancelling_stops_the_runner_that_holds_the_batch() -> None:
    batch = make_batch()
    held = claim()
    assert held is not None

    services.cancel_batch(batch, by=None)

    assert services.renew(held) is False
    assert services.cancel_batch(batch, by=None) is False


def test_batch_at_a_location_without_agent_ends_as_unknown() -> None:
    branch = services.server_location()
    branch.pk, branch.slug, branch.name = None, "branch", "Branch"
    branch.save()
    batch = make_batch(location=branch)
    Batch.objects.update(created_at=batch.created_at - timedelta(minutes=11))

    assert services.sweep() == 1

    run = batch.items.get().run
    assert (run.status, run.reason_code) == ("UNKNOWN", "no_agent")
    batch.refresh_from_db()
    assert batch.state == Batch.State.DONE

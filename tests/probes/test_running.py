"""Claim, renew, record, sweep: executed at least once, recorded exactly once."""

from datetime import timedelta

import pytest

from probes import services
from probes.engine.spec import Status
from probes.models import Batch, Run
from tests.probes.factories import claim, make_batch, result

pytestmark = pytest.mark.django_db

EXPIRED = timedelta(seconds=-1)


def held(runner: str = "one", lease: timedelta = services.LEASE) -> services.Claim:
    claimed = claim(runner, lease=lease)
    assert claimed is not None
    return claimed


def answers(claimed: services.Claim) -> dict:
    return {item.item_id: result() for item in claimed.items}


def test_claim_takes_the_oldest_batch_with_its_specs() -> None:
    first, _second = make_batch(8000, 8001), make_batch(8002)

    claimed = held()

    assert claimed.batch_id == first.pk
    assert [item.spec.params["port"] for item in claimed.items] == [8000, 8001]
    first.refresh_from_db()
    assert (first.state, first.epoch, first.tries) == (Batch.State.LEASED, 1, 1)
    assert first.leased_by == "one"
    assert first.lease_until is not None


def test_leased_batch_is_not_claimed_again() -> None:
    make_batch()
    held("one")

    assert claim("two") is None


def test_expired_lease_is_claimed_by_the_next_runner_with_a_new_epoch() -> None:
    make_batch()
    lost = held("one", lease=EXPIRED)

    taken = held("two")

    assert (lost.epoch, taken.epoch) == (1, 2)
    assert services.renew(lost) is False
    assert services.renew(taken) is True


def test_renewal_moves_the_end_of_the_lease() -> None:
    batch = make_batch()
    claimed = held()
    Batch.objects.update(lease_until=batch.created_at)

    assert services.renew(claimed) is True

    batch.refresh_from_db()
    assert batch.lease_until - batch.created_at > timedelta(seconds=29)


def test_last_item_sets_the_batch_done() -> None:
    batch = make_batch(8000, 8001)
    claimed = held()
    first, second = (item.item_id for item in claimed.items)

    one = services.record(claimed, {first: result()})
    two = services.record(claimed, {second: result("connected", status=Status.OK)})

    assert (one.stored, one.is_done) == ((first,), False)
    assert (two.stored, two.is_done) == ((second,), True)
    batch.refresh_from_db()
    assert batch.state == Batch.State.DONE
    assert batch.finished_at is not None
    assert [item.run.reason_code for item in batch.items.all()] == ["refused", "connected"]


def test_same_answer_again_is_done_and_stored_once() -> None:
    make_batch(8000)
    claimed = held()
    services.record(claimed, answers(claimed))

    again = services.record(claimed, answers(claimed))

    assert again.repeated == (claimed.items[0].item_id,)
    assert (again.refused, again.stored, again.is_done) == ((), (), True)
    assert Run.objects.count() == 1


def test_other_answer_for_a_recorded_item_is_refused() -> None:
    make_batch(8000)
    claimed = held()
    item = claimed.items[0].item_id
    services.record(claimed, {item: result("refused")})

    late = services.record(claimed, {item: result("connected")})

    assert late.refused == (item,)
    assert Run.objects.get().reason_code == "refused"


def test_late_answer_of_a_lost_runner_is_refused() -> None:
    make_batch(8000)
    lost = held("one", lease=EXPIRED)
    taken = held("two")

    late = services.record(lost, answers(lost))

    assert (late.is_held, late.stored) == (False, ())
    assert late.refused == (lost.items[0].item_id,)
    assert not Run.objects.exists()
    assert services.record(taken, answers(taken)).is_done is True


def test_answer_for_an_item_of_another_batch_is_refused() -> None:
    make_batch(8000)
    other = make_batch(8001)
    claimed = held()
    foreign = other.items.get().pk

    recorded = services.record(claimed, {foreign: result()})

    assert recorded.refused == (foreign,)
    assert not Run.objects.exists()


def test_runs_of_a_cancelled_batch_are_refused() -> None:
    batch = make_batch(8000)
    claimed = held()
    services.cancel_batch(batch, by=None)

    recorded = services.record(claimed, answers(claimed))

    assert recorded.is_held is False
    assert not Run.objects.exists()


def test_reclaimed_batch_holds_only_items_without_a_run() -> None:
    make_batch(8000, 8001, 8002)
    lost = held("one", lease=EXPIRED)
    services.record(lost, {lost.items[1].item_id: result()})
    Batch.objects.update(lease_until=Run.objects.get().recorded_at)

    taken = held("two")

    assert [item.spec.params["port"] for item in taken.items] == [8000, 8002]


def test_third_loss_ends_the_batch_as_runner_lost() -> None:
    batch = make_batch(8000, 8001)
    for runner in ("one", "two"):
        held(runner, lease=EXPIRED)
    last = held("three", lease=EXPIRED)
    services.record(last, {last.items[0].item_id: result()})
    Batch.objects.update(lease_until=Run.objects.get().recorded_at)

    assert claim("four") is None
    assert services.sweep() == 1
    assert services.sweep() == 0

    runs = [(item.run.status, item.run.reason_code) for item in batch.items.all()]
    assert runs == [("CRITICAL", "refused"), ("UNKNOWN", "runner_lost")]
    batch.refresh_from_db()
    assert batch.state == Batch.State.DONE
    assert services.renew(last) is False


def test_live_lease_is_left_alone_by_the_sweeper() -> None:
    make_batch()
    for runner in ("one", "two"):
        held(runner, lease=EXPIRED)
    third = held("three")

    assert services.sweep() == 0

    assert services.renew(third) is True


def test_released_batch_is_free_at_once_and_costs_no_try() -> None:
    batch = make_batch(8000)
    claimed = held()

    assert services.release(claimed) is True

    batch.refresh_from_db()
    assert (batch.state, batch.tries) == (Batch.State.READY, 0)
    assert services.renew(claimed) is False
    assert held("two").epoch > claimed.epoch


def test_secrets_are_masked_before_they_are_stored() -> None:
    make_batch(8000)
    claimed = held()
    dsn = "postgres://app:hunter2secret@127.0.0.1:5432/db"
    leaky = result(
        summary=f"cannot reach {dsn}",
        output="Authorization: Bearer abcdefghijklmnopqrstuvwxyz012345\nErrno 111",
        facts={"dsn": [dsn], "headers": {"password": "hunter2secret"}, "port": 5432},
        attempts=[{"summary": dsn, "elapsed_s": 0.1}],
    )

    services.record(claimed, {claimed.items[0].item_id: leaky})

    run = Run.objects.get()
    stored = f"{run.summary} {run.output} {run.facts} {run.attempts}"
    assert "hunter2secret" not in stored
    assert "abcdefghijklmnopqrstuvwxyz012345" not in stored
    assert "5432" in run.summary
    assert "Errno 111" in run.output
    assert run.facts["port"] == 5432


def test_masked_answer_sent_again_is_still_the_same_answer() -> None:
    make_batch(8000)
    claimed = held()
    leaky = result(summary="password=hunter2secret \x1b[31mred\x1b[0m", facts={"a": (1, 2)})
    item = claimed.items[0].item_id
    services.record(claimed, {item: leaky})

    assert services.record(claimed, {item: leaky}).repeated == (item,)

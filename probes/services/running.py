"""The runner's side of a batch: claim it, keep the lease, give it back; and the sweeper.

Every change is one conditional update, so any number of runners is safe. The database's clock
decides, because the clocks of runners on several hosts differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from probes.engine.spec import ProbeSpec
from probes.models import Batch, BatchItem, Location, Run, Status
from probes.services.locations import SERVER
from probes.services.looks import note_looks

LEASE = timedelta(seconds=30)
RENEW_EVERY = timedelta(seconds=10)
MAX_TRIES = 3
# How long a batch waits for the agent of another location before we say that none came.
AGENT_DEADLINE = timedelta(minutes=10)
# Beside one another, runners that look at the same list take one batch each.
_CANDIDATES = 20

_LEASE_EXPIRED = Q(state=Batch.State.LEASED, lease_until__lt=Now())


@dataclass(frozen=True, kw_only=True)
class ClaimedItem:
    """`ref` is what the requester calls it."""

    item_id: int
    spec: ProbeSpec
    ref: str = ""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A batch that is ours while nobody raises its epoch. `items` are those without a run."""

    batch_id: int
    public_id: str
    epoch: int
    items: tuple[ClaimedItem, ...]
    lease: timedelta = LEASE


def claim(*, location: Location, runner: str, lease: timedelta = LEASE) -> Claim | None:
    """Take the oldest batch of this location that waits or whose runner was lost."""
    for pk in _oldest_claimable(location):
        if claimed := _take(pk, runner=runner, lease=lease):
            return claimed
    return None


def take(batch: Batch, *, runner: str, lease: timedelta = LEASE) -> Claim | None:
    """Claim this very batch; None when another runner was first."""
    return _take(batch.pk, runner=runner, lease=lease)


def _claimable() -> Q:
    return Q(state=Batch.State.READY) | (_LEASE_EXPIRED & Q(tries__lt=MAX_TRIES))


def _oldest_claimable(location: Location) -> list[int]:
    # Read without a transaction: on SQLite an idle runner would take the write lock at each poll.
    waiting = Batch.objects.filter(_claimable(), location=location)
    return list(waiting.order_by("id").values_list("pk", flat=True)[:_CANDIDATES])


@transaction.atomic
def _take(pk: int, *, runner: str, lease: timedelta) -> Claim | None:
    free = Batch.objects.filter(_claimable(), pk=pk)
    if not _lock(free):
        return None
    taken = free.update(
        state=Batch.State.LEASED,
        epoch=F("epoch") + 1,
        tries=F("tries") + 1,
        leased_by=runner[:120],
        lease_until=Now() + lease,
    )
    if not taken:
        return None
    claimed = _claim_of(Batch.objects.get(pk=pk), lease=lease)
    if not claimed.items:
        # Nothing of it may run any more.
        Batch.objects.filter(pk=pk).update(
            state=Batch.State.DONE, lease_until=None, finished_at=Now()
        )
        return None
    return claimed


def _lock(free: QuerySet[Batch]) -> bool:
    """Where the database can: False when another runner holds the row, instead of waiting."""
    if not connection.features.has_select_for_update_skip_locked:
        return True
    return free.select_for_update(skip_locked=True).first() is not None


def _claim_of(batch: Batch, *, lease: timedelta) -> Claim:
    without_run = batch.items.filter(run=None).order_by("position")
    items = list(without_run.annotate(approved=F("probe__approved_hash")))
    # A definition that was changed or deleted since is not the approved one any more.
    outdated = [item for item in items if item.approved != item.definition_hash]
    _record_unknown(outdated, "not_approved")
    return Claim(
        batch_id=batch.pk,
        public_id=batch.public_id,
        epoch=batch.epoch,
        items=tuple(
            ClaimedItem(item_id=item.pk, spec=spec_of(item), ref=item.ref)
            for item in items
            if item not in outdated
        ),
        lease=lease,
    )


def spec_of(item: BatchItem) -> ProbeSpec:
    return ProbeSpec(
        kind=item.kind,
        params=item.params,
        timeout_s=item.timeout_s,
        retries=item.retries,
        expectation=item.expectation,
    )


def _held(claimed: Claim) -> Q:
    return Q(pk=claimed.batch_id, epoch=claimed.epoch, state=Batch.State.LEASED)


def renew(claimed: Claim) -> bool:
    """Keep the batch for another lease. False means stop: it is no longer ours."""
    held = Batch.objects.filter(_held(claimed))
    return held.update(lease_until=Now() + claimed.lease) == 1


def release(claimed: Claim) -> bool:
    """Give an unfinished batch back, so that a polite stop costs neither a lease nor a try."""
    held = Batch.objects.filter(_held(claimed))
    return (
        held.update(
            state=Batch.State.READY,
            epoch=F("epoch") + 1,
            tries=F("tries") - 1,
            leased_by="",
            lease_until=None,
        )
        == 1
    )


def sweep() -> int:
    """Close what no runner will finish; how many batches that were. Safe in every runner."""
    lost = Batch.objects.filter(_LEASE_EXPIRED, tries__gte=MAX_TRIES)
    unclaimed = Batch.objects.filter(
        state=Batch.State.READY, created_at__lt=Now() - AGENT_DEADLINE
    ).exclude(location__slug=SERVER)
    closed = [_close(batch, "runner_lost") for batch in lost]
    closed += [_close(batch, "no_agent") for batch in unclaimed]
    return sum(closed)


_WHY_UNKNOWN = {
    "runner_lost": "The runner was lost three times before this probe could answer.",
    "no_agent": "No agent of this location came for the batch in time.",
    "not_approved": "The definition was changed or deleted after this was asked for.",
}


@transaction.atomic
def _close(batch: Batch, reason_code: str) -> bool:
    """End a batch with UNKNOWN for what never ran, unless someone touched it meanwhile."""
    untouched = Batch.objects.filter(pk=batch.pk, epoch=batch.epoch, state=batch.state)
    if not untouched.update(
        state=Batch.State.DONE, epoch=F("epoch") + 1, lease_until=None, finished_at=Now()
    ):
        return False
    _record_unknown(list(batch.items.filter(run=None)), reason_code)
    return True


def _record_unknown(items: Sequence[BatchItem], reason_code: str) -> None:
    runs = Run.objects.bulk_create(
        Run(
            item=item,
            status=Status.UNKNOWN,
            reason_code=reason_code,
            summary=_WHY_UNKNOWN[reason_code],
            started_at=timezone.now(),
            elapsed_s=0.0,
            recorded_at=Now(),
        )
        for item in items
    )
    note_looks(runs, schedules={i.pk: i.schedule_id for i in items if i.schedule_id is not None})

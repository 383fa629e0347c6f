"""The runner's side of a batch: claim it, keep the lease, give it back; and the sweeper.

Every change is one conditional update, so any number of runners is safe. The database's clock
decides, because the clocks of runners on several hosts differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from probes.engine.spec import ProbeSpec
from probes.models import Batch, BatchItem, Location, Run, Status
from probes.services.locations import SERVER
from probes.services.looks import note_looks

LEASE = timedelta(seconds=30)
MAX_TRIES = 3
# How long a batch waits for the agent of another location before we say that none came.
AGENT_DEADLINE = timedelta(minutes=10)
# Runners that look at the same list beside one another each find something in it.
_CANDIDATES = 60

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
    taken = claim_several(location=location, runner=runner, room=1, lease=lease)
    return taken[0] if taken else None


def claim_several(
    *, location: Location, runner: str, room: int, most_each: int = 1, lease: timedelta = LEASE
) -> list[Claim]:
    """Take the oldest batches that have room together, in one transaction; one at the least.

    `room` is counted in probes; of one batch at most `most_each` run at once, so a larger one
    needs no more room than that.
    """
    sizes = _oldest_claimable(location)
    for batches in _fitting(sizes, room=room, most_each=most_each):
        if taken := _take(batches, runner=runner, lease=lease):
            return taken
    return []


def take(batch: Batch, *, runner: str, lease: timedelta = LEASE) -> Claim | None:
    """Claim this very batch; None when another runner was first."""
    taken = _take([batch.pk], runner=runner, lease=lease)
    return taken[0] if taken else None


def _claimable() -> Q:
    return Q(state=Batch.State.READY) | (_LEASE_EXPIRED & Q(tries__lt=MAX_TRIES))


def _oldest_claimable(location: Location) -> dict[int, int]:
    """Their numbers of items by id, oldest first."""
    # Read without a transaction: on SQLite an idle runner would take the write lock at each poll.
    waiting = Batch.objects.filter(_claimable(), location=location).order_by("id")
    oldest = list(waiting.values_list("pk", flat=True)[:_CANDIDATES])
    items = BatchItem.objects.filter(batch_id__in=oldest).values_list("batch_id")
    sizes = dict(items.annotate(Count("pk")).order_by()) if oldest else {}
    return {pk: sizes.get(pk, 0) for pk in oldest}


def _fitting(sizes: Mapping[int, int], *, room: int, most_each: int) -> Iterator[list[int]]:
    """The batches cut into groups that have room: where one group was taken, the next is free."""
    group: list[int] = []
    used = 0
    for pk, size in sizes.items():
        needs = min(size, most_each)
        if group and used + needs > room:
            yield group
            group, used = [], 0
        group.append(pk)
        used += needs
    if group:
        yield group


@transaction.atomic
def _take(batches: Sequence[int], *, runner: str, lease: timedelta) -> list[Claim]:
    free = _locked(Batch.objects.filter(_claimable(), pk__in=batches))
    if not free:
        return []
    Batch.objects.filter(pk__in=free).update(
        state=Batch.State.LEASED,
        epoch=F("epoch") + 1,
        tries=F("tries") + 1,
        leased_by=runner[:120],
        lease_until=Now() + lease,
    )
    return _claims_of(free, lease=lease)


def _locked(free: QuerySet[Batch]) -> list[int]:
    """Those that are ours until the transaction ends; what another runner holds is passed over.

    On SQLite, where nothing else can write meanwhile, that is all of them.
    """
    if connection.features.has_select_for_update_skip_locked:
        free = free.select_for_update(skip_locked=True)
    return list(free.order_by("id").values_list("pk", flat=True))


def _claims_of(batches: Sequence[int], *, lease: timedelta) -> list[Claim]:
    items = _runnable(batches)
    # Nothing of the others may run any more.
    Batch.objects.filter(pk__in=set(batches) - set(items)).update(
        state=Batch.State.DONE, lease_until=None, finished_at=Now()
    )
    return [
        Claim(
            batch_id=batch.pk,
            public_id=batch.public_id,
            epoch=batch.epoch,
            items=tuple(items[batch.pk]),
            lease=lease,
        )
        for batch in Batch.objects.filter(pk__in=items).order_by("id")
    ]


def _runnable(batches: Sequence[int]) -> dict[int, list[ClaimedItem]]:
    """By batch, what has no run yet. A definition that was changed or deleted since is not the
    approved one any more: its item ends here."""
    without_run = BatchItem.objects.filter(batch_id__in=batches, run=None)
    items = without_run.annotate(approved=F("probe__approved_hash"))
    runnable: dict[int, list[ClaimedItem]] = {}
    outdated = []
    for item in items.order_by("batch_id", "position"):
        if item.approved != item.definition_hash:
            outdated.append(item)
        else:
            claimed = ClaimedItem(item_id=item.pk, spec=spec_of(item), ref=item.ref)
            runnable.setdefault(item.batch_id, []).append(claimed)
    _record_unknown(outdated, "not_approved")
    return runnable


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

"""Writing results down: exactly once, redacted, only for the runner that holds the batch."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from probes.engine.spec import ProbeResult
from probes.models import Batch, BatchItem, Run
from probes.services.looks import note_looks
from probes.services.masking import masked
from probes.services.running import Claim

MAX_SUMMARY_CHARS = 2_000
MAX_OUTPUT_CHARS = 16_000


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What became of the results, as item ids."""

    stored: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    is_held: bool
    is_done: bool


@transaction.atomic
def record(claimed: Claim, results: Mapping[int, ProbeResult]) -> Recorded:
    """Store results by item id; the last one sets the batch done in the same transaction.

    The same result again is answered as repeated. A late or different one is refused.
    """
    # An update rather than a read: it takes the row's lock, and recording is a sign of life.
    held = Batch.objects.filter(pk=claimed.batch_id, epoch=claimed.epoch, state=Batch.State.LEASED)
    is_held = held.update(lease_until=Now() + claimed.lease) == 1
    runs = {item_id: _run_of(item_id, result) for item_id, result in results.items()}
    before = _runs_of(claimed.batch_id, runs)
    repeated = [pk for pk, run in runs.items() if pk in before and _says_same(run, before[pk])]
    new = _items_of(claimed.batch_id, set(runs) - set(before)) if is_held else {}
    note_looks(
        Run.objects.bulk_create(runs[pk] for pk in new),
        schedules={pk: schedule for pk, schedule in new.items() if schedule is not None},
    )
    return Recorded(
        stored=tuple(new),
        repeated=tuple(repeated),
        refused=tuple(pk for pk in runs if pk not in new and pk not in repeated),
        is_held=is_held,
        is_done=_finish(claimed) if is_held else _is_done(claimed),
    )


def _runs_of(batch_id: int, runs: Mapping[int, Run]) -> dict[int, Run]:
    stored = Run.objects.filter(item__batch_id=batch_id, item_id__in=list(runs))
    return {run.item_id: run for run in stored}


def _items_of(batch_id: int, item_ids: set[int]) -> dict[int, int | None]:
    """Those that are items of this batch, in its order: a runner may only answer what it took.

    With the schedule whose look each of them is, if any.
    """
    items = BatchItem.objects.filter(batch_id=batch_id, pk__in=item_ids).order_by("position")
    return dict(items.values_list("pk", "schedule_id"))


def _finish(claimed: Claim) -> bool:
    if BatchItem.objects.filter(batch_id=claimed.batch_id, run=None).exists():
        return False
    Batch.objects.filter(pk=claimed.batch_id).update(
        state=Batch.State.DONE, lease_until=None, finished_at=Now()
    )
    return True


def _is_done(claimed: Claim) -> bool:
    return Batch.objects.filter(pk=claimed.batch_id, state=Batch.State.DONE).exists()


def _run_of(item_id: int, result: ProbeResult) -> Run:
    return Run(
        item_id=item_id,
        status=result.status.value,
        reason_code=result.reason_code,
        facts=masked(dict(result.facts)),
        summary=masked(result.summary)[:MAX_SUMMARY_CHARS],
        output=masked(result.output)[:MAX_OUTPUT_CHARS],
        attempts=masked([dict(attempt) for attempt in result.attempts]),
        started_at=result.started_at,
        elapsed_s=result.elapsed_s,
        lateness_s=result.lateness_s,
        recorded_at=Now(),
    )


_ANSWER = ("status", "reason_code", "facts", "summary", "output", "attempts", "started_at")


def _says_same(one: Run, other: Run) -> bool:
    return all(getattr(one, field) == getattr(other, field) for field in _ANSWER)

"""The old runs of a full base: plain rows, and what their schedules counted by the hour."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction

from probes import public_ids
from probes.evaluation.plain_rows import Row, count_on, filler, insert, next_id
from probes.models import Batch, BatchItem, Run
from probes.models.hours import hour_of
from probes.services.looks import count_looks

_ROUNDS_AT_ONCE = 200
_BATCH = ("id", "public_id", "created_at", "finished_at")
_ITEM = ("id", "batch_id")
_RUN = ("item_id", "public_id", "started_at", "recorded_at", "elapsed_s")

# A run of an item as something was seen there.
Seen = Callable[[BatchItem], Run]


def store_old_runs(
    times: Sequence[datetime], items: Sequence[BatchItem], see: Seen, chance: random.Random
) -> int:
    """Store a batch of these items, not saved, for each time, and runs of them; how many.

    Their one batch says what all batches are like. `see` answers with one of few runs, a new one
    never: it is copied. The schedules themselves learn nothing of it, only their hours.
    """
    for start in range(0, len(times), _ROUNDS_AT_ONCE):
        _store(times[start : start + _ROUNDS_AT_ONCE], items, see, chance)
    count_on(Batch, BatchItem)
    return len(times) * len(items)


@transaction.atomic
def _store(
    times: Sequence[datetime], items: Sequence[BatchItem], see: Seen, chance: random.Random
) -> None:
    batch = items[0].batch
    first_batch, first_item = next_id(Batch), next_id(BatchItem)
    moments = [connection.ops.adapt_datetimefield_value(at) for at in times]
    row = filler(batch, *_BATCH)
    batches = (
        row(first_batch + number, public_ids.batch_id(), at, at)
        for number, at in enumerate(moments)
    )
    insert(batch, _BATCH, batches)
    insert(items[0], _ITEM, _items(items, first_item, range(first_batch, first_batch + len(times))))
    runs = [[see(item) for item in items] for _at in times]
    insert(runs[0][0], _RUN, _runs(runs, moments, first_item, chance))
    _count(times, items, runs)


def _items(items: Sequence[BatchItem], first: int, batches: Sequence[int]) -> Iterator[Row]:
    fillers = [filler(item, *_ITEM) for item in items]
    for number, batch in enumerate(batches):
        for position, fill in enumerate(fillers):
            yield fill(first + number * len(items) + position, batch)


def _runs(
    rounds: Sequence[Sequence[Run]],
    moments: Sequence[object],
    first_item: int,
    chance: random.Random,
) -> Iterator[Row]:
    """Runs of which there are few different ones: a filler for each of them."""
    fillers: dict[int, Callable[..., Row]] = {}
    item = first_item
    for runs, at in zip(rounds, moments, strict=True):
        for run in runs:
            fill = fillers.get(id(run)) or fillers.setdefault(id(run), filler(run, *_RUN))
            yield fill(item, public_ids.run_id(), at, at, length(chance))
            item += 1


def length(chance: random.Random) -> float:
    """Seconds of a look: mostly ten milliseconds, seldom a tenth of a second."""
    return chance.lognormvariate(-4.6, 0.5)


def _count(
    times: Sequence[datetime], items: Sequence[BatchItem], rounds: Sequence[Sequence[Run]]
) -> None:
    seen: Counter[tuple[int, int, str]] = Counter()
    for at, runs in zip(times, rounds, strict=True):
        hour = hour_of(at)
        for item, run in zip(items, runs, strict=True):
            if item.schedule_id:
                seen[item.schedule_id, hour, run.status] += 1
    count_looks(seen)

"""Writing results down: exactly once, redacted, only for the runner that holds the batch."""

from collections.abc import Container, Mapping, Sequence, Set
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from probes.engine.spec import ProbeResult
from probes.models import Batch, BatchItem, Run
from probes.services.looks import note_looks
from probes.services.masking import masked
from probes.services.running import Claim

# Who answers, and the results by item id.
Answer = tuple[Claim, Mapping[int, ProbeResult]]
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


def record(claimed: Claim, results: Mapping[int, ProbeResult]) -> Recorded:
    """Store results by item id; the last one sets the batch done in the same transaction.

    The same result again is answered as repeated. A late or different one is refused.
    """
    return record_all([(claimed, results)])[0]


@transaction.atomic
def record_all(answers: Sequence[Answer]) -> list[Recorded]:
    """The same for several batches in one transaction, in the order they are given."""
    held = _hold([claimed for claimed, _results in answers])
    runs = [{pk: _run_of(pk, result) for pk, result in results.items()} for _, results in answers]
    items = _items_of(answers)
    before = _runs_of(answers)
    new = [
        [pk for pk in items[claimed.batch_id] if pk in each and pk not in before]
        if _key(claimed) in held
        else []
        for (claimed, _results), each in zip(answers, runs, strict=True)
    ]
    stored_runs = Run.objects.bulk_create(
        each[pk] for each, stored in zip(runs, new, strict=True) for pk in stored
    )
    note_looks(stored_runs, schedules=_schedules_of(items))
    done = _finish([batch_id for batch_id, _epoch in held]) | _ended(answers, held)
    return [
        Recorded(
            stored=tuple(stored),
            repeated=tuple(repeated := _repeated(each, before, among=items[claimed.batch_id])),
            refused=tuple(pk for pk in each if pk not in stored and pk not in repeated),
            is_held=_key(claimed) in held,
            is_done=claimed.batch_id in done,
        )
        for (claimed, _results), each, stored in zip(answers, runs, new, strict=True)
    ]


def _key(claimed: Claim) -> tuple[int, int]:
    return claimed.batch_id, claimed.epoch


def _hold(claims: Sequence[Claim]) -> set[tuple[int, int]]:
    """Those that are still their runner's. Their rows are locked, in one order for every runner so
    that none waits for another in a circle; and recording is a sign of life."""
    leased = Batch.objects.filter(
        pk__in=[claimed.batch_id for claimed in claims], state=Batch.State.LEASED
    )
    stand = set(leased.select_for_update().order_by("pk").values_list("pk", "epoch"))
    held = [claimed for claimed in claims if _key(claimed) in stand]
    for lease in {claimed.lease for claimed in held}:
        kept = [claimed.batch_id for claimed in held if claimed.lease == lease]
        Batch.objects.filter(pk__in=kept).update(lease_until=Now() + lease)
    return {_key(claimed) for claimed in held}


# By batch, in its order: an item's id and the schedule whose look it is, if any.
_Items = dict[int, dict[int, int | None]]


def _items_of(answers: Sequence[Answer]) -> _Items:
    """The answered ones: a runner may only answer what it took."""
    items: _Items = {claimed.batch_id: {} for claimed, _results in answers}
    answered = BatchItem.objects.filter(batch_id__in=items, pk__in=_answered(answers))
    rows = answered.order_by("batch_id", "position").values_list("pk", "batch_id", "schedule_id")
    for pk, batch_id, schedule_id in rows:
        items[batch_id][pk] = schedule_id
    return items


def _schedules_of(items: _Items) -> dict[int, int]:
    answered = (entry for of_batch in items.values() for entry in of_batch.items())
    return {pk: schedule_id for pk, schedule_id in answered if schedule_id is not None}


def _runs_of(answers: Sequence[Answer]) -> dict[int, Run]:
    return {run.item_id: run for run in Run.objects.filter(item_id__in=_answered(answers))}


def _answered(answers: Sequence[Answer]) -> list[int]:
    return [pk for _claimed, results in answers for pk in results]


def _repeated(
    runs: Mapping[int, Run], before: Mapping[int, Run], *, among: Container[int]
) -> list[int]:
    return [pk for pk, run in runs.items() if pk in among and _says_same(run, before.get(pk))]


def _finish(held: Sequence[int]) -> set[int]:
    """Those of the batches that have a run for every item; they are done now."""
    unfinished = BatchItem.objects.filter(batch_id__in=held, run=None)
    done = set(held) - set(unfinished.values_list("batch_id", flat=True).distinct().order_by())
    if done:
        Batch.objects.filter(pk__in=done).update(
            state=Batch.State.DONE, lease_until=None, finished_at=Now()
        )
    return done


def _ended(answers: Sequence[Answer], held: Set[tuple[int, int]]) -> set[int]:
    """Those that were done before."""
    others = [claimed.batch_id for claimed, _results in answers if _key(claimed) not in held]
    if not others:
        return set()
    done = Batch.objects.filter(pk__in=others, state=Batch.State.DONE)
    return set(done.values_list("pk", flat=True))


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


def _says_same(one: Run, other: Run | None) -> bool:
    return other is not None and all(getattr(one, name) == getattr(other, name) for name in _ANSWER)

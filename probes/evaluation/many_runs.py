"""Very many runs, to measure pages with: rows written past the queue, never by a probe."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from probes import services
from probes.evaluation.old_runs import length, store_old_runs
from probes.models import Batch, BatchItem, Location, Probe, Run, Schedule, Status

PROBES = 50
DAYS = 30.0
# So many newest rounds are recorded as the product does it; what is older is only stored.
_NOTED = 100


class _Said(NamedTuple):
    status: str
    reason_code: str
    summary: str


_OK = _Said(Status.OK, "connected", "127.0.0.1:8000 accepts connections")
_OTHERS = (
    _Said(Status.CRITICAL, "refused", "127.0.0.1:8000 refused the connection"),
    _Said(Status.CRITICAL, "timed_out_connect", "127.0.0.1:8000 did not answer"),
    _Said(Status.WARNING, "slow", "127.0.0.1:8000 accepts connections slowly"),
    _Said(Status.UNKNOWN, "not_allowed", "the limits of this location do not allow 127.0.0.1"),
)
_ALL = (_OK, *_OTHERS)
_OTHERWISE = 0.06


def seed_runs(
    count: int,
    *,
    probes: int = PROBES,
    days: float = DAYS,
    until: datetime | None = None,
    scheduled: bool = True,
) -> int:
    """Store about `count` runs, spread evenly over the last days; how many it became.

    They belong to `probes` probes of their own (`many-0`, `many-1`, ...), each with a paused schedule
    that the runs are looks of, if `scheduled`. Batches hold one item a probe, so the ids follow the
    times. The same arguments give the same states and lengths.
    """
    made = [_probe(number) for number in range(probes)]
    schedules = [_schedule(probe) for probe in made] if scheduled else []
    rounds = max(1, count // probes)
    step = timedelta(days=days) / rounds
    start = (until or timezone.now()) - step * rounds
    times = [start + step * (number + 1) for number in range(rounds)]
    chance = random.Random(7)  # noqa: S311 - figures to measure with, no secret
    old, noted = times[:-_NOTED], times[-_NOTED:]
    before = _store_old(old, made, schedules, chance) if old else 0
    return before + _store(noted, made, schedules, chance)


def _store_old(
    times: Sequence[datetime],
    probes: Sequence[Probe],
    schedules: Sequence[Schedule],
    chance: random.Random,
) -> int:
    batch = _batch(times[0], services.server_location(), is_scheduled=bool(schedules))
    items = _items(batch, probes, schedules)
    seen = {(item.position, said): _run(item, said, 0.0) for item in items for said in _ALL}
    return store_old_runs(times, items, lambda item: seen[item.position, _draw(chance)], chance)


def _probe(number: int) -> Probe:
    slug = f"many-{number}"
    probe = Probe.objects.filter(slug=slug).first() or Probe(slug=slug, name=f"Many runs {number}")
    probe.kind, probe.params = "tcp_connect", {"host": "127.0.0.1", "port": 8000 + number}
    services.save_probe(probe, by=None)
    Probe.objects.filter(pk=probe.pk).update(approved_hash=probe.definition_hash)
    probe.refresh_from_db()
    return probe


def _schedule(probe: Probe) -> Schedule:
    if known := Schedule.objects.filter(slug=probe.slug).first():
        return known
    schedule = Schedule(slug=probe.slug, name=probe.name, every_s=300, is_paused=True, probe=probe)
    schedule.location = services.server_location()
    return services.save_schedule(schedule)


@transaction.atomic
def _store(
    times: Sequence[datetime],
    probes: Sequence[Probe],
    schedules: Sequence[Schedule],
    chance: random.Random,
) -> int:
    location = services.server_location()
    batches = Batch.objects.bulk_create(
        _batch(at, location, is_scheduled=bool(schedules)) for at in times
    )
    items = BatchItem.objects.bulk_create(
        item for batch in batches for item in _items(batch, probes, schedules)
    )
    runs = Run.objects.bulk_create(_run(item, _draw(chance), length(chance)) for item in items)
    services.note_looks(
        runs, schedules={item.pk: item.schedule_id for item in items if item.schedule_id}
    )
    return len(runs)


def _items(batch: Batch, probes: Sequence[Probe], schedules: Sequence[Schedule]) -> list[BatchItem]:
    return [
        _item(batch, position, probe, schedules[position] if schedules else None)
        for position, probe in enumerate(probes)
    ]


def _batch(at: datetime, location: Location, *, is_scheduled: bool) -> Batch:
    return Batch(
        purpose=Batch.Purpose.SCHEDULED if is_scheduled else Batch.Purpose.TRY,
        location=location,
        state=Batch.State.DONE,
        tries=1,
        created_at=at,
        finished_at=at,
    )


def _item(batch: Batch, position: int, probe: Probe, schedule: Schedule | None) -> BatchItem:
    return BatchItem(
        batch=batch,
        position=position,
        ref=probe.slug,
        probe=probe,
        probe_slug=probe.slug,
        definition_hash=probe.definition_hash,
        kind=probe.kind,
        params=probe.params,
        schedule=schedule,
        timeout_s=probe.timeout_s,
    )


def _draw(chance: random.Random) -> _Said:
    return chance.choice(_OTHERS) if chance.random() < _OTHERWISE else _OK


def _run(item: BatchItem, said: _Said, elapsed_s: float) -> Run:
    return Run(
        item=item,
        status=said.status,
        reason_code=said.reason_code,
        facts={"port": item.params["port"], "connected": said is _OK},
        summary=said.summary,
        attempts=[],
        started_at=item.batch.created_at,
        elapsed_s=elapsed_s,
        recorded_at=item.batch.created_at,
    )

"""What each look of a schedule does to its state. Not having looked never changes it."""

from collections.abc import Iterable, Mapping

from probes.models import Run, Schedule, Status
from probes.services.flapping import LOOKS, is_flapping

RECENT = 24
_CHANGED = [
    "last_run",
    "state",
    "since",
    "consecutive",
    "history",
    "recent",
    "is_flapping",
    "blind_since",
]


def judged(run: Run, baseline: str) -> str:
    """A run's status where the author wrote down another normal state than the kind's own.

    At the baseline all is well; what usually is well then is worth a look.
    """
    if not baseline or run.status == Status.UNKNOWN:
        return run.status
    if run.reason_code == baseline:
        return Status.OK.value
    return Status.WARNING.value if run.status == Status.OK else run.status


def note_looks(runs: Iterable[Run], *, schedules: Mapping[int, int]) -> None:
    """Bring schedules to what was just recorded; `schedules` is their id by the run's item.

    Belongs into the transaction that records the runs.
    """
    if not schedules:
        return
    # In one order everywhere, so that two recordings cannot wait for each other.
    rows = Schedule.objects.select_for_update().order_by("pk")
    by_pk = {row.pk: row for row in rows.filter(pk__in=set(schedules.values()))}
    for run in runs:
        if schedule := by_pk.get(schedules.get(run.item_id, 0)):
            _note(schedule, run)
    Schedule.objects.bulk_update(by_pk.values(), _CHANGED)


def forget_looks(schedule: Schedule) -> None:
    """For a schedule that looks at something else from now on."""
    schedule.last_run, schedule.blind_since = None, None
    schedule.state, schedule.since, schedule.consecutive = "", None, 0
    schedule.history, schedule.recent, schedule.is_flapping = "", [], False


def _note(schedule: Schedule, run: Run) -> None:
    schedule.last_run = run
    state = judged(run, schedule.baseline)
    schedule.recent = [*schedule.recent, _entry(run, state)][-RECENT:]
    if state == Status.UNKNOWN:
        schedule.blind_since = schedule.blind_since or run.started_at
        return
    schedule.blind_since = None
    schedule.consecutive = schedule.consecutive + 1 if state == schedule.state else 1
    if state != schedule.state:
        schedule.state, schedule.since = state, run.started_at
    schedule.history = (schedule.history + state[0])[-LOOKS:]
    schedule.is_flapping = is_flapping(schedule.history, was_flapping=schedule.is_flapping)


def _entry(run: Run, state: str) -> dict[str, str]:
    return {
        "run": run.public_id,
        "status": state,
        "reason_code": run.reason_code,
        "at": run.started_at.isoformat(),
    }

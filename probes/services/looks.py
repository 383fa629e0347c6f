"""What each look of a schedule does to its state. Not having looked never changes it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from probes.models import Run, Schedule, ScheduleHour, Status
from probes.models.hours import hour_of
from probes.services.flapping import LOOKS, is_flapping

RECENT = 24
COUNTED = ("ok", "warning", "critical", "unknown")
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
    seen: Counter[tuple[int, int, str]] = Counter()
    for run in runs:
        if schedule := by_pk.get(schedules.get(run.item_id, 0)):
            seen[schedule.pk, hour_of(run.started_at), _note(schedule, run)] += 1
    Schedule.objects.bulk_update(by_pk.values(), _CHANGED)
    count_looks(seen)


def forget_looks(schedule: Schedule) -> None:
    """For a schedule that looks at something else from now on."""
    schedule.last_run, schedule.blind_since = None, None
    schedule.state, schedule.since, schedule.consecutive = "", None, 0
    schedule.history, schedule.recent, schedule.is_flapping = "", [], False


def count_looks(seen: Mapping[tuple[int, int, str], int]) -> None:
    """Add to the hours. The schedules are locked, so nobody else counts theirs meanwhile."""
    wanted = sorted({(schedule_id, hour) for schedule_id, hour, _state in seen})
    stored = ScheduleHour.objects.filter(
        schedule_id__in={schedule_id for schedule_id, _hour in wanted},
        hour__in={hour for _id, hour in wanted},
    )
    known = {(row.schedule_id, row.hour): row for row in stored}
    rows = [known.get(one) or ScheduleHour(schedule_id=one[0], hour=one[1]) for one in wanted]
    for row in rows:
        for column in COUNTED:
            more = seen.get((row.schedule_id, row.hour, column.upper()), 0)
            setattr(row, column, getattr(row, column) + more)
    ScheduleHour.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["schedule", "hour"],
        update_fields=COUNTED,
    )


def _note(schedule: Schedule, run: Run) -> str:
    """How the run is judged, which is also what the schedule now remembers."""
    schedule.last_run = run
    state = judged(run, schedule.baseline)
    schedule.recent = [*schedule.recent, _entry(run, state)][-RECENT:]
    if state == Status.UNKNOWN:
        schedule.blind_since = schedule.blind_since or run.started_at
        return state
    schedule.blind_since = None
    schedule.consecutive = schedule.consecutive + 1 if state == schedule.state else 1
    if state != schedule.state:
        schedule.state, schedule.since = state, run.started_at
    schedule.history = (schedule.history + state[0])[-LOOKS:]
    schedule.is_flapping = is_flapping(schedule.history, was_flapping=schedule.is_flapping)
    return state


def _entry(run: Run, state: str) -> dict[str, str]:
    return {
        "run": run.public_id,
        "status": state,
        "reason_code": run.reason_code,
        "at": run.started_at.isoformat(),
    }

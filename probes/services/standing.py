"""How schedules stand, computed on reading: what was seen, and why one does not run."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.utils import timezone

from probes.models import Maintenance, Schedule
from probes.services.schedules import complaints_about_schedule

# How bad a schedule's row says it is, from the worst; a window or an approval is not in the row.
_BADNESS = Case(
    When(is_paused=True, then=Value(4)),
    When(state=Schedule.State.CRITICAL, then=Value(0)),
    When(state=Schedule.State.WARNING, then=Value(1)),
    When(blind_since__isnull=False, then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`phase`: paused, maintenance, not_approved, broken, running or waiting.

    `problems` are sentences: what is wrong with a schedule that is broken. `rest` is the
    maintenance window that it is in.
    """

    schedule: Schedule
    phase: str
    problems: tuple[str, ...] = ()
    rest: Maintenance | None = None

    @property
    def runs_by_itself(self) -> bool:
        return self.phase in ("running", "waiting")


def worst_first(schedules: QuerySet[Schedule]) -> QuerySet[Schedule]:
    """What needs a look at the top, then what runs next."""
    return schedules.order_by(_BADNESS, F("next_at"), "slug")


def standings(schedules: Sequence[Schedule]) -> list[Standing]:
    """In their order. Reads the maintenance windows once."""
    windows = list(Maintenance.objects.under_way(timezone.now()).order_by("-ends_at"))
    return [_standing(schedule, windows) for schedule in schedules]


def _standing(schedule: Schedule, windows: Sequence[Maintenance]) -> Standing:
    rest = next((window for window in windows if window.covers(schedule)), None)
    problems = tuple(map(str, complaints_about_schedule(schedule)))
    phase = phase_of(schedule, is_resting=rest is not None)
    return Standing(schedule=schedule, phase=phase, problems=problems, rest=rest)


def phase_of(schedule: Schedule, *, is_resting: bool) -> str:
    """The standing's `phase`."""
    if schedule.is_paused:
        return "paused"
    if not schedule.probe.is_approved:
        return "not_approved"
    if complaints_about_schedule(schedule):
        return "broken"
    if is_resting:
        return "maintenance"
    is_open = schedule.last_batch is not None and schedule.last_batch.is_open
    return "running" if is_open else "waiting"


def maintenance_ahead() -> list[Maintenance]:
    """Windows under way and planned, the next first."""
    windows = Maintenance.objects.filter(ends_at__gt=timezone.now())
    return list(windows.select_related("location", "schedule").order_by("starts_at")[:20])

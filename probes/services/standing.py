"""How schedules stand, computed on reading: what was seen, and why one does not run."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from probes.models import Maintenance, Schedule
from probes.services.schedules import complaints_about_schedule


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


def standings(schedules: Sequence[Schedule]) -> list[Standing]:
    """In their order. Reads the maintenance windows once."""
    windows = list(Maintenance.objects.under_way(timezone.now()).order_by("-ends_at"))
    return [_standing(schedule, windows) for schedule in schedules]


def _standing(schedule: Schedule, windows: Sequence[Maintenance]) -> Standing:
    rest = next((window for window in windows if window.covers(schedule)), None)
    problems = tuple(map(str, complaints_about_schedule(schedule)))
    return Standing(
        schedule=schedule, phase=_phase(schedule, rest, problems), problems=problems, rest=rest
    )


def _phase(schedule: Schedule, rest: Maintenance | None, problems: Sequence[str]) -> str:
    if schedule.is_paused:
        return "paused"
    if not schedule.probe.is_approved:
        return "not_approved"
    if problems:
        return "broken"
    if rest is not None:
        return "maintenance"
    is_open = schedule.last_batch is not None and schedule.last_batch.is_open
    return "running" if is_open else "waiting"

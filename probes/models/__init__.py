"""What the base keeps about probes: definitions, batches, runs, and when they run by themselves."""

from probes.models.answered import AnsweredRequest
from probes.models.hours import ScheduleHour
from probes.models.probing import (
    Batch,
    BatchItem,
    Location,
    Probe,
    Run,
    Status,
    _loopback,
)
from probes.models.schedules import Maintenance, Schedule

__all__ = [
    "AnsweredRequest",
    "Batch",
    "BatchItem",
    "Location",
    "Maintenance",
    "Probe",
    "Run",
    "Schedule",
    "ScheduleHour",
    "Status",
    # The first migration names it.
    "_loopback",
]

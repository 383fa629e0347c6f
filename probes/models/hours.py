"""How often each schedule saw what in each hour, so that a month is read without its runs."""

from datetime import datetime

from django.db import models

from probes.models.schedules import Schedule

HOUR_S = 3600


class ScheduleHour(models.Model):
    """The looks that began in one hour, by what they saw beside the schedule's baseline.

    `hour` counts hours since 1970 in UTC. Written in the transaction that records the runs, so a sum
    is never behind them; it outlives runs that are pruned.
    """

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="hours", db_index=False)
    hour = models.PositiveIntegerField()
    ok = models.PositiveIntegerField(default=0)
    warning = models.PositiveIntegerField(default=0)
    critical = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["schedule", "hour"], name="schedule_hour_once"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} at {self.hour}"


def hour_of(at: datetime) -> int:
    return int(at.timestamp()) // HOUR_S

"""When an incident took its steps, and how long after its start."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Incident

_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Times:
    """When the incident took each step; None where it did not, or nobody wrote it down."""

    started: datetime
    recorded: datetime
    acknowledged: datetime | None
    mitigated: datetime | None
    resolved: datetime | None

    @property
    def tells_only_the_day(self) -> bool:
        """Everything stands at the start, as where a report names the day and no more."""
        return {self.acknowledged, self.mitigated, self.resolved} - {None} == {self.started}

    def after(self, moment: datetime | None) -> timedelta | None:
        """How long after the start; None where that cannot be told.

        The start itself is no answer: nobody is that quick, so nobody wrote it down.
        """
        passed = moment - self.started if moment else None
        return passed if passed and passed > timedelta(0) else None


def times_of(incident: Incident) -> Times:
    """The first change away from open acknowledges; resolving mitigates what was not before."""
    changes = [(change.at, change.became) for change in incident.status_changes.all()]
    ended = incident.resolved_at or incident.closed_at
    better = [at for at, became in changes if became in ("mitigated", "resolved", "closed")]
    return Times(
        started=incident.started_at,
        recorded=incident.created_at,
        acknowledged=min((at for at, _became in changes), default=None),
        mitigated=min(better, default=ended),
        resolved=ended,
    )


def duration(passed: timedelta) -> str:
    minutes = int(passed.total_seconds() // 60)
    days, hours = minutes // _MINUTES_A_DAY, minutes // 60
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours % 24}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes % 60}
    return _("%(minutes)d min") % {"minutes": minutes} if minutes else _("under a minute")


def when(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def day(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d")

"""How a schedule looks: its times in words, and its phase."""

from collections.abc import Mapping
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from probes.engine import registry
from probes.models import Probe, Schedule
from probes.remedies import Remedy, remedy_of
from probes.templatetags.humane import DAY_S, HOUR_S, MINUTE_S

register = template.Library()

PHASES: Mapping[str, str | Promise] = {
    "paused": gettext_lazy("paused"),
    "maintenance": gettext_lazy("maintenance"),
    "not_approved": gettext_lazy("not approved"),
    "broken": gettext_lazy("cannot run"),
}


@register.filter
def phase_words(phase: str) -> str:
    return str(PHASES.get(phase, ""))


@register.filter
def times(schedule: Schedule) -> str:
    return schedule.timetable.words


@register.filter
def until(then: datetime) -> str:
    """`in 4 minutes`; what is due now runs `now`."""
    seconds = int((then - timezone.now()).total_seconds())
    if seconds <= 0:
        return _("now")
    if seconds < MINUTE_S:
        return _in(ngettext("in %(count)d second", "in %(count)d seconds", seconds), seconds)
    if seconds < HOUR_S:
        count = seconds // MINUTE_S
        return _in(ngettext("in %(count)d minute", "in %(count)d minutes", count), count)
    if seconds < DAY_S:
        count = seconds // HOUR_S
        return _in(ngettext("in %(count)d hour", "in %(count)d hours", count), count)
    count = seconds // DAY_S
    return _in(ngettext("in %(count)d day", "in %(count)d days", count), count)


def _in(message: str, count: int) -> str:
    return message % {"count": count}


@register.filter
def remedy(reason_code: str) -> Remedy | None:
    return remedy_of(reason_code)


@register.filter
def at_time(text: str) -> datetime | None:
    """A time as the engine writes it; None for what an older base did not write."""
    return datetime.fromisoformat(text) if text else None


@register.filter
def asks_for_values(probe: Probe) -> bool:
    return bool(registry.placeholders(probe.params))

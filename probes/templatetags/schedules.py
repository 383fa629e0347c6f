"""How a schedule looks: its times in words, its phase, its last runs as bars."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from probes.engine import registry
from probes.models import Probe, Schedule
from probes.reasons import label
from probes.remedies import Remedy, remedy_of
from probes.templatetags.humane import DAY_S, HOUR_S, MINUTE_S
from probes.templatetags.states import LOOKS

register = template.Library()

PHASES: Mapping[str, str | Promise] = {
    "paused": gettext_lazy("paused"),
    "maintenance": gettext_lazy("maintenance"),
    "not_approved": gettext_lazy("not approved"),
    "broken": gettext_lazy("cannot run"),
}
# The shape tells as well as the colour: what is worse is taller, not having looked is a stump.
_BAR_WIDTH, _BAR_STEP, _HEIGHT = 6, 8, 22
_HEIGHTS = {"OK": 12, "WARNING": 17, "CRITICAL": 22, "UNKNOWN": 5}


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


@register.inclusion_tag("parts/run_bars.html", takes_context=True)
def run_bars(context: Mapping[str, Any], schedule: Schedule) -> dict[str, Any]:
    """The last runs, the newest at the right."""
    may_look = context["perms"]["probes"]["view_run"]
    bars = [
        _bar(place, entry, may_look=bool(may_look)) for place, entry in enumerate(schedule.recent)
    ]
    counted = [
        f"{LOOKS[status].word}: {count}"
        for status in LOOKS
        if (count := sum(entry["status"] == status for entry in schedule.recent))
    ]
    return {
        "bars": bars,
        "width": max(1, len(bars)) * _BAR_STEP,
        "height": _HEIGHT,
        "summary": ", ".join(counted),
    }


def _bar(place: int, entry: Mapping[str, str], *, may_look: bool) -> dict[str, Any]:
    height = _HEIGHTS[entry["status"]]
    at = timezone.localtime(datetime.fromisoformat(entry["at"])).strftime("%Y-%m-%d %H:%M")
    return {
        "x": place * _BAR_STEP,
        "y": _HEIGHT - height,
        "width": _BAR_WIDTH,
        "height": height,
        "look": LOOKS[entry["status"]],
        "title": f"{at} {LOOKS[entry['status']].word}: {label(entry['reason_code'])}",
        "href": reverse("run", args=[entry["run"]]) if may_look else "",
    }

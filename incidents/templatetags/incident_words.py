"""What the incident pages say: how long it took, which time it is, how overdue."""

from datetime import datetime, time

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from incidents.models import ActionItem, Incident, IncidentTemplate
from incidents.services.action_items import days_overdue
from incidents.services.durations import duration, rough_duration
from kb.rendering import render
from probes.templatetags.humane import calendar_day, moment

register = template.Library()

register.filter(duration)
register.filter(rough_duration)


@register.filter
def as_html(markdown: str) -> SafeString:
    """A text written in Markdown, as the guides' pages show it."""
    return render(markdown).html


SHAPES = {
    Incident.Status.OPEN: "●",
    Incident.Status.INVESTIGATING: "◔",
    Incident.Status.IDENTIFIED: "◑",
    Incident.Status.MITIGATED: "◕",
    Incident.Status.RESOLVED: "✓",
    Incident.Status.CLOSED: "✓",
}
TONES = {
    Incident.Status.OPEN: "bad",
    Incident.Status.INVESTIGATING: "accent",
    Incident.Status.IDENTIFIED: "accent",
    Incident.Status.MITIGATED: "warn",
    Incident.Status.RESOLVED: "ok",
    Incident.Status.CLOSED: "",
}
SEVERITY_SHAPES = {
    Incident.Severity.CRITICAL: "▲▲",
    Incident.Severity.MAJOR: "▲",
    Incident.Severity.MINOR: "▵",
}


@register.filter
def report_sections(template: IncidentTemplate) -> list[str]:
    """What a template asks for: its headings of the first level."""
    lines = template.report.splitlines()
    return [line.removeprefix("## ").strip() for line in lines if line.startswith("## ")]


@register.filter
def status_shape(status: str) -> str:
    return SHAPES.get(Incident.Status(status), "")


@register.filter
def status_tone(status: str) -> str:
    return TONES.get(Incident.Status(status), "")


@register.filter
def severity_shape(severity: str) -> str:
    return SEVERITY_SHAPES.get(Incident.Severity(severity), "")


@register.filter
def waits_for(incident: Incident) -> str:
    """What has to happen next; empty where nothing has."""
    status = Incident.Status
    if incident.status == status.OPEN:
        return _("Take it up") if incident.assignee_id else _("Somebody has to take it up")
    return {
        status.INVESTIGATING: _("Find the cause"),
        status.IDENTIFIED: _("Fix it or work around it"),
        status.MITIGATED: _("See that it is resolved"),
        status.RESOLVED: _("Close it with what fixed it"),
    }.get(status(incident.status), "")


@register.filter
def nth_time(number: int) -> str:
    """`4th time`."""
    return _("%(nth)s time") % {"nth": _ordinal(number)}


def _ordinal(number: int) -> str:
    if not (get_language() or "en").startswith("en"):
        return str(number)
    is_teen = 10 <= number % 100 <= 20
    return f"{number}{'th' if is_teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


@register.filter
def overdue_words(item: ActionItem) -> str:
    """`overdue by 12 days`; empty where it is in time."""
    days = days_overdue(item)
    if not days:
        return ""
    return ngettext("overdue by %(count)d day", "overdue by %(count)d days", days) % {"count": days}


@register.filter
def moment_or_day(at: datetime) -> SafeString:
    """`2026-11-20 16:31`; the day alone where a report names no time and midnight stands for it."""
    local = timezone.localtime(at)
    return calendar_day(local.date()) if local.time() == time() else moment(at)


@register.filter
def time_in_day(at: datetime) -> str:
    """`14:02` under a heading that says the day; nothing where only the day is known."""
    return "" if timezone.localtime(at).time() == time() else minute_of_day(at)


@register.filter
def minute_of_day(at: datetime) -> SafeString:
    """`14:02`, where the day stands beside it."""
    shown = timezone.localtime(at).strftime("%H:%M")
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), shown)


@register.filter
def written_at(recorded_at: datetime, at: datetime) -> SafeString:
    """When it was written down: the time alone on the day on which it happened."""
    is_same_day = timezone.localtime(recorded_at).date() == timezone.localtime(at).date()
    return minute_of_day(recorded_at) if is_same_day else moment(recorded_at)

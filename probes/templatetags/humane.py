"""Times as people say them."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


@register.filter
def ago(then: datetime) -> SafeString:
    """`3 minutes ago`, with the exact time in the element; a date from a month on."""
    return format_html('<time datetime="{}">{}</time>', then.isoformat(), _words(then))


def _words(then: datetime) -> str:
    seconds = int((timezone.now() - then).total_seconds())
    if seconds < 10:
        return _("just now")
    if seconds < MINUTE_S:
        return _ago_in(ngettext("%(count)d second ago", "%(count)d seconds ago", seconds), seconds)
    if seconds < HOUR_S:
        count = seconds // MINUTE_S
        return _ago_in(ngettext("%(count)d minute ago", "%(count)d minutes ago", count), count)
    if seconds < DAY_S:
        count = seconds // HOUR_S
        return _ago_in(ngettext("%(count)d hour ago", "%(count)d hours ago", count), count)
    if seconds < 30 * DAY_S:
        count = seconds // DAY_S
        return _ago_in(ngettext("%(count)d day ago", "%(count)d days ago", count), count)
    return timezone.localtime(then).strftime("%Y-%m-%d")


def _ago_in(message: str, count: int) -> str:
    return message % {"count": count}


@register.filter
def moment(then: datetime) -> SafeString:
    """The exact time: `2026-11-20 16:31`."""
    shown = timezone.localtime(then).strftime("%Y-%m-%d %H:%M")
    return format_html('<time datetime="{}">{}</time>', then.isoformat(), shown)


@register.filter
def clock(then: datetime) -> SafeString:
    """The time of day alone, where the day is known: `16:31:07`."""
    shown = timezone.localtime(then).strftime("%H:%M:%S")
    return format_html('<time datetime="{}">{}</time>', then.isoformat(), shown)


@register.filter
def calendar_day(day: date) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), day.isoformat())

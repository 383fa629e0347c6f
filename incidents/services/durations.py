"""How long something took, in words of the reader's language."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


def duration(took: timedelta | None) -> str:
    """The two largest units: `3 h 5 min`. What is not known says so."""
    if took is None:
        return _("not known")
    seconds = max(0, int(took.total_seconds()))
    if seconds < MINUTE_S:
        return _("under a minute")
    if seconds < HOUR_S:
        return _("%(minutes)d min") % {"minutes": seconds // MINUTE_S}
    if seconds < DAY_S:
        hours, minutes = seconds // HOUR_S, seconds % HOUR_S // MINUTE_S
        words = {"hours": hours, "minutes": minutes}
        return (_("%(hours)d h %(minutes)d min") if minutes else _("%(hours)d h")) % words
    days, hours = seconds // DAY_S, seconds % DAY_S // HOUR_S
    words = {"days": days, "hours": hours}
    return (_("%(days)d d %(hours)d h") if hours else _("%(days)d d")) % words


def rough_duration(took: timedelta) -> str:
    """An interval as people say it: `6 days`, `5 hours`, `20 minutes`."""
    seconds = took.total_seconds()
    if seconds >= 2 * DAY_S:
        count = round(seconds / DAY_S)
        return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
    if seconds >= 2 * HOUR_S:
        count = round(seconds / HOUR_S)
        return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
    count = max(1, round(seconds / MINUTE_S))
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}

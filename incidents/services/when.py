"""When something happened, as a person says it: never in the future, never before what it follows."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.services.errors import BadTime


def happened_at(
    said: datetime | None, *, now: datetime, not_before: datetime | None = None
) -> datetime:
    """`said`, or `now` where nothing was said.

    Pages ask for minutes: the minute in which its bound lies is not before it. Raises BadTime.
    """
    if said is None:
        return now
    if said > now:
        raise BadTime(_("%(at)s is in the future.") % {"at": _shown(said)})
    if not_before is None or said >= not_before:
        return said
    if said >= not_before.replace(second=0, microsecond=0):
        return not_before
    words = {"at": _shown(said), "bound": _shown(not_before)}
    raise BadTime(_("%(at)s is before %(bound)s, when what it follows happened.") % words)


def _shown(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")

"""The steps an incident takes, and those it may not."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Incident, StatusChange
from incidents.services.errors import IllegalMove

# An incident only moves forward; a step may be skipped, none is taken back.
ORDER: Sequence[str] = tuple(Incident.Status.values)


def next_statuses(incident: Incident) -> list[str]:
    """Where the incident may go by a plain change; closing has its own deed."""
    ahead = ORDER[ORDER.index(incident.status) + 1 :]
    return [status for status in ahead if status != Incident.Status.CLOSED]


@transaction.atomic
def change_status(incident: Incident, *, to: str, by: User | None) -> StatusChange:
    """Move the incident forward. Raises IllegalMove for a step back, and for closing."""
    if to == Incident.Status.CLOSED:
        raise IllegalMove(_("An incident is closed by saying what fixed it."))
    return move(incident, to=to, by=by)


def move(incident: Incident, *, to: str, by: User | None) -> StatusChange:
    """One step forward; the row is read again under its lock, for two may press at once."""
    stored = Incident.objects.select_for_update().get(pk=incident.pk)
    if to not in ORDER or ORDER.index(to) <= ORDER.index(stored.status):
        words = {"was": stored.get_status_display(), "to": to}
        raise IllegalMove(_("An incident that is “%(was)s” cannot become “%(to)s”.") % words)
    now = timezone.now()
    incident.status = to
    incident.resolved_at = stored.resolved_at
    if to in (Incident.Status.RESOLVED, Incident.Status.CLOSED):
        incident.resolved_at = stored.resolved_at or now
    if to == Incident.Status.CLOSED:
        incident.closed_at = now
    incident.save(update_fields=["status", "resolved_at", "closed_at"])
    return StatusChange.objects.create(
        incident=incident, was=stored.status, became=to, by=by, at=now
    )

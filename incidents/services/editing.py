"""Changing what is known about an incident: its title, severity, services, who has it."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Incident
from incidents.services.errors import BadTime
from incidents.services.moving import locked
from incidents.services.notes import write_note
from incidents.services.when import happened_at
from kb.models import Service
from probes.services import masked

EDITABLE = (
    "title",
    "severity",
    "environment",
    "language",
    "report",
    "started_at",
    "reporter",
    "assignee",
)


@transaction.atomic
def edit_incident(
    incident: Incident,
    *,
    by: User | None,
    services: Iterable[Service] | None = None,
    **fields: object,
) -> Incident:
    """Change the named fields (of EDITABLE), and the services where they are given.

    Who has it now is noted in the timeline. Raises BadTime for a start in the future or after
    the first step.
    """
    stored = locked(incident)
    if isinstance(started_at := fields.get("started_at"), datetime):
        check_start(stored, started_at)
    if "assignee" in fields and fields["assignee"] != stored.assignee:
        _note_assignment(stored, fields["assignee"], by=by)
    for name in EDITABLE:
        if name in fields:
            value = fields[name]
            setattr(stored, name, masked(value) if isinstance(value, str) else value)
    stored.save(update_fields=[name for name in EDITABLE if name in fields])
    if services is not None:
        stored.services.set(services)
    incident.refresh_from_db()
    return incident


def check_start(incident: Incident, started_at: datetime) -> None:
    """Raises BadTime where it cannot have begun then."""
    happened_at(started_at, now=timezone.now())
    first = incident.status_changes.first() if incident.pk else None
    if first is not None and started_at > first.at:
        shown = timezone.localtime(first.at).strftime("%Y-%m-%d %H:%M")
        raise BadTime(_("It cannot have started after its first step, at %(at)s.") % {"at": shown})


def _note_assignment(incident: Incident, assignee: object, *, by: User | None) -> None:
    text = _("Assigned to %(name)s.") % {"name": assignee} if assignee else _("Assigned to nobody.")
    now = timezone.now()
    write_note(incident, text=text, by=by, at=now, now=now)

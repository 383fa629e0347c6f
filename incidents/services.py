"""Deeds on incidents: open, note, move on."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from incidents.models import Incident, Note, StatusChange
from kb.models import Investigation, Service

# An incident only moves forward; a step may be skipped, none is taken back.
ORDER = tuple(Incident.Status.values)


class IllegalMove(ValueError):
    """An incident cannot take this status now; the message says why."""


def open_incident(
    title: str,
    *,
    by: User | None,
    report: str = "",
    investigation: Investigation | None = None,
    severity: str = Incident.Severity.MINOR,
    services: Iterable[Service] = (),
    started_at: datetime | None = None,
) -> Incident:
    with transaction.atomic():
        incident = Incident.objects.create(
            title=title,
            severity=severity,
            report=report,
            investigation=investigation,
            reporter=by,
            started_at=started_at or timezone.now(),
        )
        incident.services.set(services)
    return incident


def add_note(incident: Incident, *, text: str, by: User | None, at: datetime | None = None) -> Note:
    """Write a note down; `at` is when it happened, where that is not now."""
    now = timezone.now()
    return Note.objects.create(
        incident=incident, text=text, author=by, occurred_at=at or now, recorded_at=now
    )


def next_statuses(incident: Incident) -> list[str]:
    """Where the incident may go by a plain change; closing has its own deed."""
    return [
        status
        for status in ORDER[ORDER.index(incident.status) + 1 :]
        if status != Incident.Status.CLOSED
    ]


def change_status(incident: Incident, *, to: str, by: User | None) -> StatusChange:
    """Move the incident forward. Raises IllegalMove for a step back, and for closing."""
    if to == Incident.Status.CLOSED:
        raise IllegalMove("An incident is closed by saying what fixed it.")
    with transaction.atomic():
        return move(incident, to=to, by=by)


def move(incident: Incident, *, to: str, by: User | None) -> StatusChange:
    """One step, inside the caller's transaction; the row is read again under its lock."""
    stored = Incident.objects.select_for_update().get(pk=incident.pk)
    if to not in ORDER or ORDER.index(to) <= ORDER.index(stored.status):
        raise IllegalMove(f"An incident that is {stored.status} cannot become {to}.")
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

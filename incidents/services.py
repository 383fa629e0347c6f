"""Deeds on incidents: open, note, move on, close with what fixed it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Incident, Note, StatusChange
from kb.models import Cause, Investigation, Resolution, Service
from kb.services.find import find_fixes, start_from_guide
from kb.services.learn import conclude, conclude_cause, conclude_in_words
from probes.services import masked

# An incident only moves forward; a step may be skipped, none is taken back.
ORDER: Sequence[str] = tuple(Incident.Status.values)


class IllegalMove(ValueError):
    """An incident cannot take this status now; the message says why."""


class CannotClose(ValueError):
    """What was given does not say what fixed it; the message says what is missing."""


def open_incident(
    title: str,
    *,
    by: User | None,
    text: str = "",
    investigation: Investigation | None = None,
    report: str = "",
    severity: str = Incident.Severity.MINOR,
    services: Iterable[Service] = (),
    started_at: datetime | None = None,
) -> Incident:
    """Open an incident; `text` is the error as it was shown, and is looked up at once.

    With an `investigation` the incident hangs on it, and `text` is not looked up again.
    """
    services = list(services)
    # Taken first: looking the error up comes after it began.
    started_at = started_at or timezone.now()
    with transaction.atomic():
        if investigation is None and text.strip():
            slugs = [service.slug for service in services]
            investigation = find_fixes(text, by=by, services=slugs)
        incident = Incident.objects.create(
            title=masked(title),
            severity=severity,
            report=masked(report),
            investigation=investigation,
            reporter=by,
            started_at=started_at,
        )
        incident.services.set(services)
    return incident


def add_note(incident: Incident, *, text: str, by: User | None, at: datetime | None = None) -> Note:
    """Write a note down; `at` is when it happened, where that is not now."""
    now = timezone.now()
    return Note.objects.create(
        incident=incident, text=masked(text), author=by, occurred_at=at or now, recorded_at=now
    )


def next_statuses(incident: Incident) -> list[str]:
    """Where the incident may go by a plain change; closing has its own deed."""
    ahead = ORDER[ORDER.index(incident.status) + 1 :]
    return [status for status in ahead if status != Incident.Status.CLOSED]


@transaction.atomic
def change_status(incident: Incident, *, to: str, by: User | None) -> StatusChange:
    """Move the incident forward. Raises IllegalMove for a step back, and for closing."""
    if to == Incident.Status.CLOSED:
        raise IllegalMove(_("An incident is closed by saying what fixed it."))
    return _move(incident, to=to, by=by)


@transaction.atomic
def close_incident(
    incident: Incident,
    *,
    by: User | None,
    resolution: Resolution | None = None,
    cause: Cause | None = None,
    kind: str = Incident.ResolutionKind.FIX,
    note: str = "",
) -> Incident:
    """Close with what fixed it: a known resolution, a known cause, or a note where neither is.

    Whichever it is, it is concluded in the incident's investigation, so that what helped here
    counts the next time; the words become a note where there is none. Raises CannotClose without any of the three, IllegalMove when closed before.
    """
    if resolution is None and cause is None and not note.strip():
        raise CannotClose(_("Say what fixed it: choose a known fix, or write it down."))
    _move(incident, to=Incident.Status.CLOSED, by=by)
    found, known = incident.investigation, resolution or cause
    if found is not None and found.concluded_at is None and known is None:
        conclude_in_words(found, note, by=by)
    elif note.strip():
        add_note(incident, text=note, by=by, at=incident.closed_at)
    incident.resolution_kind = kind
    incident.investigation = _learned(incident, resolution=resolution, cause=cause, by=by)
    incident.save(update_fields=["resolution_kind", "investigation"])
    return incident


def _learned(
    incident: Incident, *, resolution: Resolution | None, cause: Cause | None, by: User | None
) -> Investigation | None:
    """The incident's investigation, concluded where it says what fixed it."""
    investigation = incident.investigation
    found = resolution.cause if resolution else cause
    if found is None:
        return investigation
    if investigation is None:
        investigation = start_from_guide(found.guide, by=by)
    if investigation.concluded_at is not None:
        return investigation
    if resolution is not None:
        conclude(investigation, resolution, worked=True, by=by)
    else:
        conclude_cause(investigation, found, by=by)
    return investigation


def _move(incident: Incident, *, to: str, by: User | None) -> StatusChange:
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

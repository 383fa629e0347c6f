"""The steps an incident takes, and those it may not: one table."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Incident, StatusChange
from incidents.services.errors import IllegalMove
from incidents.services.notes import write_note
from incidents.services.reopening import take_back_outcome
from incidents.services.when import happened_at

_S = Incident.Status
ORDER: Sequence[str] = tuple(_S.values)
SETTLED: Sequence[str] = (_S.RESOLVED, _S.CLOSED)

# From each status, where it may go. Steps ahead may be skipped; the one way back is to look
# again, and it needs a reason (docs/decisions/incident-states.md).
MOVES: Mapping[str, Sequence[str]] = {
    _S.OPEN: (_S.INVESTIGATING, _S.IDENTIFIED, _S.MITIGATED, _S.RESOLVED, _S.CLOSED),
    _S.INVESTIGATING: (_S.IDENTIFIED, _S.MITIGATED, _S.RESOLVED, _S.CLOSED),
    _S.IDENTIFIED: (_S.INVESTIGATING, _S.MITIGATED, _S.RESOLVED, _S.CLOSED),
    _S.MITIGATED: (_S.INVESTIGATING, _S.RESOLVED, _S.CLOSED),
    _S.RESOLVED: (_S.INVESTIGATING, _S.CLOSED),
    _S.CLOSED: (_S.INVESTIGATING,),
}


def is_back(was: str, to: str) -> bool:
    return to in ORDER and ORDER.index(to) < ORDER.index(was)


def next_statuses(incident: Incident) -> list[str]:
    """Where the incident may go by a plain change; closing has its own deed.

    A duplicate goes nowhere: it is taken out of what it was merged into first.
    """
    if incident.merged_into_id:
        return []
    return [to for to in MOVES[incident.status] if to != _S.CLOSED]


def change_status(
    incident: Incident, *, to: str, by: User | None, at: datetime | None = None, reason: str = ""
) -> StatusChange:
    """Move the incident. `at` is when it happened, where that is not now.

    Back to investigating needs a `reason`, which becomes a note; what had been concluded is
    taken back. Raises IllegalMove for what the table does not allow, for closing and without
    the reason; BadTime for a time in the future or before the last step.
    """
    if to == _S.CLOSED:
        raise IllegalMove(_("An incident is closed by saying what fixed it."))
    return move(incident, to=to, by=by, at=at, reason=reason)


@transaction.atomic
def move(
    incident: Incident, *, to: str, by: User | None, at: datetime | None = None, reason: str = ""
) -> StatusChange:
    """One step; the row is read again under its lock, for two may press at once."""
    stored = locked(incident)
    _refuse_illegal(stored, to, reason)
    now = timezone.now()
    at = happened_at(at, now=now, not_before=last_step_at(stored))
    if is_back(stored.status, to) and stored.status in SETTLED:
        take_back_outcome(stored, reason=reason)
    change = record_step(stored, to=to, by=by, at=at, now=now)
    if reason.strip():
        write_note(incident, text=reason, by=by, at=at, now=now)
    incident.refresh_from_db()
    return change


def locked(incident: Incident) -> Incident:
    """The incident as it is stored, held until the transaction ends."""
    return Incident.objects.select_for_update().get(pk=incident.pk)


def last_step_at(incident: Incident) -> datetime:
    last = incident.status_changes.last()
    return last.at if last else incident.started_at


def record_step(
    incident: Incident, *, to: str, by: User | None, at: datetime, now: datetime
) -> StatusChange:
    """Store the step and the times that go with it; whether it is legal was asked before."""
    was, incident.status = incident.status, to
    incident.resolved_at = (incident.resolved_at or at) if to in SETTLED else None
    incident.closed_at = at if to == _S.CLOSED else None
    incident.save(update_fields=["status", "resolved_at", "closed_at"])
    return StatusChange.objects.create(
        incident=incident, was=was, became=to, by=by, at=at, recorded_at=now
    )


def _refuse_illegal(incident: Incident, to: str, reason: str) -> None:
    if incident.merged_into_id:
        raise IllegalMove(_("This incident was merged into another one: take it out of it first."))
    if to not in MOVES[incident.status]:
        labels = dict(_S.choices)
        allowed = ", ".join(str(labels[one]) for one in MOVES[incident.status])
        words = {"was": incident.get_status_display(), "to": labels.get(to, to), "ways": allowed}
        raise IllegalMove(
            _("An incident that is “%(was)s” cannot become “%(to)s”. It can become: %(ways)s.")
            % words
        )
    if is_back(incident.status, to) and not reason.strip():
        raise IllegalMove(_("Say why it is looked at again: a step back needs a reason."))

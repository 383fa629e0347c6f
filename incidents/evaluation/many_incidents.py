"""Very many incidents, one for each investigation: rows written past the services."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from incidents.models import ActionItem, Incident, Note, StatusChange
from kb.evaluation.many_guides import store
from kb.models import Investigation

_SEVERITIES = tuple(Incident.Severity)
# One incident in so many left work behind.
_WITH_WORK = 7


@transaction.atomic
def seed_incidents(cases: Sequence[Investigation]) -> None:
    """Store an incident for each case: closed where the case is concluded, else open."""
    incidents = store([_incident(number, case) for number, case in enumerate(cases)])
    store([change for one in incidents for change in _changes(one)])
    store([_note(one) for one in incidents])
    store([_work(one) for one in incidents[::_WITH_WORK]])


def _incident(number: int, case: Investigation) -> Incident:
    ended = case.concluded_at
    return Incident(
        title=case.title,
        severity=_SEVERITIES[number % len(_SEVERITIES)],
        investigation=case,
        environment="prod",
        reporter=case.started_by,
        assignee=case.started_by,
        started_at=case.created_at,
        created_at=case.created_at,
        status=Incident.Status.CLOSED if ended else Incident.Status.OPEN,
        resolution_kind=Incident.ResolutionKind.FIX if ended else "",
        resolved_at=ended,
        closed_at=ended,
    )


def _changes(incident: Incident) -> list[StatusChange]:
    if incident.closed_at is None:
        return []
    looked = incident.started_at + timedelta(minutes=5)
    steps = [("open", "investigating", looked), ("investigating", "closed", incident.closed_at)]
    return [
        StatusChange(incident=incident, was=was, became=became, at=at, recorded_at=at)
        for was, became, at in steps
    ]


def _note(incident: Incident) -> Note:
    return Note(incident=incident, text="Seen in the dashboard.", occurred_at=incident.started_at)


def _work(incident: Incident) -> ActionItem:
    return ActionItem(incident=incident, what="Alert before it happens", owner=incident.assignee)

"""Incidents as the API shows them: plain data, times in seconds, what is not known as null."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from incidents import services
from incidents.models import ActionItem, Incident, Note
from incidents.services import timeline
from incidents.services.recurrence import Recurrence
from incidents.services.statistics import Statistics
from incidents.services.times import Figure, Times
from kb.models import Attempt, Cause, Resolution


def row(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.public_id,
        "title": incident.title,
        "status": incident.status,
        "severity": incident.severity,
        "url": incident.get_absolute_url(),
        "services": [service.slug for service in incident.services.all()],
        "environment": incident.environment,
        "assignee": name(incident.assignee),
        "reporter": name(incident.reporter),
        "merged_into": incident.merged_into and incident.merged_into.public_id,
        "times": times(services.incident_times(incident)),
        "started_at": incident.started_at,
        "resolved_at": incident.resolved_at,
        "closed_at": incident.closed_at,
    }


def listed(incident: Incident) -> dict[str, Any]:
    """`times_before` comes with `services.with_times_before`."""
    before = getattr(incident, "times_before", 0)
    return {**row(incident), "times_before": 0 if incident.merged_into_id else before}


def whole(incident: Incident) -> dict[str, Any]:
    found = incident.investigation
    return {
        **row(incident),
        "report": incident.report,
        "resolved_by": incident.resolution_kind,
        "known_error": cause_key(incident.known_error),
        "investigation": found and found.public_id,
        "cause": cause_key(found.concluded_cause) if found else None,
        "confirmation": found.confirmation if found else "",
        "resolution": resolution_key(found.concluded_resolution) if found else None,
        "recurrence": recurrence(services.recurrence_of(incident)),
        "notes": [note(one) for one in incident.notes.select_related("author")],
        "action_items": [
            action_item(one)
            for one in incident.action_items.select_related("incident", "owner", "done_by")
        ],
        "next_statuses": [] if incident.merged_into_id else list(services.MOVES[incident.status]),
    }


def name(user: Any) -> str | None:
    return user.get_username() if user else None


def cause_key(cause: Cause | None) -> str | None:
    return cause.key if cause else None


def resolution_key(resolution: Resolution | None) -> str | None:
    return f"{resolution.cause.key}/{resolution.slug}" if resolution else None


def seconds(took: timedelta | None) -> int | None:
    return None if took is None else round(took.total_seconds())


def times(of: Times) -> dict[str, int | None]:
    """Seconds from the start: to_acknowledge is what MTTA is the mean of, to_resolve MTTR."""
    return {f"to_{one}_s": seconds(getattr(of, one)) for one in services.MILESTONES}


def recurrence(of: Recurrence | None) -> dict[str, Any] | None:
    if of is None:
        return None
    return {
        "number": of.number,
        "every_s": seconds(of.every),
        "last": of.last,
        "earlier": [
            {
                "id": one.public_id,
                "title": one.title,
                "started_at": one.started_at,
                "fixed_by": one.investigation.what_worked if one.investigation else "",
            }
            for one in of.earlier
        ],
    }


def statistics(of: Statistics) -> dict[str, Any]:
    return {
        "key": of.key,
        "incidents": of.incidents,
        "open": of.open,
        **{f"to_{milestone}": _figure(figure) for milestone, figure in of.figures.items()},
    }


def _figure(of: Figure) -> dict[str, int | None]:
    return {"known": of.known, "mean_s": seconds(of.mean), "median_s": seconds(of.median)}


def note(of: Note) -> dict[str, Any]:
    return {
        "text": of.text,
        "author": name(of.author),
        "occurred_at": of.occurred_at,
        "recorded_at": of.recorded_at,
    }


def attempt(of: Attempt) -> dict[str, Any]:
    return {
        "what": of.what,
        "outcome": of.outcome,
        "resolution": resolution_key(of.resolution),
        "addresses": [cause.key for cause in of.addresses.all()],
        "note": of.note,
        "by": name(of.by),
        "at": of.at,
    }


def action_item(of: ActionItem) -> dict[str, Any]:
    return {
        "number": of.pk,
        "incident": of.incident.public_id,
        "what": of.what,
        "detail": of.detail,
        "owner": name(of.owner),
        "due": of.due,
        "days_overdue": services.days_overdue(of),
        "horizon": of.horizon,
        "created_at": of.created_at,
        "done_at": of.done_at,
        "done_by": name(of.done_by),
    }


def entry(of: timeline.Entry) -> dict[str, Any]:
    """One line of the timeline; `incident` names the duplicate that it comes from."""
    return {
        "at": of.at,
        "recorded_at": of.recorded_at,
        "kind": of.kind,
        "by": name(of.by),
        "incident": of.incident and of.incident.public_id,
        **_of_kind(of),
    }


def _of_kind(of: timeline.Entry) -> Mapping[str, Any]:
    if of.note is not None:
        return {"text": of.note.text}
    if of.change is not None:
        return {"was": of.change.was, "became": of.change.became}
    if of.run is not None:
        return {
            "run": of.run.public_id,
            "probe": of.run.item.probe_slug,
            "status": of.run.status,
            "reason_code": of.run.reason_code,
        }
    if of.attempt is not None:
        return {"attempt": attempt(of.attempt)}
    if of.action is not None:
        return {"action_item": of.action.pk, "text": of.action.what}
    if of.investigation is not None:
        return {"investigation": of.investigation.public_id, "matched": _matched(of)}
    return {}


def _matched(of: timeline.Entry) -> list[dict[str, Any]]:
    return [
        {
            "guide": one.guide.slug,
            "strength": one.strength,
            "causes": [cause.key for cause in one.causes],
        }
        for one in of.matched
    ]

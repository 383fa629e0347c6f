"""A stored incident as the draft and the file it would be."""

import re
from collections.abc import Iterable, Iterator

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from incidents import ingest
from incidents.ingest import (
    ActionItemDraft,
    AttemptDraft,
    ConclusionDraft,
    IncidentDraft,
    NoteDraft,
    StatusChangeDraft,
)
from incidents.models import ActionItem, Incident, Note, StatusChange
from kb.models import Attempt, Cause, Investigation, Resolution
from probes.engine.redact import strip_controls

_CASE = (
    "concluded_by",
    "guide",
    "concluded_cause__guide",
    "concluded_resolution__cause__guide",
)
_ATTEMPTS = Attempt.objects.select_related("by", "resolution__cause__guide")
_PARTS = (
    "services",
    "guides",
    Prefetch("status_changes", StatusChange.objects.select_related("by")),
    Prefetch("notes", Note.objects.select_related("author")),
    Prefetch("action_items", ActionItem.objects.select_related("owner", "done_by")),
    Prefetch("investigation", Investigation.objects.select_related(*_CASE)),
    Prefetch("investigation__attempts", _ATTEMPTS),
    Prefetch("investigation__attempts__addresses", Cause.objects.select_related("guide")),
)
_AT_ONCE = 100
# What a file cannot hold, and what `strip_controls` leaves.
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")


def draft_of(incident: Incident) -> IncidentDraft:
    """The incident as it is stored now, read in a fixed number of queries."""
    return next(drafts_of(Incident.objects.filter(pk=incident.pk)))


def file_of(incident: Incident) -> str:
    """The incident as a file: what an export holds; importing it would change nothing."""
    return ingest.dump(draft_of(incident))


def drafts_of(incidents: QuerySet[Incident]) -> Iterator[IncidentDraft]:
    """Each as `draft_of` reads it, in a number of queries that grows by the hundred."""
    chosen = incidents.select_related("known_error__guide", "merged_into", "reporter", "assignee")
    batch: list[Incident] = []
    for incident in chosen.iterator(chunk_size=_AT_ONCE):
        batch.append(incident)
        if len(batch) == _AT_ONCE:
            yield from _drafts(batch)
            batch = []
    yield from _drafts(batch)


def _drafts(incidents: list[Incident]) -> Iterator[IncidentDraft]:
    prefetch_related_objects(incidents, *_PARTS)
    yield from map(_draft, incidents)


def _draft(incident: Incident) -> IncidentDraft:
    case = incident.investigation
    return IncidentDraft(
        incident=incident.public_id,
        language=incident.language,
        title=line(incident.title) or incident.public_id,
        status=incident.status,
        severity=incident.severity,
        environment=line(incident.environment),
        services=frozenset(service.slug for service in incident.services.all()),
        guides=frozenset(guide.slug for guide in incident.guides.all()),
        reporter=_name(incident.reporter),
        assignee=_name(incident.assignee),
        started_at=incident.started_at,
        recorded_at=incident.created_at,
        resolved_at=incident.resolved_at,
        closed_at=incident.closed_at,
        merged_into=incident.merged_into.public_id if incident.merged_into else "",
        resolution_kind=incident.resolution_kind,
        known_error=_key(incident.known_error),
        from_guide=case.guide.slug if case and case.guide else "",
        symptom=said(case.text) if case else "",
        typed=case.typed if case else {},
        status_changes=tuple(_change(change) for change in incident.status_changes.all()),
        attempts=tuple(_attempts(case.attempts.all())) if case else (),
        notes=tuple(_note(note) for note in incident.notes.all() if said(note.text)),
        action_items=tuple(_action_items(incident.action_items.all())),
        conclusion=_conclusion(case) if case else None,
        body=incident.report,
    )


def _change(change: StatusChange) -> StatusChangeDraft:
    return StatusChangeDraft(
        was=change.was,
        became=change.became,
        at=change.at,
        recorded_at=change.recorded_at,
        by=_name(change.by),
    )


def _attempts(attempts: Iterable[Attempt]) -> Iterator[AttemptDraft]:
    for attempt in attempts:
        yield AttemptDraft(
            what=line(attempt.what) or "?",
            outcome=attempt.outcome,
            at=attempt.at,
            note=said(attempt.note),
            resolution=_resolution_key(attempt.resolution),
            addresses=frozenset(cause.key for cause in attempt.addresses.all()),
            by=_name(attempt.by),
        )


def _note(note: Note) -> NoteDraft:
    return NoteDraft(
        text=said(note.text),
        occurred_at=note.occurred_at,
        recorded_at=note.recorded_at,
        author=_name(note.author),
    )


def _action_items(items: Iterable[ActionItem]) -> Iterator[ActionItemDraft]:
    for item in items:
        yield ActionItemDraft(
            what=line(item.what) or "?",
            recorded_at=item.created_at,
            detail=said(item.detail),
            horizon=item.horizon,
            owner=_name(item.owner),
            due=item.due,
            done_at=item.done_at,
            done_by=_name(item.done_by),
        )


def _conclusion(case: Investigation) -> ConclusionDraft | None:
    if case.concluded_at is None:
        return None
    return ConclusionDraft(
        at=case.concluded_at,
        cause=_key(case.concluded_cause),
        resolution=_resolution_key(case.concluded_resolution),
        confirmation=case.confirmation if case.concluded_cause else "",
        by=_name(case.concluded_by),
    )


def said(text: str) -> str:
    """The text as a file can hold it; nothing where it says nothing."""
    kept = _NO_CHARACTERS.sub("", strip_controls(text))
    return kept if kept.strip() else ""


def line(text: str) -> str:
    """The text on one line."""
    return " ".join(said(text).split("\n")).strip()


def _name(person: User | None) -> str:
    return person.username if person else ""


def _key(cause: Cause | None) -> str:
    return cause.key if cause else ""


def _resolution_key(resolution: Resolution | None) -> str:
    return f"{resolution.cause.key}/{resolution.slug}" if resolution else ""

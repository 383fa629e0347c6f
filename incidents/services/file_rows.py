"""A draft's rows: an incident, its investigation, and what belongs to both."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Manager, Model

from incidents.ingest import ConclusionDraft, IncidentDraft
from incidents.models import Incident
from incidents.services.file_references import Known
from kb.models import Cause, Investigation, Service
from kb.services.cases.restoring import Ending, Told, restore


def write_incident(incident: Incident, draft: IncidentDraft, known: Known) -> None:
    """Bring the incident's rows to what the draft says; `known` holds every row it names.

    What it was merged into may come in the same import: `merge_into` writes that once all exist.
    """
    _Writer(draft, known).write(incident)


def merge_into(incident: Incident, draft: IncidentDraft, known: Known) -> None:
    incident.merged_into = known.incidents.get(draft.merged_into)
    incident.save(update_fields=["merged_into"])


class _Writer:
    def __init__(self, draft: IncidentDraft, known: Known) -> None:
        self.draft, self.known = draft, known

    def write(self, incident: Incident) -> None:
        draft = self.draft
        for name, value in self._fields().items():
            setattr(incident, name, value)
        incident.investigation = self._case(incident.investigation)
        incident.save()
        incident.services.set([self._service(slug) for slug in sorted(draft.services)])
        incident.guides.set([self.known.guides[slug] for slug in draft.guides])
        _bring(incident.status_changes, [self._change(i) for i in range(len(draft.status_changes))])
        _bring(incident.notes, [self._note(i) for i in range(len(draft.notes))])
        _bring(incident.action_items, [self._item(i) for i in range(len(draft.action_items))])

    def _fields(self) -> dict[str, Any]:
        draft = self.draft
        return {
            "language": draft.language,
            "title": draft.title,
            "status": draft.status,
            "severity": draft.severity,
            "environment": draft.environment,
            "reporter": self._person(draft.reporter),
            "assignee": self._person(draft.assignee),
            "started_at": draft.started_at,
            "created_at": draft.recorded_at,
            "resolved_at": draft.resolved_at,
            "closed_at": draft.closed_at,
            "resolution_kind": draft.resolution_kind,
            "known_error": self._cause(draft.known_error),
            "merged_into": self.known.incidents.get(draft.merged_into),
            "report": draft.body,
        }

    def _case(self, found: Investigation | None) -> Investigation | None:
        draft = self.draft
        if not draft.has_investigation:
            return None
        case = restore(found, self._told())
        _bring(case.attempts, [self._attempt(index) for index in range(len(draft.attempts))])
        for row, attempt in zip(case.attempts.order_by("position"), draft.attempts, strict=True):
            row.addresses.set([self.known.causes[key] for key in attempt.addresses])
        return case

    def _told(self) -> Told:
        draft = self.draft
        return Told(
            text=draft.symptom,
            guide=self.known.guides.get(draft.from_guide),
            typed=draft.typed,
            started_at=draft.started_at,
            by=self._person(draft.reporter),
            services=sorted(draft.services),
            environment=draft.environment,
            ending=self._ending(draft.conclusion) if draft.conclusion else None,
        )

    def _ending(self, draft: ConclusionDraft) -> Ending:
        return Ending(
            at=draft.at,
            by=self._person(draft.by),
            cause=self._cause(draft.cause),
            resolution=self.known.resolutions.get(draft.resolution),
            confirmation=draft.confirmation,
        )

    def _change(self, index: int) -> dict[str, Any]:
        draft = self.draft.status_changes[index]
        return {
            "was": draft.was,
            "became": draft.became,
            "at": draft.at,
            "recorded_at": draft.recorded_at,
            "by": self._person(draft.by),
        }

    def _attempt(self, index: int) -> dict[str, Any]:
        draft = self.draft.attempts[index]
        return {
            "what": draft.what,
            "outcome": draft.outcome,
            "at": draft.at,
            "note": draft.note,
            "resolution": self.known.resolutions.get(draft.resolution),
            "by": self._person(draft.by),
            "position": index,
        }

    def _note(self, index: int) -> dict[str, Any]:
        draft = self.draft.notes[index]
        return {
            "text": draft.text,
            "occurred_at": draft.occurred_at,
            "recorded_at": draft.recorded_at,
            "author": self._person(draft.author),
        }

    def _item(self, index: int) -> dict[str, Any]:
        draft = self.draft.action_items[index]
        return {
            "what": draft.what,
            "created_at": draft.recorded_at,
            "detail": draft.detail,
            "horizon": draft.horizon,
            "owner": self._person(draft.owner),
            "due": draft.due,
            "done_at": draft.done_at,
            "done_by": self._person(draft.done_by),
            "position": index,
        }

    def _service(self, slug: str) -> Service:
        service = self.known.services.get(slug)
        return service or Service.objects.get_or_create(slug=slug, defaults={"name": slug})[0]

    def _person(self, name: str) -> User | None:
        return self.known.people[name] if name else None

    def _cause(self, key: str) -> Cause | None:
        return self.known.causes[key] if key else None


def _bring(manager: Manager[Any], wanted: Sequence[Mapping[str, Any]]) -> None:
    """Make the rows say what is wanted, in that order; rows that stay keep their key."""
    stored = list(manager.order_by("pk"))
    for row, values in zip(stored, wanted, strict=False):
        _change(row, values)
    for values in wanted[len(stored) :]:
        manager.create(**values)
    _delete(stored[len(wanted) :])


def _change(row: Model, values: Mapping[str, Any]) -> None:
    if any(getattr(row, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


def _delete(rows: Iterable[Model]) -> None:
    for row in rows:
        row.delete()

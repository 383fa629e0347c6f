"""Importing incidents from files: what it would change and all that is wrong, then all or nothing."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from incidents import ingest
from incidents.ingest import BadIncident, IncidentDraft
from incidents.models import Incident
from incidents.services.file_references import Reference, look_up, names_of, references
from incidents.services.file_rows import merge_into, write_incident
from incidents.services.files import drafts_of, line
from kb.ingest import Complaint, GuideDraft
from kb.ingest.complaints import gettext_noop
from kb.ingest.references import line_of
from kb.services.diagnosing.find import as_stored
from kb.services.guides.file_items import FileItem
from kb.services.guides.imports import FileComplaint, ImportRefused, in_file, secrets_in
from probes.engine.redact import redact
from probes.services import masked

_TWICE = gettext_noop("%(other)s holds this incident too")
_MASKED = gettext_noop("this line may hold a secret (%(sorts)s), which is stored masked")
_LANGUAGE = gettext_noop("%(given)s is not one of: %(choices)s")
_CIRCLE = gettext_noop("would merge the incident into itself")
_NO_KNOWN_ERROR = gettext_noop("a workaround leaves its cause open, and no known error is given")
_NEW_SERVICE = gettext_noop("the service %(name)s does not exist yet and will be created")
_NEW_PERSON = gettext_noop(
    "there is no person %(name)s here yet: an account that cannot sign in will be created"
)
_UNKNOWN = {
    "guide": gettext_noop("there is no guide %(name)s"),
    "cause": gettext_noop("there is no cause %(name)s"),
    "resolution": gettext_noop("there is no resolution %(name)s"),
    "incident": gettext_noop("there is no incident %(name)s"),
    "person": gettext_noop(
        "there is no person %(name)s here: make an account of that name, or leave the name out"
    ),
}


@dataclass(frozen=True, kw_only=True)
class IncidentItem(FileItem[IncidentDraft]):
    """One file's incident, and what importing it would change."""

    def _written(self, draft: IncidentDraft) -> str:
        return ingest.dump(draft)


@dataclass(frozen=True, kw_only=True)
class IncidentPlan:
    """`complaints` refuse the whole import; `warnings` are for a person to read.

    `new_people` are the usernames that it would make accounts for.
    """

    items: tuple[IncidentItem, ...]
    complaints: tuple[FileComplaint, ...]
    warnings: tuple[FileComplaint, ...]
    new_people: frozenset[str] = frozenset()

    @property
    def changes(self) -> tuple[IncidentItem, ...]:
        return tuple(item for item in self.items if item.state != "unchanged")


def plan_incident_import(
    files: Sequence[tuple[str, str | bytes]],
    *,
    guides: Sequence[GuideDraft] = (),
    create_people: bool = False,
) -> IncidentPlan:
    """What importing these files would do. Nothing is stored.

    `guides` come in the same import, so what they define may be named. A person that the base
    does not know refuses the import, unless `create_people` says to make an account.
    """
    planner = _Planner(guides=guides, create_people=create_people)
    for name, content in files:
        planner.read(name, content)
    return planner.plan()


@transaction.atomic
def apply_incident_import(plan: IncidentPlan) -> list[Incident]:
    """Store what the plan changes. Raises ImportRefused where it has complaints.

    Incidents are found by their id and brought to what the files say; secrets were masked.
    """
    if plan.complaints:
        raise ImportRefused(plan.complaints)
    for name in sorted(plan.new_people):
        _make_person(name)
    drafts = [item.draft for item in plan.changes]
    known = look_up(drafts)
    _refuse_what_is_gone(plan)
    stored = [_row(draft) for draft in drafts]
    for incident, draft in zip(stored, drafts, strict=True):
        write_incident(incident, draft, known)
    # Only now does every incident of the import exist.
    known = look_up(drafts)
    for incident, draft in zip(stored, drafts, strict=True):
        merge_into(incident, draft, known)
    return stored


def _row(draft: IncidentDraft) -> Incident:
    found = Incident.objects.select_for_update().filter(public_id=draft.incident).first()
    return found or Incident(public_id=draft.incident)


def _make_person(name: str) -> None:
    """An account that only bears the name: nobody can sign in with it."""
    if not User.objects.filter(username=name).exists():
        User.objects.create_user(name, is_active=False)


def _refuse_what_is_gone(plan: IncidentPlan) -> None:
    """What the plan looked at may have changed since: a cause is gone, a guide renamed."""
    again = _Planner(guides=(), create_people=False)
    again.drafts = {item.draft.incident: (item.file, item.draft) for item in plan.changes}
    if complaints := again.plan().complaints:
        raise ImportRefused(complaints)


class _Planner:
    """Files read so far. A file with complaints is still looked at as far as it was understood."""

    def __init__(self, *, guides: Sequence[GuideDraft], create_people: bool) -> None:
        self.coming, self.create_people = names_of(guides), create_people
        self.complaints: list[FileComplaint] = []
        self.warnings: list[FileComplaint] = []
        self.new_people: set[str] = set()
        self.drafts: dict[str, tuple[str, IncidentDraft]] = {}

    def read(self, name: str, content: str | bytes) -> None:
        try:
            text = ingest.decode(content) if isinstance(content, bytes) else content
            draft: IncidentDraft | None = ingest.parse(text)
        except BadIncident as refused:
            self.complaints += [in_file(name, one) for one in refused.complaints]
            draft = refused.draft
        if draft is None:
            return
        self.warnings += secrets_in(name, text, said=_MASKED)
        other, _draft = self.drafts.setdefault(draft.incident, (name, without_secrets(draft)))
        if other != name:
            self._complain(name, draft, "incident", _TWICE, other=other)

    def plan(self) -> IncidentPlan:
        self._look_at_references()
        for name, draft in self.drafts.values():
            self._look_at(name, draft)
        return IncidentPlan(
            items=tuple(self._items()) if not self.complaints else (),
            complaints=tuple(sorted(self.complaints, key=lambda c: (c.file, c.line, c.field))),
            warnings=tuple(sorted(self.warnings, key=lambda c: (c.file, c.line))),
            new_people=frozenset(self.new_people),
        )

    def _look_at(self, name: str, draft: IncidentDraft) -> None:
        languages = [code for code, _label in settings.LANGUAGES]
        if draft.language and draft.language not in languages:
            values = {"given": draft.language, "choices": ", ".join(languages)}
            self._complain(name, draft, "language", _LANGUAGE, **values)
        if draft.merged_into and self._goes_in_a_circle(draft):
            self._complain(name, draft, "merged_into", _CIRCLE)
        if draft.resolution_kind == Incident.ResolutionKind.WORKAROUND and not draft.known_error:
            self._warn(name, draft, "resolution_kind", _NO_KNOWN_ERROR)

    def _goes_in_a_circle(self, draft: IncidentDraft) -> bool:
        seen, at = {draft.incident}, draft.merged_into
        while at and at not in seen:
            seen.add(at)
            at = self._merged_into(at)
        return at == draft.incident

    def _merged_into(self, incident: str) -> str:
        """As it will be: by a file of this import, else as it is stored."""
        if incident in self.drafts:
            return self.drafts[incident][1].merged_into
        stored = Incident.objects.select_related("merged_into").filter(public_id=incident).first()
        return stored.merged_into.public_id if stored and stored.merged_into else ""

    def _look_at_references(self) -> None:
        known = look_up(draft for _name, draft in self.drafts.values())
        coming = self.coming | {("incident", incident) for incident in self.drafts}
        for name, draft in self.drafts.values():
            for one in references(draft):
                if (one.kind, one.name) not in coming and one.name not in known.of(one.kind):
                    self._miss(name, draft, one)

    def _miss(self, name: str, draft: IncidentDraft, one: Reference) -> None:
        if one.kind == "service":
            self._warn(name, draft, one.path, _NEW_SERVICE, name=one.name)
        elif one.kind == "person" and self.create_people:
            self.new_people.add(one.name)
            self._warn(name, draft, one.path, _NEW_PERSON, name=one.name)
        else:
            self._complain(name, draft, one.path, _UNKNOWN[one.kind], name=one.name)

    def _items(self) -> Iterator[IncidentItem]:
        stored = Incident.objects.filter(public_id__in=self.drafts)
        before = {draft.incident: draft for draft in drafts_of(stored)}
        for name, draft in self.drafts.values():
            yield IncidentItem(file=name, before=before.get(draft.incident), draft=draft)

    def _complain(
        self, name: str, draft: IncidentDraft, path: str, template: str, /, **values: object
    ) -> None:
        self.complaints.append(_about(name, draft, path, template, values))

    def _warn(
        self, name: str, draft: IncidentDraft, path: str, template: str, /, **values: object
    ) -> None:
        self.warnings.append(_about(name, draft, path, template, values))


def _about(
    name: str, draft: IncidentDraft, path: str, template: str, values: dict[str, object]
) -> FileComplaint:
    line = line_of(draft.places, path)
    return in_file(name, Complaint(line=line, field=path, template=template, values=values))


def without_secrets(draft: IncidentDraft) -> IncidentDraft:
    """The draft as it is stored: masked, and its append-only parts in the order of time."""
    symptom, _counts = as_stored(draft.symptom)
    return dataclasses.replace(
        draft,
        title=line(masked(draft.title)),
        environment=line(draft.environment),
        symptom=symptom,
        typed=masked(draft.typed),
        # The report keeps its bytes, its line ends too, where it holds no secret.
        body=redact(draft.body).text,
        attempts=tuple(
            dataclasses.replace(one, what=line(masked(one.what)), note=masked(one.note))
            for one in draft.attempts
        ),
        notes=tuple(
            dataclasses.replace(one, text=masked(one.text))
            for one in sorted(draft.notes, key=lambda note: note.occurred_at)
        ),
        action_items=tuple(
            dataclasses.replace(one, what=line(masked(one.what)), detail=masked(one.detail))
            for one in draft.action_items
        ),
        status_changes=tuple(sorted(draft.status_changes, key=lambda change: change.at)),
    )

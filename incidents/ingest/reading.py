"""A file's text to an incident's draft: strict, and everything wrong with it at once."""

import datetime
from collections.abc import Iterable

from incidents.ingest import drafts
from incidents.ingest.drafts import (
    ActionItemDraft,
    AttemptDraft,
    ConclusionDraft,
    IncidentDraft,
    NoteDraft,
    StatusChangeDraft,
)
from incidents.ingest.rows import IncidentRow
from kb.ingest.complaints import BadGuide, Complaint, Report, gettext_noop
from kb.ingest.fields import Field
from kb.ingest.reading import decode as decode_text
from kb.ingest.reading import split
from kb.ingest.strict_yaml import compose

# A pasted log has up to 200,000 characters, a report as many; notes and attempts come on top.
MAX_BYTES = 4_000_000

_KEYS = (
    "incident",
    "language",
    "title",
    "status",
    "severity",
    "environment",
    "services",
    "guides",
    "reporter",
    "assignee",
    "started_at",
    "recorded_at",
    "resolved_at",
    "closed_at",
    "merged_into",
    "resolution_kind",
    "known_error",
    "from_guide",
    "symptom",
    "typed",
    "status_changes",
    "attempts",
    "notes",
    "action_items",
    "conclusion",
)
# Stands in for a moment that could not be read, so that the rest is read all the same.
_NO_MOMENT = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_MOST_LINE, _MOST_TEXT, _MOST_SYMPTOM = 300, 200_000, 400_000

_NOT_CLOSED = gettext_noop("must be given: the incident is closed")
_NOT_MERGED = gettext_noop("only a closed incident was merged into another")
_NO_CAUSE = gettext_noop("says what confirmed the cause, and no cause is given")


class BadIncident(Exception):
    """Everything wrong with one file, in the order of its lines.

    `draft` holds what could be understood, so that later rules can add their complaints.
    """

    def __init__(
        self, complaints: Iterable[Complaint], *, draft: IncidentDraft | None = None
    ) -> None:
        self.complaints = tuple(sorted(complaints, key=lambda c: (c.line, c.field)))
        self.draft = draft
        super().__init__("\n".join(str(complaint) for complaint in self.complaints))


def decode(data: bytes) -> str:
    """An uploaded file's text. Raises BadIncident where it is too large or not UTF-8."""
    try:
        return decode_text(data, most=MAX_BYTES)
    except BadGuide as refused:
        raise BadIncident(refused.complaints) from refused


def parse(text: str) -> IncidentDraft:
    """The incident's draft. Raises BadIncident with every complaint."""
    front, body, first_line = _split(text)
    report = Report()
    root = compose(front, report, first_line=first_line)
    if root is None:
        raise BadIncident(report.complaints)
    draft = _incident(Field(root, "", report, first_line, first_line), body)
    if report.complaints:
        raise BadIncident(report.complaints, draft=draft)
    return draft


def _split(text: str) -> tuple[str, str, int]:
    try:
        return split(text, most=MAX_BYTES, most_front=MAX_BYTES)
    except BadGuide as refused:
        raise BadIncident(refused.complaints) from refused


def _incident(top: Field, body: str) -> IncidentDraft:
    row = IncidentRow(top, _KEYS, required=("incident", "title", "started_at"))
    start = row.moment_or("started_at", _NO_MOMENT)
    draft = IncidentDraft(
        incident=row.incident("incident"),
        language=row.text("language", 8),
        title=row.text("title", 200),
        status=row.choice("status", drafts.STATUSES, "open"),
        severity=row.choice("severity", drafts.SEVERITIES, "minor"),
        environment=row.text("environment", 60),
        services=row.slugs("services"),
        guides=row.slugs("guides"),
        reporter=row.person("reporter"),
        assignee=row.person("assignee"),
        started_at=start,
        recorded_at=row.moment_or("recorded_at", start),
        resolved_at=row.moment("resolved_at"),
        closed_at=row.moment("closed_at"),
        merged_into=row.incident("merged_into"),
        resolution_kind=row.choice("resolution_kind", drafts.RESOLUTION_KINDS, ""),
        known_error=row.cause("known_error"),
        from_guide=row.slug("from_guide"),
        symptom=row.text("symptom", _MOST_SYMPTOM, lines=True),
        typed={name: field.plain() for name, field in row.names("typed")},
        status_changes=tuple(_change(field, start) for field in row.items("status_changes")),
        attempts=tuple(_attempt(field, start) for field in row.items("attempts")),
        notes=tuple(_note(field, start) for field in row.items("notes")),
        action_items=tuple(_action_item(field, start) for field in row.items("action_items")),
        conclusion=_conclusion(row.fields["conclusion"], start)
        if "conclusion" in row.fields
        else None,
        body=body,
        places=top.report.places,
    )
    _look_at_the_end(draft, row)
    return draft


def _look_at_the_end(draft: IncidentDraft, row: IncidentRow) -> None:
    if draft.status == "closed" and "closed_at" not in row.fields:
        line = row.fields["status"].line if "status" in row.fields else row.field.line
        row.field.report.complain(line, "closed_at", _NOT_CLOSED)
    if draft.status != "closed" and "merged_into" in row.fields:
        row.fields["merged_into"].complain(_NOT_MERGED)


def _change(field: Field, start: datetime.datetime) -> StatusChangeDraft:
    keys = ("was", "became", "at", "recorded_at", "by")
    row = IncidentRow(field, keys, required=("was", "became"))
    at = row.moment_or("at", start)
    return StatusChangeDraft(
        was=row.choice("was", drafts.STATUSES, "open"),
        became=row.choice("became", drafts.STATUSES, "open"),
        at=at,
        recorded_at=row.moment_or("recorded_at", at),
        by=row.person("by"),
    )


def _attempt(field: Field, start: datetime.datetime) -> AttemptDraft:
    keys = ("what", "outcome", "at", "note", "resolution", "addresses", "by")
    row = IncidentRow(field, keys, required=("what", "outcome"))
    return AttemptDraft(
        what=row.text("what", _MOST_LINE),
        outcome=row.choice("outcome", drafts.OUTCOMES, "unknown"),
        at=row.moment_or("at", start),
        note=row.text("note", _MOST_TEXT, lines=True),
        resolution=row.resolution("resolution"),
        addresses=row.causes("addresses"),
        by=row.person("by"),
    )


def _note(field: Field, start: datetime.datetime) -> NoteDraft:
    row = IncidentRow(field, ("text", "occurred_at", "recorded_at", "author"), required=("text",))
    occurred_at = row.moment_or("occurred_at", start)
    return NoteDraft(
        text=row.text("text", _MOST_TEXT, lines=True),
        occurred_at=occurred_at,
        recorded_at=row.moment_or("recorded_at", occurred_at),
        author=row.person("author"),
    )


def _action_item(field: Field, start: datetime.datetime) -> ActionItemDraft:
    keys = ("what", "recorded_at", "detail", "horizon", "owner", "due", "done_at", "done_by")
    row = IncidentRow(field, keys, required=("what",))
    return ActionItemDraft(
        what=row.text("what", _MOST_LINE),
        recorded_at=row.moment_or("recorded_at", start),
        detail=row.text("detail", _MOST_TEXT, lines=True),
        horizon=row.choice("horizon", drafts.HORIZONS, ""),
        owner=row.person("owner"),
        due=row.fields["due"].date() if "due" in row.fields else None,
        done_at=row.moment("done_at"),
        done_by=row.person("done_by"),
    )


def _conclusion(field: Field, start: datetime.datetime) -> ConclusionDraft:
    row = IncidentRow(field, ("at", "cause", "resolution", "confirmation", "by"))
    conclusion = ConclusionDraft(
        at=row.moment_or("at", start),
        cause=row.cause("cause"),
        resolution=row.resolution("resolution"),
        confirmation=row.choice("confirmation", drafts.CONFIRMATIONS, ""),
        by=row.person("by"),
    )
    if conclusion.confirmation and "cause" not in row.fields:
        row.fields["confirmation"].complain(_NO_CAUSE)
    return conclusion

"""An incident as a file says it, before anything is stored."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.ingest.drafts import Plain

STATUSES = ("open", "investigating", "identified", "mitigated", "resolved", "closed")
SEVERITIES = ("critical", "major", "minor")
RESOLUTION_KINDS = ("fix", "workaround")
OUTCOMES = ("worked", "partly", "failed", "unknown")
HORIZONS = ("short", "mid", "long", "process")
CONFIRMATIONS = ("presumed", "runs", "person")


@dataclass(frozen=True, kw_only=True)
class StatusChangeDraft:
    """People are usernames, here and below; empty where nobody is known."""

    was: str
    became: str
    at: datetime.datetime
    recorded_at: datetime.datetime
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class AttemptDraft:
    """`resolution` is `guide/cause/resolution`, `addresses` holds `guide/cause`."""

    what: str
    outcome: str
    at: datetime.datetime
    note: str = ""
    resolution: str = ""
    addresses: frozenset[str] = frozenset()
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class NoteDraft:
    text: str
    occurred_at: datetime.datetime
    recorded_at: datetime.datetime
    author: str = ""


@dataclass(frozen=True, kw_only=True)
class ActionItemDraft:
    """`detail` is Markdown."""

    what: str
    recorded_at: datetime.datetime
    detail: str = ""
    horizon: str = ""
    owner: str = ""
    due: datetime.date | None = None
    done_at: datetime.datetime | None = None
    done_by: str = ""


@dataclass(frozen=True, kw_only=True)
class ConclusionDraft:
    """How the investigation ended: `cause` is `guide/cause`; empty where it was put in words."""

    at: datetime.datetime
    cause: str = ""
    resolution: str = ""
    confirmation: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class IncidentDraft:
    """A whole incident. `places` gives the line of every field, where the draft came from a file.

    `incident` is its public id, `symptom` the error as it was pasted, `from_guide` the guide that
    it was looked into from where nothing was pasted, `body` the report. Moments are in UTC.
    """

    incident: str
    title: str
    started_at: datetime.datetime
    recorded_at: datetime.datetime
    language: str = ""
    status: str = "open"
    severity: str = "minor"
    environment: str = ""
    services: frozenset[str] = frozenset()
    guides: frozenset[str] = frozenset()
    reporter: str = ""
    assignee: str = ""
    resolved_at: datetime.datetime | None = None
    closed_at: datetime.datetime | None = None
    merged_into: str = ""
    resolution_kind: str = ""
    known_error: str = ""
    from_guide: str = ""
    symptom: str = ""
    typed: Mapping[str, Plain] = field(default_factory=dict)
    status_changes: tuple[StatusChangeDraft, ...] = ()
    attempts: tuple[AttemptDraft, ...] = ()
    notes: tuple[NoteDraft, ...] = ()
    action_items: tuple[ActionItemDraft, ...] = ()
    conclusion: ConclusionDraft | None = None
    body: str = ""
    places: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def has_investigation(self) -> bool:
        """Something is known of how it was looked into."""
        known = self.symptom or self.from_guide or self.typed or self.attempts
        return bool(known) or self.conclusion is not None

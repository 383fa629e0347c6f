"""Incidents as files: in, drafts with line numbers out. Pure: knows no Django and no database."""

from incidents.ingest.drafts import (
    ActionItemDraft,
    AttemptDraft,
    ConclusionDraft,
    IncidentDraft,
    NoteDraft,
    StatusChangeDraft,
)
from incidents.ingest.reading import BadIncident, decode, parse
from incidents.ingest.writing import dump

__all__ = [
    "ActionItemDraft",
    "AttemptDraft",
    "BadIncident",
    "ConclusionDraft",
    "IncidentDraft",
    "NoteDraft",
    "StatusChangeDraft",
    "decode",
    "dump",
    "parse",
]

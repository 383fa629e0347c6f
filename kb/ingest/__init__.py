"""Files in, drafts with line numbers out. Pure: knows no Django and no database."""

from kb.ingest.complaints import BadGuide, Complaint
from kb.ingest.drafts import (
    CauseDraft,
    CheckDraft,
    EvidenceDraft,
    GuideDraft,
    ParameterDraft,
    ResolutionDraft,
    SymptomDraft,
    TranslationDraft,
)
from kb.ingest.reading import decode, parse
from kb.ingest.writing import dump

__all__ = [
    "BadGuide",
    "CauseDraft",
    "CheckDraft",
    "Complaint",
    "EvidenceDraft",
    "GuideDraft",
    "ParameterDraft",
    "ResolutionDraft",
    "SymptomDraft",
    "TranslationDraft",
    "decode",
    "dump",
    "parse",
]

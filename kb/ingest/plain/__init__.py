"""A plain Markdown document in, proposals with line numbers out."""

from kb.ingest.plain.proposals import (
    GUIDE,
    KINDS,
    REPORT,
    SORTS,
    Action,
    Attempt,
    Becomes,
    Cause,
    Check,
    Fact,
    Lesson,
    Proposal,
    Reason,
    Reference,
    Resolution,
    Result,
    Secret,
    Symptom,
)
from kb.ingest.plain.reading import Document, read
from kb.ingest.plain.secrets import with_replaced

__all__ = [
    "GUIDE",
    "KINDS",
    "REPORT",
    "SORTS",
    "Action",
    "Attempt",
    "Becomes",
    "Cause",
    "Check",
    "Document",
    "Fact",
    "Lesson",
    "Proposal",
    "Reason",
    "Reference",
    "Resolution",
    "Result",
    "Secret",
    "Symptom",
    "read",
    "with_replaced",
]

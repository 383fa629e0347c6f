"""What the knowledge base stores, by subject."""

from kb.models.guides import Guide, GuideRevision, GuideTranslation, Service
from kb.models.investigations import Attempt, CaseFact, Investigation, RefusedAlias, SearchGap
from kb.models.knowledge import Cause, Check, Evidence, Resolution, Suggests, Symptom
from kb.models.postings import Posting

__all__ = [
    "Attempt",
    "CaseFact",
    "Cause",
    "Check",
    "Evidence",
    "Guide",
    "GuideRevision",
    "GuideTranslation",
    "Investigation",
    "Posting",
    "RefusedAlias",
    "Resolution",
    "SearchGap",
    "Service",
    "Suggests",
    "Symptom",
]

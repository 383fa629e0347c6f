"""What the knowledge base stores, by subject."""

from kb.models.articles import ChecklistTick, GuideImage
from kb.models.guides import Guide, GuideReview, GuideRevision, GuideTranslation, Service
from kb.models.health import GuideHealth
from kb.models.investigations import Attempt, CaseFact, Investigation, RefusedAlias, SearchGap
from kb.models.knowledge import Cause, Check, Evidence, Resolution, Suggests, Symptom
from kb.models.postings import IndexedGuide, IndexState, IndexTerm, PostingBlock, Sign

__all__ = [
    "Attempt",
    "CaseFact",
    "Cause",
    "Check",
    "ChecklistTick",
    "Evidence",
    "Guide",
    "GuideHealth",
    "GuideImage",
    "GuideReview",
    "GuideRevision",
    "GuideTranslation",
    "IndexState",
    "IndexTerm",
    "IndexedGuide",
    "Investigation",
    "PostingBlock",
    "RefusedAlias",
    "Resolution",
    "SearchGap",
    "Service",
    "Sign",
    "Suggests",
    "Symptom",
]

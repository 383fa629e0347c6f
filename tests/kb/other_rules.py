"""Cases of the small guide that were solved, and drafts of it with other rules."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User

from kb import services
from kb.ingest import EvidenceDraft, GuideDraft
from kb.models import Guide, Investigation
from kb.services.guides.files import draft_of
from tests.kb.unreachable import TEXT, see


def solved(guide: Guide, cause: str, resolution: str, **reasons: str) -> Investigation:
    case = services.find_fixes(TEXT)
    see(case, guide, **reasons)
    fix = guide.causes.get(slug=cause).resolutions.get(slug=resolution)
    # A person's word: what nobody stands behind confirms no cause.
    by = User.objects.get_or_create(username="solver")[0]
    services.conclude(case, fix, worked=True, by=by)
    return Investigation.objects.get(pk=case.pk)


def with_cause(draft: GuideDraft, slug: str, **changes: Any) -> GuideDraft:
    causes = [replace(one, **changes) if one.slug == slug else one for one in draft.causes]
    return replace(draft, causes=tuple(causes))


def flipped(guide: Guide) -> GuideDraft:
    """That somebody else holds the port now rules out what it spoke for."""
    evidence = (
        EvidenceDraft(when={"listener": {"reason": ["held_by_other"]}}, says="rules-out"),
        EvidenceDraft(when={"listener": {"reason": ["not_listening"]}}, says="rules-out"),
    )
    return with_cause(draft_of(guide), "port-held", evidence=evidence)

"""Which guides a person may read."""

from kb.models import Guide
from kb.models.guides import GuideQuerySet
from probes.requests import PageRequest


def readable_by(request: PageRequest) -> GuideQuerySet:
    """Authors see drafts too; everyone else what is published."""
    if request.user.has_perm("kb.change_guide"):
        return Guide.objects.exclude(state=Guide.State.ARCHIVED)
    return Guide.objects.published()

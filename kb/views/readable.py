"""Which guides a person may open."""

from django.db.models import QuerySet

from kb.models import Guide
from probes.requests import PageRequest


def readable_by(request: PageRequest) -> QuerySet[Guide]:
    """Authors see drafts too; everyone else what is published."""
    if request.user.has_perm("kb.change_guide"):
        return Guide.objects.exclude(state=Guide.State.ARCHIVED)
    return Guide.objects.published()

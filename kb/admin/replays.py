"""Before rules are saved or imported: what past cases would conclude by them, in a tab of its own."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kb.ingest import GuideDraft
from kb.models import Guide
from kb.services.guides.guides import ImportPlan
from kb.services.upkeep.replay import Replay, replay


def replays_of(plan: ImportPlan) -> list[Replay]:
    """Of every guide that is stored and would change; translations have no rules."""
    drafts = {i.slug: i.draft for i in plan.changes if isinstance(i.draft, GuideDraft)}
    guides = Guide.objects.filter(slug__in=drafts).order_by("slug")
    return [replay(drafts[guide.slug], guide) for guide in guides]


def replay_page(
    request: HttpRequest, replays: Sequence[Replay], *, is_publishing: bool = False
) -> HttpResponse:
    context = {"replays": replays, "is_publishing": is_publishing}
    return render(request, "kb/replay_preview.html", context)

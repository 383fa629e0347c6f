"""What past cases would conclude by other rules: a file or an older revision beside the guide."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from kb.forms import ReplayForm
from kb.models import Guide
from kb.services.guides.complaints import sentence
from kb.services.guides.guides import ImportRefused
from kb.services.upkeep.replay import read_draft, replay, replay_publishing
from probes.requests import PageRequest


@login_required
@permission_required("kb.change_guide", raise_exception=True)
@require_http_methods(["GET", "POST"])
def of_guide(request: PageRequest, slug: str) -> HttpResponse:
    guide = get_object_or_404(Guide.objects.prefetch_related("translations"), slug=slug)
    if request.method == "GET":
        return _page(request, guide, ReplayForm(guide=guide))
    if "publish" in request.POST and guide.state != Guide.State.PUBLISHED:
        found = replay_publishing(guide)
        return _page(request, guide, ReplayForm(guide=guide), replay=found, is_publishing=True)
    form = ReplayForm(request.POST, request.FILES, guide=guide)
    if not form.is_valid():
        return _page(request, guide, form, status=422)
    name, content = form.file
    try:
        draft = read_draft(guide, name, content)
    except ImportRefused as refused:
        complaints = [
            {"file": one.file, "line": one.line, "said": sentence(one)}
            for one in refused.complaints
        ]
        return _page(request, guide, form, status=422, complaints=complaints)
    return _page(request, guide, form, replay=replay(draft, guide))


def _page(
    request: PageRequest, guide: Guide, form: ReplayForm, *, status: int = 200, **found: object
) -> HttpResponse:
    context = {"guide": guide, "form": form, **found}
    return render(request, "kb/replay.html", context, status=status)

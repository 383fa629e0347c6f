"""Words that people used in solved cases: one press makes them a symptom, or remembers a no."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from kb.ingest import BadGuide
from kb.models import Cause, Guide
from kb.services.authoring.aliases import accept_alias, proposed_aliases, refuse_alias
from kb.services.guides.complaints import sentences
from probes.requests import PageRequest


@login_required
@permission_required("kb.change_guide", raise_exception=True)
@require_GET
def of_all(request: PageRequest) -> HttpResponse:
    return _page(request, None)


@login_required
@permission_required("kb.change_guide", raise_exception=True)
@require_http_methods(["GET", "POST"])
def of_guide(request: PageRequest, slug: str) -> HttpResponse:
    guide = get_object_or_404(Guide.objects.prefetch_related("translations"), slug=slug)
    if request.method == "GET":
        return _page(request, guide)
    try:
        _decide(request, guide)
    except BadGuide as refused:
        for problem in sentences(refused.complaints):
            messages.error(request, problem)
    except ValueError:
        messages.error(request, _("These words cannot be a symptom."))
    return redirect("words") if request.POST.get("back") == "all" else redirect("guide_words", slug)


def _page(request: PageRequest, guide: Guide | None) -> HttpResponse:
    found = proposed_aliases(guide)
    context = {"guide": guide, "proposals": found.proposals, "looked_at": found.looked_at}
    return render(request, "kb/words.html", context)


def _decide(request: PageRequest, guide: Guide) -> None:
    words = request.POST.get("words", "")
    if request.POST.get("decision") == "refuse":
        refuse_alias(guide, words, by=request.user)
        messages.info(request, _("“%(words)s” will not be proposed again.") % {"words": words})
        return
    accept_alias(_cause(request, guide), words, by=request.user)
    said = _("“%(words)s” is a symptom of the guide from now on.") % {"words": words}
    messages.success(request, said)


def _cause(request: PageRequest, guide: Guide) -> Cause:
    number = request.POST.get("cause", "")
    if not number.isdecimal():
        raise Http404
    return get_object_or_404(guide.causes.all(), pk=number)

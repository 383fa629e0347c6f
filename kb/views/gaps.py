"""What people looked up and got no help with: what to write next."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kb.models import Guide
from kb.services.authoring.gap_drafts import draft_for
from kb.services.cases.demand import demand_of, open_demand, with_figures
from kb.services.cases.gaps import answered_gaps, look_up_again, open_gaps, with_people
from probes.requests import PageRequest

GAPS_PER_PAGE = 30


@login_required
@permission_required("kb.view_searchgap", raise_exception=True)
def gap_list(request: PageRequest) -> HttpResponse:
    if request.GET.get("state") == "answered":
        page = Paginator(answered_gaps(), GAPS_PER_PAGE).get_page(request.GET.get("page"))
        context = {"page": page, "rows": with_people(page.object_list)}
        return render(request, "kb/gaps_answered.html", context)
    demands = Paginator(open_demand(), GAPS_PER_PAGE).get_page(request.GET.get("page"))
    shown = with_figures(list(demands.object_list))
    return render(request, "kb/gaps.html", {"page": demands, "demands": shown})


@login_required
@permission_required("kb.add_guide", raise_exception=True)
@require_POST
def draft(request: PageRequest, fingerprint: str) -> HttpResponse:
    """Begin a guide from the gap, or open the one that was begun."""
    guide = draft_for(fingerprint, by=request.user)
    if guide is None:
        raise Http404
    said = _("A draft is there: name its causes, what to check and what to do, then publish it.")
    messages.success(request, said)
    return redirect(_place_of(guide, request))


def _place_of(guide: Guide, request: PageRequest) -> str:
    """The form, for who may open it; a draft's own page is for whoever may change guides."""
    if request.user.is_staff and request.user.has_perm("kb.change_guide"):
        return reverse("admin:kb_guide_change", args=[guide.pk])
    may_read = request.user.has_perm("kb.change_guide")
    return guide.get_absolute_url() if may_read else reverse("gaps")


@login_required
@permission_required("kb.change_guide", raise_exception=True)
@require_POST
def look_up(request: PageRequest, number: int) -> HttpResponse:
    """Ask again, after a guide was written: what is answered leaves the queue."""
    gap = get_object_or_404(open_gaps(), pk=number)
    demand = demand_of(gap.fingerprint)
    asked = [one.gap for one in demand.wordings if one.gap] if demand else [gap]
    found = [guide for one in asked if (guide := look_up_again(one)) is not None]
    if not found:
        messages.info(request, _("Still nothing known about this."))
    for guide in dict.fromkeys(found):
        answered = _("Answered now by “%(title)s”.") % {"title": guide.localized("title")}
        messages.success(request, answered)
    return redirect("gaps")

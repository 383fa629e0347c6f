"""A probe with the guides that use it."""

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from kb.models import Check
from probes.forms import run_form
from probes.models import Probe, Run
from probes.requests import PageRequest
from probes.services import standings

RUNS_PER_PAGE = 30


@login_required
@permission_required("probes.view_probe", raise_exception=True)
def probe_detail(request: PageRequest, slug: str) -> HttpResponse:
    probe = get_object_or_404(Probe.objects.select_related("approved_by", "author"), slug=slug)
    checks = Check.objects.filter(probe=probe).select_related("guide")
    context: dict[str, object] = {"probe": probe, "form": run_form(probe)}
    if request.user.has_perm("probes.view_schedule"):
        rows = probe.schedules.select_related("probe", "location", "last_batch", "last_run")
        context["schedules"] = standings(list(rows))
    context["checks"] = checks.prefetch_related("guide__translations")
    if request.user.has_perm("probes.view_run"):
        runs = Run.objects.filter(item__probe=probe).select_related("item__batch")
        runs = runs.order_by("-item_id")
        context["page"] = Paginator(runs, RUNS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "kb/probe.html", context)

"""The list of probes, and what one run saw."""

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.db.models import F, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from probes.models import BatchItem, Probe, Run
from probes.requests import PageRequest

PROBES_PER_PAGE = 50


@login_required
@permission_required("probes.view_probe", raise_exception=True)
def probe_list(request: PageRequest) -> HttpResponse:
    # By the items, whose index holds a probe's newest at its end.
    ran = BatchItem.objects.filter(probe=OuterRef("pk"), run__isnull=False).order_by("-id")
    probes = Probe.objects.annotate(
        last_status=Subquery(ran.values("run__status")[:1]),
        last_reason=Subquery(ran.values("run__reason_code")[:1]),
        last_run=Subquery(ran.values("run__public_id")[:1]),
        last_at=Subquery(ran.values("run__started_at")[:1]),
    )
    probes = probes.order_by(F("last_at").desc(nulls_last=True), "slug")
    page = Paginator(probes, PROBES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "probes/list.html", {"page": page})


@login_required
@permission_required("probes.view_run", raise_exception=True)
def run_detail(request: PageRequest, public_id: str) -> HttpResponse:
    runs = Run.objects.select_related("item__batch__location", "item__batch__requested_by")
    runs = runs.select_related("item__probe", "item__schedule")
    run = get_object_or_404(runs, public_id=public_id)
    return render(request, "probes/run.html", {"run": run})

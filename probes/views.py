"""Pages of probes and their runs."""

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.db.models import F, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import condition, require_safe

from probes import kind_pages
from probes.engine import registry
from probes.models import Probe, Run
from probes.requests import PageRequest
from probes.services.agent_file import agent_file

PROBES_PER_PAGE = 50


@login_required
@permission_required("probes.view_probe", raise_exception=True)
def probe_list(request: PageRequest) -> HttpResponse:
    newest = Run.objects.filter(item__probe=OuterRef("pk")).order_by("-id")
    probes = Probe.objects.annotate(
        last_status=Subquery(newest.values("status")[:1]),
        last_reason=Subquery(newest.values("reason_code")[:1]),
        last_run=Subquery(newest.values("public_id")[:1]),
        last_at=Subquery(newest.values("started_at")[:1]),
    )
    probes = probes.order_by(F("last_at").desc(nulls_last=True), "slug")
    page = Paginator(probes, PROBES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "probes/list.html", {"page": page})


@login_required
@permission_required("probes.view_run", raise_exception=True)
def run_detail(request: PageRequest, public_id: str) -> HttpResponse:
    runs = Run.objects.select_related("item__batch__location", "item__batch__requested_by")
    run = get_object_or_404(runs.select_related("item__probe"), public_id=public_id)
    return render(request, "probes/run.html", {"run": run})


@login_required
@permission_required("probes.view_probe", raise_exception=True)
def kind_list(request: PageRequest) -> HttpResponse:
    kinds = [
        {"name": kind.name, "title": kind_pages.title(kind), "help": kind_pages.help_text(kind)}
        for kind in registry.KINDS.values()
    ]
    return render(request, "probes/kinds.html", {"kinds": kinds})


@login_required
@permission_required("probes.view_probe", raise_exception=True)
def kind_detail(request: PageRequest, name: str) -> HttpResponse:
    kind = registry.KINDS.get(name)
    if kind is None:
        raise Http404
    reasons = list(kind_pages.reasons_of(kind))
    context = {
        "kind": kind_pages.described(kind),
        "types": {param.name: kind_pages.param_words(param) for param in kind.params},
        "own_reasons": [reason for reason in reasons if not reason.is_shared],
        "shared_reasons": [reason for reason in reasons if reason.is_shared],
        "example": kind_pages.example_yaml(kind),
        "probes": Probe.objects.filter(kind=name).order_by("slug")[:PROBES_PER_PAGE],
    }
    return render(request, "probes/kind.html", context)


def _etag_of_agent(request: HttpRequest) -> str:
    return agent_file().etag


@require_safe
@condition(etag_func=_etag_of_agent)
def agent_pyz(request: HttpRequest) -> HttpResponse:
    """The agent as one file. Open to everyone: it is the published code and holds no secret."""
    headers = {
        "Content-Disposition": 'attachment; filename="agent.pyz"',
        "Cache-Control": "no-cache",
    }
    return HttpResponse(agent_file().data, content_type="application/zip", headers=headers)

"""What each kind of probe asks for and answers."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import render

from probes import kind_pages
from probes.engine import registry
from probes.models import Probe
from probes.requests import PageRequest

PROBES_PER_PAGE = 50


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

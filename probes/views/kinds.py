"""What each kind of probe asks for and answers."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import render

from probes import kind_pages
from probes.engine import registry
from probes.engine.schema import Kind
from probes.kind_groups import grouped_kinds
from probes.models import Probe
from probes.requests import PageRequest

PROBES_PER_PAGE = 50


@login_required
@permission_required("probes.view_probe", raise_exception=True)
def kind_list(request: PageRequest) -> HttpResponse:
    groups = [
        {"name": group.name, "title": group.title, "kinds": [_entry(kind) for kind in group.kinds]}
        for group in grouped_kinds()
    ]
    return render(request, "probes/kinds.html", {"groups": groups})


def _entry(kind: Kind) -> dict[str, str]:
    return {"name": kind.name, "title": kind_pages.title(kind), "help": kind_pages.help_text(kind)}


@login_required
@permission_required("probes.view_probe", raise_exception=True)
def kind_detail(request: PageRequest, name: str) -> HttpResponse:
    kind = registry.KINDS.get(name)
    if kind is None:
        raise Http404
    described = kind_pages.described(kind)
    reasons = list(kind_pages.reasons_of(kind))
    context = {
        "kind": described,
        "params": [
            {**entry, "words": kind_pages.param_words(param)}
            for entry, param in zip(described["params"], kind.params, strict=True)
        ],
        "own_reasons": [reason for reason in reasons if not reason.is_shared],
        "shared_reasons": [reason for reason in reasons if reason.is_shared],
        "example": kind_pages.example_yaml(kind),
        "probes": Probe.objects.filter(kind=name).order_by("slug")[:PROBES_PER_PAGE],
    }
    return render(request, "probes/kind.html", context)

"""What each kind of probe asks for and answers."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Count
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
    q = request.GET.get("q", "").strip()
    used = dict(Probe.objects.order_by().values_list("kind").annotate(Count("pk")))
    groups = [
        {
            "name": group.name,
            "title": group.title,
            "kinds": [_entry(kind, used) for kind in group.kinds if _is_about(kind, q)],
        }
        for group in grouped_kinds()
    ]
    groups = [group for group in groups if group["kinds"]]
    return render(request, "probes/kinds.html", {"groups": groups, "q": q})


def _entry(kind: Kind, used: Mapping[str, int]) -> dict[str, Any]:
    return {
        "name": kind.name,
        "title": kind_pages.title(kind),
        "help": kind_pages.help_text(kind),
        "used": used.get(kind.name, 0),
    }


def _is_about(kind: Kind, q: str) -> bool:
    """Every word of the question in its names or words, in the reader's language or in English."""
    own = (kind.name, kind.title, kind.help, kind_pages.title(kind), kind_pages.help_text(kind))
    hay = " ".join((*own, *(param.name for param in kind.params))).casefold()
    return all(word in hay for word in q.casefold().split())


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

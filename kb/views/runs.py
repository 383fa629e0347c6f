"""What one run saw, how it differs from the last good one, and what it was evidence for."""

from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from kb.models import Investigation
from probes import kind_pages
from probes.engine import registry
from probes.models import BatchItem, Run, Status
from probes.requests import PageRequest
from probes.services.run_difference import difference, last_good_run

OUTPUT_LINES = 200


@login_required
@permission_required("probes.view_run", raise_exception=True)
def run_detail(request: PageRequest, public_id: str) -> HttpResponse:
    run = get_object_or_404(_runs(), public_id=public_id)
    good = last_good_run(run)
    lines = run.output.splitlines()
    context = {
        "run": run,
        "good": good,
        "difference": difference(good, run) if good else None,
        "is_good": run.status == Status.OK,
        "output": "\n".join(lines[-OUTPUT_LINES:]),
        "output_left_out": max(0, len(lines) - OUTPUT_LINES),
        "facts": _facts(run),
        "cases": _cases(request, run),
        **_neighbours(run),
    }
    return render(request, "kb/run.html", context)


@login_required
@permission_required("probes.view_run", raise_exception=True)
def run_output(request: PageRequest, public_id: str) -> HttpResponse:
    """All that was kept of the output, as text that no browser takes for anything else."""
    run = get_object_or_404(Run, public_id=public_id)
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"}
    return HttpResponse(run.output, content_type="text/plain; charset=utf-8", headers=headers)


def _runs() -> QuerySet[Run]:
    runs = Run.objects.select_related("item__batch__location", "item__batch__requested_by")
    return runs.select_related("item__probe", "item__schedule")


def _facts(run: Run) -> list[dict[str, Any]]:
    """What was seen, each with what it means; what was not found is left out."""
    kind = registry.KINDS.get(run.item.kind)
    words = kind_pages.described(kind)["facts"] if kind else {}
    return [
        {"name": name, "value": value, "words": words.get(name, "")}
        for name, value in run.facts.items()
        # The phases of a request are drawn instead.
        if value is not None and name != "timings"
    ]


def _cases(request: PageRequest, run: Run) -> list[Investigation]:
    if not request.user.has_perm("kb.view_guide"):
        return []
    return list(run.item.batch.investigations.order_by("-pk")[:5])


def _neighbours(run: Run) -> dict[str, Run | None]:
    """Of the same probe, by its items, whose index holds them in their order."""
    if run.item.probe_id is None:
        return {"previous": None, "following": None}
    items = BatchItem.objects.filter(probe=run.item.probe_id, run__isnull=False)
    items = items.select_related("run")
    before = items.filter(pk__lt=run.item_id).order_by("-pk").first()
    after = items.filter(pk__gt=run.item_id).order_by("pk").first()
    return {"previous": before.run if before else None, "following": after.run if after else None}

"""A batch while it runs and afterwards: each item, every attempt, and a way to stop it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from probes import services
from probes.models import Batch, BatchItem
from probes.requests import PageRequest


@login_required
@permission_required("probes.view_run", raise_exception=True)
def batch_detail(request: PageRequest, public_id: str) -> HttpResponse:
    return render(request, "probes/batch.html", _context(public_id))


@login_required
@permission_required("probes.view_run", raise_exception=True)
def batch_live(request: PageRequest, public_id: str) -> HttpResponse:
    """The part of the page that changes; it asks again by itself while the batch is open."""
    return render(request, "probes/batch_live.html", _context(public_id))


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def batch_cancel(request: PageRequest, public_id: str) -> HttpResponse:
    batch = get_object_or_404(Batch, public_id=public_id)
    if services.cancel_batch(batch, by=request.user):
        messages.success(request, _("The batch is cancelled."))
    else:
        messages.warning(request, _("The batch had already ended."))
    return redirect("batch", public_id)


def _context(public_id: str) -> dict[str, object]:
    items = BatchItem.objects.select_related("run", "probe", "schedule").order_by("position")
    batches = Batch.objects.select_related("location", "requested_by")
    batch = get_object_or_404(
        batches.prefetch_related(Prefetch("items", items)), public_id=public_id
    )
    rows = list(batch.items.all())
    done = sum(hasattr(item, "run") for item in rows)
    return {"batch": batch, "items": rows, "done": done, "total": len(rows)}

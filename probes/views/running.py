"""Asking for a run now, once more, or of a person."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from probes import services
from probes.forms import run_form
from probes.models import Batch, Probe, Run
from probes.requests import PageRequest


@login_required
@permission_required("probes.run_probe", raise_exception=True)
def run_probe(request: PageRequest, slug: str) -> HttpResponse:
    """Values for the placeholders, or the question to a person; a POST asks or answers."""
    probe = get_object_or_404(Probe, slug=slug)
    form = run_form(probe, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_address(_ask(request, probe, form.cleaned_data)))
        except services.RequestRefused as refused:
            form.show(refused.problems)
    context = {"probe": probe, "form": form}
    return render(request, "probes/run_now.html", context, status=400 if form.errors else 200)


def _ask(request: PageRequest, probe: Probe, values: Mapping[str, Any]) -> Batch:
    if probe.kind == "manual":
        run = services.answer_manual(
            probe,
            ref="",
            answer=request.POST.get("answer", ""),
            note=request.POST.get("note", ""),
            by=request.user,
            purpose=Batch.Purpose.TRY,
        )
        return run.item.batch
    wanted = services.Wanted(probe=probe, values=values)
    return services.request_batch([wanted], purpose=Batch.Purpose.TRY, by=request.user)


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def run_again(request: PageRequest, public_id: str) -> HttpResponse:
    """The same probe with the same values, as it is defined now."""
    run = get_object_or_404(Run.objects.select_related("item__probe"), public_id=public_id)
    probe = run.item.probe
    if probe is None:
        messages.error(request, _("This probe no longer exists."))
        return redirect("run", public_id)
    wanted = services.Wanted(probe=probe, values=run.item.values, ref=run.item.ref)
    try:
        batch = services.request_batch([wanted], purpose=Batch.Purpose.TRY, by=request.user)
    except services.RequestRefused as refused:
        for problem in refused.problems:
            messages.error(request, f"{problem.field}: {problem.message}".removeprefix(": "))
        return redirect("run", public_id)
    return redirect(_address(batch))


def _address(batch: Batch) -> str:
    return reverse("batch", args=[batch.public_id])

"""The checks of an incident's error: where they stand, and running them from the incident."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods

from incidents.models import Incident
from incidents.views.opened import MOST_LIKELIEST, Opened, opened
from kb.models import Investigation
from kb.services.diagnosing.answers import Diagnosis
from kb.services.diagnosing.errors import BadParameters, MissingParameters, NeedsConfirmation
from kb.services.diagnosing.investigate import run_checks, set_parameters
from kb.services.diagnosing.ranking import diagnose
from kb.views.investigate import refusals, runnable
from kb.views.values import asked_for, sent_in, typed_over
from probes.models import Batch, Run
from probes.requests import PageRequest
from probes.services import IdempotencyConflict, RequestRefused

_REFUSALS = (RequestRefused, NeedsConfirmation, MissingParameters, IdempotencyConflict)


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
@require_http_methods(["GET", "POST"])
def incident_checks(request: PageRequest, public_id: str) -> HttpResponse:
    """GET: the part of the page that changes while checks run. POST: run what `check` names."""
    this = opened(public_id)
    if this.diagnosis is None:
        raise Http404
    if request.method == "GET":
        return _part(request, this, this.diagnosis)
    problems = _asked_for(request, this.diagnosis)
    if request.htmx:
        now = opened(public_id)
        assert now.diagnosis is not None
        return _part(request, now, now.diagnosis, problems=problems)
    for problem in problems:
        messages.error(request, problem)
    return redirect(f"{this.incident.get_absolute_url()}#checks-title")


def about_checks(incident: Incident, diagnosis: Diagnosis | None) -> Mapping[str, Any]:
    """What the part shows, also as part of the whole page."""
    if diagnosis is None:
        return {"likeliest": ()}
    seen = [state for state in diagnosis.checks if state.run or state.is_open]
    shown = diagnosis.next.checks if diagnosis.next else ()
    return {
        "diagnosis": diagnosis,
        "likeliest": diagnosis.causes[:MOST_LIKELIEST],
        "looked_at": seen,
        "not_yet": len(diagnosis.checks) - len(seen),
        "next_runnable": " ".join(state.check.key for state in shown if not state.is_manual),
        "next_manual": [state for state in shown if state.is_manual],
        "can_run_any": any(not state.is_manual for state in diagnosis.checks),
        "values": asked_for(diagnosis, {}),
        "progress": _progress(diagnosis.open_batch),
        "idempotency_key": get_random_string(12),
    }


def _progress(batch: Batch | None) -> Mapping[str, int]:
    if batch is None:
        return {}
    return {
        "done": Run.objects.filter(item__batch=batch).count(),
        "total": batch.items.count(),
    }


def _part(
    request: PageRequest, this: Opened, diagnosis: Diagnosis, *, problems: tuple[str, ...] = ()
) -> HttpResponse:
    context = {
        "incident": this.incident,
        "problems": problems,
        **about_checks(this.incident, diagnosis),
    }
    return render(request, "incidents/checks.html", context)


def _asked_for(request: PageRequest, diagnosis: Diagnosis) -> tuple[str, ...]:
    """Ask for the runs; every reason why not, as sentences."""
    if not request.user.has_perm("probes.run_probe"):
        raise PermissionDenied
    values = sent_in(request)
    case: Investigation = diagnosis.investigation
    try:
        if changed := typed_over(diagnosis, values):
            set_parameters(case, changed, by=request.user)
            diagnosis = diagnose(case)
        wanted = request.POST.get("check", "")
        run_checks(
            case,
            runnable(request, diagnosis, wanted),
            by=request.user,
            idempotency_key=f"{request.POST.get('key', '')}:{wanted}",
            # The values stand beside the button; without them nobody has seen them.
            confirm=bool(values),
        )
    except BadParameters as refused:
        return tuple(refused.problems.values())
    except _REFUSALS as refused:
        return refusals(refused)
    return ()

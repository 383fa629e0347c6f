"""The page of one investigation: what is known about a pasted error, and what was seen."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from kb.diagnosis.stopping import SETTLED_AT
from kb.forms import PasteForm
from kb.models import Investigation
from kb.services.diagnosing.answers import CheckState, Diagnosis
from kb.services.diagnosing.ranking import diagnose
from kb.views import pasted
from kb.views.causes import laid_out
from kb.views.outcomes import concluded, telling
from kb.views.similar import earlier
from kb.views.values import asked_for
from kb.views.vantage import vantage_of
from probes.models import Batch, Run
from probes.requests import PageRequest

# htmx ends its polling at this status.
STOP_POLLING = 286


@login_required
@permission_required("kb.view_guide", raise_exception=True)
@require_GET
def results(request: PageRequest, public_id: str) -> HttpResponse:
    return page(request, investigation_of(public_id))


@login_required
@permission_required("kb.view_guide", raise_exception=True)
@require_GET
def live(request: PageRequest, public_id: str) -> HttpResponse:
    """The part that changes while checks run; 204 as long as it has not changed."""
    investigation = investigation_of(public_id)
    if request.GET.get("seen") == _seen(investigation) and _is_looking(investigation):
        return HttpResponse(status=204)
    return page(request, investigation)


def investigation_of(public_id: str) -> Investigation:
    rows = Investigation.objects.select_related(
        "guide", "concluded_by", "concluded_cause__guide", "concluded_resolution__cause__guide"
    )
    return get_object_or_404(rows, public_id=public_id)


def page(
    request: PageRequest,
    investigation: Investigation,
    *,
    problems: tuple[str, ...] = (),
    parameter_errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or for htmx the part that changes."""
    context = _context(investigation, diagnose(investigation), parameter_errors or {})
    context["problems"] = problems
    if not request.htmx:
        return render(request, "kb/results.html", context, status=status)
    # htmx swaps only successes, and an answer with a complaint must be seen too.
    is_looking = context["diagnosis"].open_batch is not None
    status = 200 if is_looking else STOP_POLLING
    return render(request, "kb/results_live.html", context, status=status)


def _context(
    investigation: Investigation, diagnosis: Diagnosis, errors: Mapping[str, str]
) -> dict[str, Any]:
    shown = diagnosis.next.checks if diagnosis.next else ()
    marks = diagnosis.marks
    return {
        "investigation": investigation,
        "diagnosis": diagnosis,
        "pieces": pasted.pieces(investigation.text, marks),
        "clues": pasted.clues(diagnosis.facts, marks),
        "causes": laid_out(diagnosis.causes, investigation.text, marks, diagnosis.parameters),
        "similar": earlier(diagnosis.similar, investigation.text),
        "values": asked_for(diagnosis, errors),
        **_split_checks(diagnosis),
        "weak": [pasted.weak(match, investigation.text) for match in diagnosis.weak],
        "avoided": [one.resolution for one in diagnosis.avoid],
        "lures": tuple(dict.fromkeys(lure for one in diagnosis.avoid for lure in one.lures)),
        "next_runnable": " ".join(s.check.key for s in shown if not s.is_manual),
        "next_manual": [s for s in shown if s.is_manual],
        "next_outcomes": telling(diagnosis.next),
        "can_run_any": any(not state.is_manual for state in diagnosis.checks),
        "progress": _progress(diagnosis.open_batch),
        "vantage": vantage_of(diagnosis.checks),
        "concluded": concluded(diagnosis),
        "verified_by": investigation.verified_by.all() if investigation.concluded_at else (),
        "seen": _seen(investigation),
        "is_settled": _is_settled(diagnosis),
        "idempotency_key": secrets.token_urlsafe(9),
        "paste_form": PasteForm(initial={"text": investigation.text}, auto_id="again_%s"),
    }


def _split_checks(diagnosis: Diagnosis) -> dict[str, list[CheckState]]:
    """What was looked at stands open; what was not is a long list and stays folded."""
    looked_at = [state for state in diagnosis.checks if state.run or state.is_open]
    not_yet = [state for state in diagnosis.checks if not (state.run or state.is_open)]
    return {"looked_at": looked_at, "not_yet": not_yet}


def _is_settled(diagnosis: Diagnosis) -> bool:
    """Looking may stop, so what to do about it stands before more checks."""
    if diagnosis.open_batch is not None or not diagnosis.causes:
        return False
    if diagnosis.investigation.concluded_at:
        return True
    first = diagnosis.causes[0]
    return first.state == "supported" and first.belief >= SETTLED_AT


def _progress(batch: Batch | None) -> dict[str, int]:
    if batch is None:
        return {}
    done = Run.objects.filter(item__batch=batch).count()
    return {"done": done, "total": batch.items.count()}


def _is_looking(investigation: Investigation) -> bool:
    open_states = (Batch.State.READY, Batch.State.LEASED)
    return investigation.batches.filter(state__in=open_states).exists()


def _seen(investigation: Investigation) -> str:
    """Changes whenever a run is recorded or a runner takes a batch."""
    runs = Run.objects.filter(item__batch__investigations=investigation).count()
    leased = investigation.batches.filter(state=Batch.State.LEASED).count()
    return f"{runs}.{leased}"

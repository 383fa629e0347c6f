"""What a person does on an investigation: look up, confirm values, run, answer, conclude."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kb.models import Attempt, Check, Investigation, Resolution
from kb.services.diagnosing.answers import Diagnosis
from kb.services.diagnosing.errors import (
    BadParameters,
    CannotConclude,
    MissingParameters,
    NeedsConfirmation,
)
from kb.services.diagnosing.investigate import answer_check, run_checks, set_parameters
from kb.services.diagnosing.learn import record_outcome
from kb.services.diagnosing.ranking import diagnose
from kb.views.results import investigation_of, page
from kb.views.values import sent_in, typed_over
from kb.views.vantage import chosen_place
from probes.models import Batch
from probes.requests import PageRequest
from probes.services import IdempotencyConflict, RequestRefused, cancel_batch


@login_required
@permission_required("kb.match_text", raise_exception=True)
@require_POST
def parameters(request: PageRequest, public_id: str) -> HttpResponse:
    investigation = investigation_of(public_id)
    try:
        set_parameters(investigation, sent_in(request), by=request.user)
    except BadParameters as refused:
        return page(request, investigation, parameter_errors=refused.problems, status=400)
    return _back(request, investigation)


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def checks(request: PageRequest, public_id: str) -> HttpResponse:
    """Ask for runs with the values that stood beside the button, changed or as they were."""
    investigation = investigation_of(public_id)
    try:
        diagnosis = diagnose(investigation)
        if changed := typed_over(diagnosis, sent_in(request)):
            set_parameters(investigation, changed, by=request.user)
            diagnosis = diagnose(investigation)
        _request_runs(request, diagnosis)
    except BadParameters as refused:
        return page(request, investigation, parameter_errors=refused.problems, status=400)
    except (RequestRefused, NeedsConfirmation, MissingParameters, IdempotencyConflict) as refused:
        return page(request, investigation, problems=refusals(refused), status=400)
    return _back(request, investigation)


def _request_runs(request: PageRequest, diagnosis: Diagnosis) -> Batch:
    wanted = request.POST.get("check", "")
    verifies = request.POST.get("verify", "")
    key = f"{request.POST.get('key', '')}:{wanted}:{verifies}"
    if verifies:
        by_machine = _verifying(diagnosis, verifies)
        purpose = Batch.Purpose.VERIFY
    else:
        by_machine = runnable(request, diagnosis, wanted)
        purpose = Batch.Purpose.DIAGNOSE
    return run_checks(
        diagnosis.investigation,
        by_machine,
        by=request.user,
        purpose=purpose,
        idempotency_key=key,
        # The values stand beside every button that runs; without them nobody has seen them.
        confirm=bool(sent_in(request)),
        location=chosen_place(request),
    )


def _verifying(diagnosis: Diagnosis, asked: str) -> list[Check]:
    """`12` is that repair's verifying checks; with `+seen` also all that was looked at before."""
    number, _plus, more = asked.partition("+")
    found = list(_resolution(number).verify.select_related("guide", "probe"))
    if more == "seen":
        known = {check.pk for check in found}
        looked_at = (state for state in diagnosis.checks if state.run and state.can_run)
        found += [state.check for state in looked_at if state.check.pk not in known]
    return [check for check in found if check.probe.kind != "manual"]


def runnable(request: PageRequest, diagnosis: Diagnosis, wanted: str) -> list[Check]:
    """The checks of these keys; for `all`, those that nothing keeps from running now.

    Of all, some wait for a value or a person: they are left out and that is said.
    """
    states = diagnosis.checks
    if wanted != "all":
        return [state.check for state in states if state.check.key in wanted.split()]
    if waiting := [state for state in states if state.missing]:
        names = ", ".join(state.check.name for state in waiting)
        messages.info(
            request, _("Left out, because a value is missing: %(names)s.") % {"names": names}
        )
    return [state.check for state in states if state.can_run]


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def answer(request: PageRequest, public_id: str) -> HttpResponse:
    investigation = investigation_of(public_id)
    found = runnable(request, diagnose(investigation), request.POST.get("check", ""))
    note = request.POST.get("note", "")
    given = request.POST.get("answer", "")
    is_after = request.POST.get("purpose") == Batch.Purpose.VERIFY
    purpose = Batch.Purpose.VERIFY if is_after else Batch.Purpose.DIAGNOSE
    try:
        for check in found[:1]:
            answer_check(
                investigation, check, answer=given, note=note, by=request.user, purpose=purpose
            )
    except RequestRefused as refused:
        return page(request, investigation, problems=refusals(refused), status=400)
    return _back(request, investigation)


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def cancel(request: PageRequest, public_id: str) -> HttpResponse:
    investigation = investigation_of(public_id)
    for batch in investigation.batches.filter(state__in=(Batch.State.READY, Batch.State.LEASED)):
        cancel_batch(batch, by=request.user)
    return _back(request, investigation)


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def outcome(request: PageRequest, public_id: str) -> HttpResponse:
    investigation = investigation_of(public_id)
    resolution = _resolution(request.POST.get("resolution", ""))
    said = request.POST.get("outcome", "")
    if said not in Attempt.Outcome.values:
        raise Http404
    try:
        record_outcome(
            investigation,
            resolution,
            outcome=said,
            by=request.user,
            note=request.POST.get("note", ""),
            was_cause=_was_cause(request),
        )
    except CannotConclude as refused:
        return page(request, investigation, problems=(str(refused),), status=400)
    _thank(request, said)
    return redirect(investigation)


def _was_cause(request: PageRequest) -> bool | None:
    """What the box beside the buttons says; None where there was none."""
    return request.POST.get("was_cause") == "yes" if "asks_cause" in request.POST else None


def _thank(request: PageRequest, outcome: str) -> None:
    match outcome:
        case Attempt.Outcome.WORKED:
            messages.success(
                request, _("Recorded. The next person with this error sees what helped.")
            )
        case Attempt.Outcome.FAILED:
            messages.info(request, _("Recorded that it did not help. The causes are ranked again."))
        case _:
            messages.info(request, _("Recorded. The case stays open."))


def _resolution(number: str) -> Resolution:
    if not number.isdecimal():
        raise Http404
    return get_object_or_404(Resolution, pk=number)


def refusals(refused: Exception) -> tuple[str, ...]:
    """Every reason why nothing was run, as sentences."""
    match refused:
        case RequestRefused():
            return tuple(f"{problem.ref}: {problem.message}" for problem in refused.problems)
        case MissingParameters():
            names = ", ".join(value.label for value in refused.values)
            return (_("Fill in first: %(names)s.") % {"names": names},)
        case NeedsConfirmation():
            names = ", ".join(f"{value.label} {value.value}" for value in refused.values)
            return (_("Read from the paste, look at it first: %(names)s.") % {"names": names},)
        case _:
            return (str(refused),)


def _back(request: PageRequest, investigation: Investigation) -> HttpResponse:
    if request.htmx:
        return page(request, investigation)
    return redirect(investigation)

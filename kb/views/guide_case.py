"""What a person does beside a guide: run its checks, answer them, stop them.

The first deed begins a case, an investigation of this guide; the page then stands in it.
"""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from kb.models import Check, Guide, Investigation
from kb.services.diagnosing.answers import CheckState, Diagnosis
from kb.services.diagnosing.errors import BadParameters, MissingParameters, NeedsConfirmation
from kb.services.diagnosing.find import start_from_guide
from kb.services.diagnosing.investigate import answer_check, run_checks, set_parameters
from kb.services.diagnosing.ranking import diagnose
from kb.templatetags.localized import check_name
from kb.views.guide import case_of, guide_of, page
from kb.views.guide_rail import open_batches, seen
from kb.views.investigate import refusals
from kb.views.values import sent_in, typed_over
from kb.views.vantage import chosen_place
from probes.models import Batch
from probes.requests import PageRequest
from probes.services import IdempotencyConflict, RequestRefused, cancel_batch

ALL = "all"


@login_required
@permission_required("kb.view_guide", raise_exception=True)
@require_GET
def guide_live(request: PageRequest, slug: str) -> HttpResponse:
    """The part that changes while checks run; 204 as long as it has not changed."""
    guide = guide_of(request, slug)
    case = get_object_or_404(Investigation, public_id=request.GET.get("case", ""))
    if request.GET.get("seen") == seen(case) and open_batches(case).exists():
        return HttpResponse(status=204)
    return page(request, guide, case)


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def guide_checks(request: PageRequest, slug: str) -> HttpResponse:
    """Ask for runs, with the values that stood beside the button, changed or as they were."""
    return _deed(request, slug, lambda case, guide: _run(request, case, guide))


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def guide_answer(request: PageRequest, slug: str) -> HttpResponse:
    """What a person saw, as the answer to a check."""
    slugs = guide_of(request, slug).checks.select_related("guide", "probe")
    check = get_object_or_404(slugs, slug=request.POST.get("check", ""))
    given = {name: request.POST.get(name, "") for name in ("answer", "note")}
    return _deed(
        request, slug, lambda case, _guide: answer_check(case, check, by=request.user, **given)
    )


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def guide_stop(request: PageRequest, slug: str) -> HttpResponse:
    guide = guide_of(request, slug)
    case = get_object_or_404(Investigation, public_id=request.POST.get("case", ""))
    for batch in open_batches(case):
        cancel_batch(batch, by=request.user)
    return back(request, guide, case)


def _deed(
    request: PageRequest, slug: str, deed: Callable[[Investigation, Guide], object]
) -> HttpResponse:
    """Do it in the case, or in a new one; where it is refused, nothing was begun."""
    guide = guide_of(request, slug)
    before = posted_case(request, guide)
    try:
        with transaction.atomic():
            case = before or start_from_guide(guide, by=request.user)
            deed(case, guide)
    except BadParameters as refused:
        return page(
            request, guide, before, errors=refused.problems, typed=sent_in(request), status=400
        )
    except (RequestRefused, NeedsConfirmation, MissingParameters, IdempotencyConflict) as refused:
        return page(request, guide, before, problems=refusals(refused), status=400)
    return back(request, guide, case, is_new=before is None)


def posted_case(request: PageRequest, guide: Guide) -> Investigation | None:
    """The case that the page stood in; one that is about another guide is left alone."""
    case = case_of(request.POST.get("case", ""))
    is_about = case is not None and (
        case.guide_id == guide.pk
        or any(ranked.guide.pk == guide.pk for ranked in diagnose(case).causes)
    )
    return case if is_about else None


def back(
    request: PageRequest,
    guide: Guide,
    case: Investigation | None,
    *,
    is_new: bool = False,
    to: str = "",
) -> HttpResponse:
    """To the guide in its case: in place where scripts run, else a page that is loaded again."""
    if request.htmx and not is_new:
        return page(request, guide, case)
    query = f"?case={case.public_id}" if case else ""
    address = f"{guide.get_absolute_url()}{query}{to}"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _run(request: PageRequest, case: Investigation, guide: Guide) -> Batch:
    diagnosis = diagnose(case)
    if changed := typed_over(diagnosis, sent_in(request)):
        set_parameters(case, changed, by=request.user)
        diagnosis = diagnose(case)
    purpose, checks = _wanted(request, diagnosis, guide)
    return run_checks(
        case,
        checks,
        by=request.user,
        purpose=purpose,
        # The values stand beside every button that runs; without them nobody has seen them.
        confirm=bool(sent_in(request)),
        location=chosen_place(request),
    )


def _wanted(
    request: PageRequest, diagnosis: Diagnosis, guide: Guide
) -> tuple[Batch.Purpose, list[Check]]:
    """One check, all that can run now, or those that verify a repair: `verify` is its number."""
    states = [state for state in diagnosis.checks if state.check.guide_id == guide.pk]
    if verifies := request.POST.get("verify", ""):
        return Batch.Purpose.VERIFY, _verifying(states, guide, verifies)
    wanted = request.POST.get("check", "")
    if wanted != ALL:
        return Batch.Purpose.DIAGNOSE, [state.check for state in states if state.slug == wanted]
    _say_what_waits(request, states)
    return Batch.Purpose.DIAGNOSE, [state.check for state in states if state.can_run]


def _verifying(states: list[CheckState], guide: Guide, number: str) -> list[Check]:
    by_machine = {state.check.pk: state.check for state in states if not state.is_manual}
    wanted = guide.checks.filter(verifies__pk=int(number) if number.isdecimal() else 0)
    return [by_machine[pk] for pk in wanted.values_list("pk", flat=True) if pk in by_machine]


def _say_what_waits(request: PageRequest, states: list[CheckState]) -> None:
    if waiting := [check_name(state.check) for state in states if state.missing]:
        said = _("Left out, because a value is missing: %(names)s.")
        messages.info(request, said % {"names": ", ".join(waiting)})

"""Saying beside a guide what came of its repair, a word more on that, and taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kb.models import Attempt, Guide, Investigation, Resolution
from kb.services.diagnosing.errors import CannotConclude
from kb.services.diagnosing.find import start_from_guide
from kb.services.diagnosing.learn import conclude_in_words, record_outcome
from kb.services.diagnosing.second_thoughts import add_remark, undo_outcome
from kb.views.guide import guide_of, page
from kb.views.guide_case import back, posted_case
from kb.views.guide_outcome import SAID
from probes.requests import PageRequest

_SAYABLE = (Attempt.Outcome.WORKED, Attempt.Outcome.FAILED)
# In the list of repairs, what no guide has written down.
OTHER = "other"
TO_OUTCOME = "#outcome"


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def guide_outcome(request: PageRequest, slug: str) -> HttpResponse:
    """Record what came of a repair; without a case it begins one."""
    guide = guide_of(request, slug)
    before = posted_case(request, guide)
    if request.POST.get("outcome") not in _SAYABLE:
        raise Http404
    try:
        with transaction.atomic():
            case = before or start_from_guide(guide, by=request.user)
            attempt = _record(request, guide, case)
    except CannotConclude as refused:
        return page(request, guide, before, problems=(str(refused),), status=400)
    request.session[SAID] = attempt.pk
    return back(request, guide, case, to=TO_OUTCOME)


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def guide_remark(request: PageRequest, slug: str) -> HttpResponse:
    """What was different this time."""
    guide = guide_of(request, slug)
    attempt = _said(request)
    if remark := request.POST.get("remark", "").strip():
        add_remark(attempt, remark, by=request.user)
        messages.success(request, _("Added to what you recorded."))
    return back(request, guide, attempt.investigation, to=TO_OUTCOME)


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def guide_undo(request: PageRequest, slug: str) -> HttpResponse:
    guide = guide_of(request, slug)
    attempt = _said(request)
    case = attempt.investigation
    try:
        undo_outcome(attempt, by=request.user)
    except CannotConclude as refused:
        return page(request, guide, case, problems=(str(refused),), status=400)
    del request.session[SAID]
    messages.info(request, _("Taken back. Nothing of it is recorded."))
    return back(request, guide, case, to=TO_OUTCOME)


def _said(request: PageRequest) -> Attempt:
    attempts = Attempt.objects.select_related("investigation")
    return get_object_or_404(attempts, pk=request.session.get(SAID))


def _record(request: PageRequest, guide: Guide, case: Investigation) -> Attempt:
    wanted, said = request.POST.get("resolution", ""), request.POST.get("outcome", "")
    if wanted == OTHER:
        return _in_words(request, case, said)
    repairs = Resolution.objects.filter(cause__guide=guide)
    repair = get_object_or_404(repairs, pk=wanted if wanted.isdecimal() else None)
    return record_outcome(case, repair, outcome=said, by=request.user).attempt


def _in_words(request: PageRequest, case: Investigation, said: str) -> Attempt:
    """What stands in no guide; that something unwritten did not help helps nobody."""
    words = request.POST.get("what", "").strip()
    if said != Attempt.Outcome.WORKED:
        raise CannotConclude(_("Choose which repair of the guide did not help."))
    if not words:
        raise CannotConclude(_("Write in a line what fixed it."))
    return conclude_in_words(case, words, by=request.user)

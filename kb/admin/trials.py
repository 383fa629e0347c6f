"""The symptoms of a form, saved or not, tried against a text and against past pastes."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kb.admin.filled import filled, sent_in
from kb.models import Cause, Investigation
from kb.services.authoring.symptom_hits import past_pastes
from kb.services.authoring.symptom_trial import TriedSymptom, try_symptoms
from kb.services.guides.three_way import DELETED, Row

# What may be picked instead of pasting a text.
MOST_RECENT = 20


def recent_pastes(request: HttpRequest) -> Sequence[Investigation]:
    if not request.user.has_perm("kb.view_investigation"):
        return []
    return past_pastes(most=MOST_RECENT)


@require_POST
def trial_view(request: HttpRequest) -> HttpResponse:
    """`admin/kb/guide/try/`: as a part for the form, or with `Accept: text/html` alone as a page."""
    if not request.user.has_perm("kb.view_guide"):
        raise PermissionDenied
    may_see_cases = request.user.has_perm("kb.view_investigation")
    rows = filled(sent_in(request.POST), own="guide").rows.get("symptoms", {})
    pk = request.POST.get("_guide", "")
    causes = (
        Cause.objects.filter(guide_id=pk).values_list("pk", flat=True) if pk.isdecimal() else []
    )
    trial = try_symptoms(
        list(_symptoms(rows.values())),
        _text(request, may_see_cases),
        past=past_pastes() if may_see_cases else (),
        causes=frozenset(causes),
    )
    context: dict[str, Any] = {"trial": trial, "may_see_cases": may_see_cases}
    if request.headers.get("X-Requested-With") == "fetch":
        return render(request, "admin/kb/guide/trial.html", context)
    context |= {**admin.site.each_context(request), "title": _("Symptoms tried")}
    return render(request, "admin/kb/guide/trial_page.html", context)


def _symptoms(rows: Any) -> Iterator[TriedSymptom]:
    for row in rows:
        if row.get(DELETED) or not (row.get("phrases") or row.get("pattern")):
            continue
        yield TriedSymptom(
            slug=_one(row, "slug"),
            phrases=tuple(line.strip() for line in _one(row, "phrases").splitlines()),
            pattern=_one(row, "pattern"),
        )


def _one(row: Row, name: str) -> str:
    return "".join(row.get(name, ()))


def _text(request: HttpRequest, may_see_cases: bool) -> str:
    """What was pasted; without it, the past paste that was picked."""
    text = request.POST.get("_trial_text", "").strip()
    picked = request.POST.get("_trial_case", "")
    if text or not picked or not may_see_cases:
        return text
    case = Investigation.objects.filter(public_id=picked).first()
    return case.text if case else ""

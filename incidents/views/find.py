"""The first page: paste an error, or go on with an open incident."""

import logging

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpResponse
from django.shortcuts import redirect, render

from incidents import samples
from incidents.models import Incident
from incidents.services.action_items import overdue_items
from incidents.services.listing import OPEN
from incidents.tour import tour_of_the_starters
from kb.forms import PasteForm
from kb.models import Guide
from kb.services.diagnosing.find import find_fixes
from probes.requests import PageRequest

logger = logging.getLogger(__name__)

ON_FIRST_PAGE = 5


@login_required
def find(request: PageRequest) -> HttpResponse:
    if request.method == "POST":
        return _look_up(request)
    return _first_page(request, PasteForm())


def _look_up(request: PageRequest) -> HttpResponse:
    if not request.user.has_perm("kb.match_text"):
        raise PermissionDenied
    form = PasteForm(request.POST)
    if not form.is_valid():
        return _first_page(request, form)
    text = form.cleaned_data["text"]
    try:
        return redirect(find_fixes(text, by=request.user, services=form.services))
    except DatabaseError:
        logger.exception("looking up a paste failed")
        return _text_kept(request, text)


def _text_kept(request: PageRequest, text: str) -> HttpResponse:
    """The field alone, with what was pasted: whatever else the page shows may fail as well."""
    context = {"form": PasteForm(initial={"text": text}), "failed": True}
    return render(request, "incidents/find.html", context, status=503)


def _first_page(request: PageRequest, form: PasteForm) -> HttpResponse:
    is_new_here = request.COOKIES.get("tour") != "hidden"
    context = {
        "form": form,
        "samples": samples.of_published_guides() if is_new_here else [],
        "tour": tour_of_the_starters() if is_new_here else None,
        "curl": samples.curl_line(request.build_absolute_uri("/api/v1/match.txt")),
        **_first_page_cards(request),
    }
    status = 400 if form.is_bound else 200
    return render(request, "incidents/find.html", context, status=status)


def _first_page_cards(request: PageRequest) -> dict[str, object]:
    cards: dict[str, object] = {}
    if request.user.has_perm("incidents.view_incident"):
        is_mine = Case(
            When(assignee_id=request.user.pk, then=Value(0)),
            When(reporter_id=request.user.pk, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
        open_ones = Incident.objects.filter(OPEN).annotate(is_mine=is_mine)
        cards["incidents"] = open_ones.order_by("is_mine", "-started_at")[:ON_FIRST_PAGE]
    if request.user.has_perm("incidents.view_actionitem"):
        cards["overdue"] = overdue_items().count()
    if request.user.has_perm("kb.view_guide"):
        guides = Guide.objects.published().prefetch_related("translations", "services")
        cards["guides"] = guides.order_by("-updated_at", "slug")[:ON_FIRST_PAGE]
    return cards

"""The translations of all guides: what is missing, and what was left behind."""

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from kb.services.authoring.translations import STATES, guides_by_translation, standings
from probes.requests import PageRequest

GUIDES_PER_PAGE = 50


@login_required
@permission_required("kb.change_guide", raise_exception=True)
def translation_list(request: PageRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    page = Paginator(guides_by_translation(state), GUIDES_PER_PAGE).get_page(
        request.GET.get("page")
    )
    rows = [one for guide in page for one in standings(guide)]
    shown = [one for one in rows if state not in STATES or one.state == state]
    context = {"page": page, "rows": shown, "state": state, "states": STATES.items()}
    return render(request, "kb/translations.html", context)

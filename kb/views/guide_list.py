"""The list of guides: searched, narrowed by facets, in the order that was asked for."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.db.models import OuterRef, Prefetch, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kb.models import Guide, GuideReview, GuideTranslation
from kb.services.diagnosing.newest_looks import newest_looks
from kb.services.upkeep.library import GROUPS, ORDERS, Choice, browse
from kb.templatetags.reasons import LAYERS
from kb.views.guide_records import guide_records
from kb.views.readable import readable_by
from probes.requests import PageRequest

GUIDES_PER_PAGE = 30
_FOR_AUTHORS = ("state", "review")
_ORDER_WORDS: dict[str, str | Promise] = {
    "useful": _("Most useful"),
    "recent": _("Recently changed"),
    "title": _("By title"),
}


@login_required
@permission_required("kb.view_guide", raise_exception=True)
def guide_list(request: PageRequest) -> HttpResponse:
    facets = _facets_for(request)
    choice = Choice.read(request.GET.dict(), facets)
    shelf = browse(readable_by(request), choice, layers=LAYERS, facets=facets)
    page = Paginator(shelf.guides, GUIDES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "choice": shelf.choice,
        "shelf": shelf,
        "page": page,
        "rows": _rows(list(page.object_list)),
        "picked": [(facet, facet.picked) for facet in shelf.facets if facet.picked],
        "orders": [(order, _ORDER_WORDS[order]) for order in ORDERS],
        "typed": request.GET.get("q", "").replace("\x00", "").strip(),
    }
    return render(request, _template(request), context)


def _facets_for(request: PageRequest) -> tuple[str, ...]:
    """Where a guide stands in its upkeep is for those who keep it up."""
    is_author = request.user.has_perm("kb.change_guide")
    return tuple(name for name in GROUPS if is_author or name not in _FOR_AUTHORS)


def _template(request: PageRequest) -> str:
    # Going back in the browser asks for the whole page by the same header.
    is_part = request.htmx and not request.htmx.history_restore_request
    return "kb/guide_rows.html" if is_part else "kb/guides.html"


def _rows(pks: Sequence[int]) -> list[dict[str, Any]]:
    reviewed = GuideReview.objects.filter(guide=OuterRef("pk")).order_by("-at", "-id")
    found = (
        Guide.objects.defer("body")
        .prefetch_related(
            "services", Prefetch("translations", GuideTranslation.objects.defer("body"))
        )
        .annotate(reviewed_at=Subquery(reviewed.values("at")[:1]))
        .in_bulk(list(pks))
    )
    guides = [found[pk] for pk in pks if pk in found]
    records, looks = guide_records(guides), newest_looks(guides)
    return [{"guide": one, "record": records[one.pk], "looks": looks[one.pk]} for one in guides]

"""The list of guides."""

from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from kb.forms import GuideFilterForm
from kb.models import Guide
from kb.views.guide_records import guide_records
from kb.views.readable import readable_by
from probes.requests import PageRequest

GUIDES_PER_PAGE = 30


@login_required
@permission_required("kb.view_guide", raise_exception=True)
def guide_list(request: PageRequest) -> HttpResponse:
    form = GuideFilterForm(request.GET)
    guides = _narrowed(readable_by(request), **form.chosen)
    page = Paginator(guides, GUIDES_PER_PAGE).get_page(request.GET.get("page"))
    guides_shown = list(page.object_list)
    records = guide_records(guides_shown)
    rows = [{"guide": guide, "record": records[guide.pk]} for guide in guides_shown]
    context = {"form": form, "page": page, "rows": rows, "is_narrowed": bool(form.chosen)}
    template = "kb/guide_rows.html" if request.htmx else "kb/guides.html"
    return render(request, template, context)


def _narrowed(guides: QuerySet[Guide], **chosen: Any) -> QuerySet[Guide]:
    if state := chosen.get("state"):
        guides = guides.filter(state=state)
    if service := chosen.get("service"):
        guides = guides.filter(services=service)
    if language := chosen.get("language"):
        guides = guides.filter(Q(language=language) | Q(translations__language=language))
    for word in str(chosen.get("q", "")).split():
        guides = guides.filter(_mentions(word))
    return (
        guides.distinct()
        .prefetch_related("services", "translations")
        .order_by("-updated_at", "slug")
    )


def _mentions(word: str) -> Q:
    own = Q(title__icontains=word) | Q(summary__icontains=word) | Q(body__icontains=word)
    translated = (
        Q(translations__title__icontains=word)
        | Q(translations__summary__icontains=word)
        | Q(translations__body__icontains=word)
    )
    return own | translated | Q(slug__icontains=word)

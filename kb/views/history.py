"""A guide's history: its revisions, what changed between two, one as it was, and bringing it back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from kb.difference import folded_lines, word_difference
from kb.ingest import BadGuide
from kb.models import Guide, GuideRevision
from kb.rendering import render as to_html
from kb.services.guides.complaints import sentences
from kb.services.guides.difference import guide_difference, sections_of
from kb.services.guides.files import draft_of
from kb.services.guides.revisions import (
    NewerRevision,
    as_restored,
    draft_of_revision,
    restore_revision,
    sizes_of,
)
from kb.services.guides.rules import guide_problems
from kb.views.readable import readable_by
from probes.requests import PageRequest

REVISIONS_PER_PAGE = 20
_MAY_READ = ("kb.view_guide", "kb.view_guiderevision")


@login_required
@permission_required(_MAY_READ, raise_exception=True)
@require_GET
def of_guide(request: PageRequest, slug: str) -> HttpResponse:
    guide = _guide(request, slug)
    revisions = guide.revisions.select_related("author")
    page = Paginator(revisions, REVISIONS_PER_PAGE).get_page(request.GET.get("page"))
    older, newer = _chosen(request, guide)
    context = {
        "guide": guide,
        "page": page,
        "rows": _rows(page),
        "older": older,
        "newer": newer,
        **(_compared(older, newer) if older and newer else {}),
    }
    return render(request, "kb/history.html", context)


@login_required
@permission_required(_MAY_READ, raise_exception=True)
@require_GET
def revision(request: PageRequest, slug: str, number: int) -> HttpResponse:
    guide = _guide(request, slug)
    shown = _revision(guide, number)
    context = {"guide": guide, "revision": shown, "newest": guide.revision_number}
    try:
        draft = draft_of_revision(shown)
    except BadGuide as refused:
        context["problems"] = sentences(refused.complaints)
    else:
        published = Guide.objects.published().values_list("slug", flat=True)
        html = to_html(draft.body, guide_slugs=frozenset(published)).html
        context |= {"draft": draft, "html": html, "sections": sections_of(draft)}
    return render(request, "kb/revision.html", context)


@login_required
@permission_required(("kb.change_guide", *_MAY_READ), raise_exception=True)
@require_http_methods(["GET", "POST"])
def restore(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """What would change, before the press; then a new revision."""
    guide = _guide(request, slug)
    wanted = _revision(guide, number)
    if request.method == "GET":
        return _preview(request, guide, wanted)
    seen = request.POST.get("seen", "")
    try:
        saved = restore_revision(
            guide, wanted, by=request.user, seen=int(seen) if seen.isdecimal() else 0
        )
    except NewerRevision as conflict:
        return _preview(request, guide, wanted, status=409, newer=conflict.newest)
    except BadGuide:
        # The preview says why.
        return _preview(request, guide, wanted, status=422)
    if saved.changed:
        said = _("Revision %(number)s is restored, as a new revision.") % {"number": number}
        messages.success(request, said)
    else:
        messages.info(request, _("The guide says the same already. Nothing was changed."))
    return redirect("guide_history", slug)


def _guide(request: PageRequest, slug: str) -> Guide:
    return get_object_or_404(readable_by(request).prefetch_related("translations"), slug=slug)


def _revision(guide: Guide, number: int) -> GuideRevision:
    return get_object_or_404(guide.revisions.select_related("author"), number=number)


def _rows(page: Page[GuideRevision]) -> list[dict[str, Any]]:
    """Each revision with how much it changed: its page's files and the next older one are read."""
    shown = list(page.object_list)
    last = shown[-1] if shown else None
    before = last.guide.revisions.filter(number__lt=last.number).first() if last else None
    sizes = sizes_of(shown, before)
    return [{"revision": one, "size": sizes[one.number]} for one in shown]


def _chosen(
    request: PageRequest, guide: Guide
) -> tuple[GuideRevision | None, GuideRevision | None]:
    """The two to compare, the older first; without a choice the newest and the one before."""
    named = [request.GET.get(name, "") for name in ("from", "to")]
    numbers = [int(one) for one in named if one.isdecimal() and len(one) < 9]
    revisions = guide.revisions.select_related("author")
    found = list(revisions.filter(number__in=numbers)) if len(numbers) == 2 else []
    if len(found) != 2:
        found = list(revisions[:2])
    newer, older = [*found, None, None][:2]
    return older, newer


def _compared(older: GuideRevision, newer: GuideRevision) -> dict[str, Any]:
    """In words where both files can be read today, else the files themselves."""
    try:
        difference = guide_difference(draft_of_revision(older), draft_of_revision(newer))
    except BadGuide:
        return {"file_folds": folded_lines(word_difference(older.file, newer.file))}
    return {"difference": difference}


def _preview(
    request: PageRequest,
    guide: Guide,
    wanted: GuideRevision,
    *,
    status: int = 200,
    newer: GuideRevision | None = None,
) -> HttpResponse:
    context = {
        "guide": guide,
        "revision": wanted,
        "seen": guide.revision_number,
        "newer": newer,
        **_restoring(guide, wanted),
    }
    return render(request, "kb/restore.html", context, status=status)


def _restoring(guide: Guide, wanted: GuideRevision) -> dict[str, Any]:
    """What it would change, and why it would be refused."""
    try:
        draft = as_restored(guide, wanted)
    except BadGuide as refused:
        return {"problems": sentences(refused.complaints)}
    return {
        "difference": guide_difference(draft_of(guide), draft),
        "problems": sentences(guide_problems(draft)),
    }

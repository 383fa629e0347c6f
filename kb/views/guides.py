"""The list of guides, and a guide."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from kb.forms import GuideFilterForm
from kb.models import Check, Guide, Investigation
from kb.services.contradictions import Contradiction, contradictions_of_guide
from kb.services.errors import MissingParameters, NeedsConfirmation
from kb.services.find import start_from_guide
from kb.services.health import health_of, warnings_of
from kb.services.investigate import answer_check, run_checks
from kb.services.ranking import diagnose
from kb.services.review import last_review
from kb.views.article import article_context
from kb.views.guide_records import guide_records
from kb.views.investigate import refusals, runnable
from probes.models import BatchItem, Run, Schedule
from probes.requests import PageRequest
from probes.services import RequestRefused

GUIDES_PER_PAGE = 30


@login_required
@permission_required("kb.view_guide", raise_exception=True)
def guide_list(request: PageRequest) -> HttpResponse:
    form = GuideFilterForm(request.GET)
    guides = _narrowed(_readable_by(request), **form.chosen)
    page = Paginator(guides, GUIDES_PER_PAGE).get_page(request.GET.get("page"))
    guides_shown = list(page.object_list)
    records = guide_records(guides_shown)
    rows = [{"guide": guide, "record": records[guide.pk]} for guide in guides_shown]
    context = {"form": form, "page": page, "rows": rows, "is_narrowed": bool(form.chosen)}
    template = "kb/guide_rows.html" if request.htmx else "kb/guides.html"
    return render(request, template, context)


def _readable_by(request: PageRequest) -> QuerySet[Guide]:
    """Authors see drafts too; everyone else what is published."""
    if request.user.has_perm("kb.change_guide"):
        return Guide.objects.exclude(state=Guide.State.ARCHIVED)
    return Guide.objects.published()


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


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The guide in the language it is shown in: the reader's where there is a translation."""

    language: str
    language_name: str
    is_in_reader_language: bool
    title: str
    summary: str
    body: str


@dataclass(frozen=True, kw_only=True)
class CheckRow:
    """A check of the guide with its newest run, and what makes it run by itself, if anything."""

    check: Check
    run: Run | None
    schedule: Schedule | None


@login_required
@permission_required("kb.view_guide", raise_exception=True)
def guide_detail(request: PageRequest, slug: str) -> HttpResponse:
    guide = _guide(request, slug)
    shown = _shown(guide)
    context = {
        "guide": guide,
        "shown": shown,
        **article_context(request, guide, shown, case=None),
        "checks": _check_rows(guide),
        "track": guide_records([guide])[guide.pk],
        "reviewed": last_review(guide),
        **_health(request, guide),
        "contradictions": _contradictions(request, guide),
    }
    return render(request, "kb/guide.html", context)


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def guide_checks(request: PageRequest, slug: str) -> HttpResponse:
    """Start an investigation of this guide and run its checks there."""
    guide = _guide(request, slug)
    investigation = start_from_guide(guide, by=request.user)
    wanted = request.POST.get("check", "")
    key = "all" if wanted == "all" else f"{guide.slug}/{wanted}"
    checks = runnable(request, diagnose(investigation), key)
    try:
        run_checks(investigation, checks, by=request.user)
    except (RequestRefused, NeedsConfirmation, MissingParameters) as refused:
        for reason in refusals(refused):
            messages.warning(request, reason)
    return redirect(investigation)


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def guide_answer(request: PageRequest, slug: str) -> HttpResponse:
    """Start an investigation of this guide with what a person saw."""
    guide = _guide(request, slug)
    check = get_object_or_404(guide.checks.select_related("probe"), slug=request.POST.get("check"))
    given = {name: request.POST.get(name, "") for name in ("answer", "note")}
    try:
        investigation = _answered(guide, check, given, by=request.user)
    except RequestRefused as refused:
        for reason in refusals(refused):
            messages.warning(request, reason)
        return redirect(guide)
    return redirect(investigation)


@transaction.atomic
def _answered(guide: Guide, check: Check, given: dict[str, str], *, by: User) -> Investigation:
    """Nothing is begun for an answer that is refused."""
    investigation = start_from_guide(guide, by=by)
    answer_check(investigation, check, by=by, **given)
    return investigation


def _guide(request: PageRequest, slug: str) -> Guide:
    guides = _readable_by(request).select_related("owner")
    return get_object_or_404(guides.prefetch_related("services", "translations"), slug=slug)


def _health(request: PageRequest, guide: Guide) -> dict[str, Any]:
    """Who keeps guides reads every reason; who follows one, what others found out doing it."""
    if request.user.has_perm("kb.change_guide"):
        return {"health": health_of([guide])[0]}
    return {"warnings": warnings_of(guide)}


def _contradictions(request: PageRequest, guide: Guide) -> list[Contradiction]:
    """For who may mend it; what attempts contradict stands among the reasons of its health."""
    if not request.user.has_perm("kb.change_guide"):
        return []
    return [found for found in contradictions_of_guide(guide) if found.attempt is None]


def _shown(guide: Guide) -> Shown:
    translation = guide.translation()
    language = translation.language if translation else guide.language
    return Shown(
        language=language,
        language_name=str(dict(settings.LANGUAGES).get(language, language)),
        is_in_reader_language=language == (get_language() or "").split("-")[0],
        title=guide.localized("title"),
        summary=guide.localized("summary"),
        body=guide.localized("body"),
    )


def _check_rows(guide: Guide) -> list[CheckRow]:
    key = Concat(Value(f"{guide.slug}/"), OuterRef("slug"))
    ran = BatchItem.objects.filter(ref=key, run__isnull=False).order_by("-id")
    checks = list(
        guide.checks.select_related("probe").annotate(newest=Subquery(ran.values("run")[:1]))
    )
    runs = Run.objects.in_bulk([check.newest for check in checks if check.newest])
    for check in checks:
        # The guide at hand has its translations read already.
        check.guide = guide
    kept = Schedule.objects.filter(ref__in=[check.key for check in checks]).exclude(source="")
    schedules = {schedule.ref: schedule for schedule in kept}
    return [
        CheckRow(check=c, run=runs.get(c.newest), schedule=schedules.get(c.key)) for c in checks
    ]

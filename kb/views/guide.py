"""A guide: its article, with its checks and what came of it beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from kb.models import Guide, Investigation
from kb.services.diagnosing.answers import Diagnosis
from kb.services.diagnosing.ranking import diagnose
from kb.services.guides.files import file_of
from kb.services.guides.neighbours import neighbours_of
from kb.services.upkeep.contradictions import Contradiction, contradictions_of_guide
from kb.services.upkeep.health import health_of, warnings_of
from kb.services.upkeep.review import last_review
from kb.views.article import article_context
from kb.views.guide_outcome import outcome_of, outcome_without_case
from kb.views.guide_rail import rail_of
from kb.views.guide_records import guide_records
from kb.views.readable import readable_by
from kb.views.results import STOP_POLLING
from kb.views.vantage import vantage_of
from probes.requests import PageRequest


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The guide in the language it is shown in: the reader's where there is a translation.

    `of_revision` is the original's revision that a translation was made from, where the original
    has moved on since; 0 where it has not.
    """

    language: str
    language_name: str
    is_in_reader_language: bool
    title: str
    summary: str
    body: str
    of_revision: int = 0


@login_required
@permission_required("kb.view_guide", raise_exception=True)
@require_GET
def guide_detail(request: PageRequest, slug: str) -> HttpResponse:
    guide = guide_of(request, slug)
    return page(request, guide, case_of(request.GET.get("case", "")))


@login_required
@permission_required("kb.view_guide", raise_exception=True)
@require_GET
def guide_file(request: PageRequest, slug: str) -> HttpResponse:
    """The guide as the file that an import takes, with everything it knows."""
    guide = guide_of(request, slug)
    return HttpResponse(
        file_of(guide),
        content_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{guide.slug}.md"'},
    )


def guide_of(request: PageRequest, slug: str) -> Guide:
    guides = readable_by(request).select_related("owner")
    return get_object_or_404(guides.prefetch_related("services", "translations"), slug=slug)


def case_of(public_id: str) -> Investigation | None:
    """The case that the guide is read in; None without one, and where there is none like it."""
    rows = Investigation.objects.select_related("guide", "concluded_by")
    return rows.filter(public_id=public_id).first() if public_id else None


def page(
    request: PageRequest,
    guide: Guide,
    case: Investigation | None,
    *,
    problems: Sequence[str] = (),
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or for htmx the part that changes while checks run."""
    diagnosis = _diagnosis(guide, case)
    context = _beside(request, guide, diagnosis, errors, typed) | {"problems": problems}
    if request.htmx:
        # htmx swaps only successes, and an answer with a complaint must be seen too.
        is_looking = diagnosis is not None and diagnosis.open_batch is not None
        answer = 200 if is_looking else STOP_POLLING
        return render(request, "kb/guide_live.html", context, status=answer)
    # A case that is not there, or about something else, is said, and the guide shown without it.
    context["stray_case"] = case if diagnosis is None else None
    context["is_case_unknown"] = bool(request.GET.get("case")) and case is None
    context |= _article(request, guide, context["case"])
    return render(request, "kb/guide.html", context, status=status)


def _diagnosis(guide: Guide, case: Investigation | None) -> Diagnosis | None:
    """None where the guide is not among those that the case is about."""
    if case is None:
        return None
    diagnosis = diagnose(case)
    guides = {state.check.guide_id for state in diagnosis.checks}
    guides |= {ranked.guide.pk for ranked in diagnosis.causes}
    return diagnosis if guide.pk in guides or guide.pk == case.guide_id else None


def _beside(
    request: PageRequest,
    guide: Guide,
    diagnosis: Diagnosis | None,
    errors: Mapping[str, str] | None,
    typed: Mapping[str, str] | None,
) -> dict[str, Any]:
    """What stands beside the article, and changes while checks run."""
    rail = rail_of(guide, diagnosis, errors=errors, typed=typed)
    return {
        "guide": guide,
        "case": rail.case,
        "diagnosis": diagnosis,
        "rail": rail,
        "marks": rail.marks(),
        "vantage": vantage_of([row.state for row in rail.rows]),
        "outcome": outcome_of(request, guide, diagnosis)
        if diagnosis
        else outcome_without_case(guide),
        "neighbours": neighbours_of(guide),
    }


def _article(request: PageRequest, guide: Guide, case: Investigation | None) -> dict[str, Any]:
    shown = _shown(guide)
    return {
        "shown": shown,
        **article_context(request, guide, shown, case),
        "track": guide_records([guide])[guide.pk],
        "reviewed": last_review(guide),
        **_health(request, guide),
        "contradictions": _contradictions(request, guide),
    }


def _health(request: PageRequest, guide: Guide) -> dict[str, Any]:
    """Who keeps guides reads every reason; who follows one, what others found out doing it."""
    if request.user.has_perm("kb.change_guide"):
        return {"health": health_of([guide])[0], "warnings": warnings_of(guide)}
    return {"warnings": warnings_of(guide)}


def _contradictions(request: PageRequest, guide: Guide) -> list[Contradiction]:
    """For who may mend it; what attempts contradict stands among the reasons of its health."""
    if not request.user.has_perm("kb.change_guide"):
        return []
    return [found for found in contradictions_of_guide(guide) if found.attempt is None]


def _shown(guide: Guide) -> Shown:
    translation = guide.translation()
    language = translation.language if translation else guide.language
    is_behind = translation is not None and translation.of_revision < guide.revision_number
    return Shown(
        language=language,
        language_name=str(dict(settings.LANGUAGES).get(language, language)),
        is_in_reader_language=language == (get_language() or "").split("-")[0],
        title=guide.localized("title"),
        summary=guide.localized("summary"),
        body=guide.localized("body"),
        of_revision=translation.of_revision if translation and is_behind else 0,
    )

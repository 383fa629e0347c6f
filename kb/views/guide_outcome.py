"""What a person may say came of a guide's repairs, and what they just said."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from kb.models import Attempt, Cause, Guide, Investigation, Resolution
from kb.services.diagnosing.answers import Diagnosis, ResolutionView
from kb.services.diagnosing.second_thoughts import may_undo
from probes.requests import PageRequest

# What the browser's session calls the outcome that was recorded on a guide's page last.
SAID = "said_attempt"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The repairs of one cause, as somebody who just made one of them looks for it."""

    cause: Cause
    resolutions: tuple[Resolution, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`chosen` is the likeliest cause's first repair, and `view` what its verification saw.

    `said` is what this person recorded here last, in this case; `tried` what was before.
    """

    choices: tuple[Choice, ...]
    chosen: Resolution | None
    view: ResolutionView | None = None
    said: Attempt | None = None
    can_undo: bool = False
    tried: tuple[Attempt, ...] = ()
    is_concluded: bool = False


def outcome_without_case(guide: Guide) -> Outcome:
    resolutions = Resolution.objects.exclude(kind=Resolution.Kind.AVOID)
    causes = guide.causes.prefetch_related(Prefetch("resolutions", resolutions))
    choices = _choices(guide, list(causes))
    return Outcome(choices=choices, chosen=choices[0].resolutions[0] if choices else None)


def outcome_of(request: PageRequest, guide: Guide, diagnosis: Diagnosis) -> Outcome:
    case = diagnosis.investigation
    ranked = [one for one in diagnosis.causes if one.guide.pk == guide.pk]
    views = [view for one in ranked for view in one.resolutions if not _is_avoid(view.resolution)]
    said = _said(request, case, diagnosis.attempts)
    chosen = _chosen(views, said)
    return Outcome(
        choices=_from_views(views),
        chosen=chosen.resolution if chosen else None,
        view=chosen,
        said=said,
        can_undo=said is not None and may_undo(said, by=request.user),
        tried=tuple(one for one in diagnosis.attempts if one != said),
        is_concluded=case.concluded_at is not None,
    )


def _chosen(views: Sequence[ResolutionView], said: Attempt | None) -> ResolutionView | None:
    """What did not help here is not proposed again."""
    fresh = [view for view in views if not view.failed_here]
    if said is not None and said.outcome == Attempt.Outcome.WORKED:
        fresh = [view for view in views if view.resolution.pk == said.resolution_id] or fresh
    return next(iter(fresh or views), None)


def _said(request: PageRequest, case: Investigation, attempts: Sequence[Attempt]) -> Attempt | None:
    number = request.session.get(SAID)
    return next((one for one in reversed(attempts) if one.pk == number), None)


def _is_avoid(resolution: Resolution) -> bool:
    return resolution.kind == Resolution.Kind.AVOID


def _from_views(views: Sequence[ResolutionView]) -> tuple[Choice, ...]:
    grouped: dict[int, list[Resolution]] = {}
    for view in views:
        grouped.setdefault(view.resolution.cause_id, []).append(view.resolution)
    return tuple(Choice(cause=rows[0].cause, resolutions=tuple(rows)) for rows in grouped.values())


def _choices(guide: Guide, causes: Sequence[Cause]) -> tuple[Choice, ...]:
    """The guide at hand has its translations read already."""
    found = []
    for cause in causes:
        cause.guide = guide
        rows = tuple(cause.resolutions.all())
        for resolution in rows:
            resolution.cause = cause
        if rows:
            found.append(Choice(cause=cause, resolutions=rows))
    return tuple(found)

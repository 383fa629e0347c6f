"""Causes that recent cases contradict: what was confirmed, beside what the runs ruled out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from kb import diagnosis
from kb.models import Cause, Check, Guide, Investigation
from kb.services.diagnosing.weighing import rules_of
from kb.services.upkeep.health.reasons import LOOK, STALE, Reason
from probes.models import Batch, Run
from probes.services import judged

# The newest confirmed cases of a guide that are looked at.
MOST_CASES = 10
# So many cases that had another cause and ruled this one out are no accident.
RULED_OUT_IN = 3

_RULED_OUT = "ruled_out"


@dataclass(frozen=True, kw_only=True)
class PastCase:
    """A case whose cause was confirmed, and the state of each cause by its runs, by cause key."""

    public_id: str
    at: datetime
    confirmed: str
    states: Mapping[str, str]


def contradicted_in(cause: str, cases: Sequence[PastCase]) -> list[PastCase]:
    """The cases, newest first, that confirmed this cause although their own runs ruled it out."""
    return [one for one in cases if one.confirmed == cause and one.states.get(cause) == _RULED_OUT]


def ruled_out_beside(cause: str, cases: Sequence[PastCase]) -> list[PastCase]:
    """The cases that ruled the cause out and confirmed another, where none confirmed this one."""
    if any(one.confirmed == cause for one in cases):
        return []
    against = [one for one in cases if one.states.get(cause) == _RULED_OUT]
    return against if len(against) >= RULED_OUT_IN else []


def cause_reasons(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    """Five queries: the newest confirmed cases, their runs, and the guides' checks and rules."""
    found = _confirmed_cases(guides)
    if not found:
        return
    causes = _causes(guides, found)
    runs = _runs(found, guides)
    for guide_id, investigations in found.items():
        own = causes.get(guide_id, [])
        cases = [
            _past_case(one, own, guides[guide_id], runs.get(one.pk, [])) for one in investigations
        ]
        for cause in own:
            yield from ((guide_id, reason) for reason in _reasons(cause, cases))


def _reasons(cause: Cause, cases: Sequence[PastCase]) -> Iterator[Reason]:
    title = cause.guide.localized_name("causes", cause.slug, cause.title)
    if own := contradicted_in(cause.key, cases):
        said = _(
            "“%(cause)s” was confirmed in a case whose own checks had ruled it out: a rule is "
            "wrong, or the conclusion."
        ) % {"cause": title}
        yield _reason(said, STALE, own)
    elif cause.standing == Cause.Standing.CONFIRMED and (
        others := ruled_out_beside(cause.key, cases)
    ):
        said = _(
            "“%(cause)s” stands as confirmed, but checks ruled it out in %(count)s recent cases, "
            "which had another cause."
        ) % {"cause": title, "count": len(others)}
        yield _reason(said, LOOK, others)


def _reason(text: str, severity: str, cases: Sequence[PastCase]) -> Reason:
    return Reason(
        code="cause_contradicted",
        severity=severity,
        text=text,
        since=cases[-1].at,
        href=f"/i/{cases[0].public_id}/",
        evidence=_("the newest case"),
    )


def _confirmed_cases(guides: Mapping[int, Guide]) -> dict[int, list[Investigation]]:
    """The newest confirmed cases by guide, newest first."""
    guide = "concluded_cause__guide_id"
    order = [F("concluded_at").desc(), F("pk").desc()]
    rows = (
        Investigation.objects.filter(
            concluded_cause__guide__in=guides,
            concluded_at__isnull=False,
            confirmation__in=(Investigation.Confirmation.RUNS, Investigation.Confirmation.PERSON),
        )
        .annotate(place=Window(RowNumber(), partition_by=guide, order_by=order))
        .filter(place__lte=MOST_CASES)
        .select_related("concluded_cause")
        .defer("text")
        .order_by("-concluded_at", "-pk")
    )
    found: dict[int, list[Investigation]] = {}
    for row in rows:
        if row.concluded_cause is not None:
            found.setdefault(row.concluded_cause.guide_id, []).append(row)
    return found


def _causes(guides: Mapping[int, Guide], found: Mapping[int, object]) -> dict[int, list[Cause]]:
    causes: dict[int, list[Cause]] = {}
    rows = Cause.objects.filter(guide__in=list(found)).select_related("refines")
    for cause in rows.prefetch_related("evidence"):
        cause.guide = guides[cause.guide_id]
        if cause.refines is not None:
            cause.refines.guide = cause.guide
        causes.setdefault(cause.guide_id, []).append(cause)
    return causes


def _runs(
    found: Mapping[int, Sequence[Investigation]], guides: Mapping[int, Guide]
) -> dict[int, list[diagnosis.Seen]]:
    """What the cases saw before they were concluded, by case."""
    concluded = {one.pk: one.concluded_at for cases in found.values() for one in cases}
    checks = Check.objects.filter(guide__in=list(found)).values_list("guide_id", "slug", "baseline")
    baselines = {f"{guides[guide].slug}/{slug}": baseline for guide, slug, baseline in checks}
    rows = (
        Run.objects.filter(
            item__batch__investigations__in=list(concluded),
            item__batch__purpose=Batch.Purpose.DIAGNOSE,
            item__ref__in=list(baselines),
        )
        .annotate(case=F("item__batch__investigations"), ref=F("item__ref"))
        .defer("output", "attempts", "summary")
    )
    seen: dict[int, list[diagnosis.Seen]] = {}
    for run in rows:
        ended = concluded.get(run.case)
        if ended is not None and run.recorded_at <= ended:
            seen.setdefault(run.case, []).append(_seen(run, run.ref, baselines[run.ref]))
    return seen


def _seen(run: Run, check: str, baseline: str) -> diagnosis.Seen:
    return diagnosis.Seen(
        check=check,
        run=run.pk,
        status=judged(run, baseline),
        reason_code=run.reason_code,
        facts=run.facts,
        purpose=Batch.Purpose.DIAGNOSE.value,
    )


def _past_case(
    case: Investigation, causes: Sequence[Cause], guide: Guide, seen: Sequence[diagnosis.Seen]
) -> PastCase:
    values = [
        diagnosis.Cause(
            key=cause.key,
            group=guide.slug,
            order=order,
            weight=cause.weight,
            refines=cause.refines.key if cause.refines else None,
            rules=rules_of(cause, guide),
        )
        for order, cause in enumerate(causes)
    ]
    confirmed, at = case.concluded_cause, case.concluded_at
    assert confirmed is not None and at is not None
    return PastCase(
        public_id=case.public_id,
        at=at,
        confirmed=f"{guide.slug}/{confirmed.slug}",
        states={one.key: one.state for one in diagnosis.rank(values, seen=seen).beliefs},
    )

"""Fixes that stopped working, by what people said who tried them."""

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from kb.diagnosis.track_record import RECENT, RECENT_FAILED, stopped_working
from kb.models import Attempt, Guide, Resolution
from kb.services.cases.track_records import last_words
from kb.services.upkeep.health.reasons import STALE, Reason

# The newest tries of a fix; what worked before them says little about today.
_MOST_TRIES = 40


def repair_reasons(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    """One query for the newest tries of every fix and workaround."""
    for tries in _tries(guides).values():
        newest = stopped_working([one.outcome for one in tries])
        if newest:
            resolution = tries[0].resolution
            assert resolution is not None
            guide = guides[resolution.cause.guide_id]
            resolution.cause.guide = guide
            yield guide.pk, _reason(resolution, tries, newest)


def _tries(guides: Mapping[int, Guide]) -> dict[int, list[Attempt]]:
    """By resolution, oldest first."""
    numbered = last_words(guides.values()).annotate(
        place=Window(RowNumber(), partition_by="resolution_id", order_by=F("id").desc())
    )
    rows = numbered.filter(place__lte=_MOST_TRIES).select_related(
        "resolution__cause", "investigation"
    )
    tries: dict[int, list[Attempt]] = {}
    for row in rows.order_by("id"):
        if row.resolution_id is not None:
            tries.setdefault(row.resolution_id, []).append(row)
    return tries


def _reason(resolution: Resolution, tries: Sequence[Attempt], newest: int) -> Reason:
    failed = [one for one in tries[-newest:] if one.outcome != Attempt.Outcome.WORKED]
    return Reason(
        code="fix_failing",
        severity=STALE,
        text=_sentence(resolution.localized("title"), tries, newest),
        since=failed[0].at,
        href=failed[-1].investigation.get_absolute_url(),
        evidence=_("the newest case"),
        is_for_everyone=True,
    )


def _sentence(title: str, tries: Sequence[Attempt], newest: int) -> str:
    last = [one.outcome for one in tries[-RECENT:]]
    failed = last.count(Attempt.Outcome.FAILED)
    if failed >= RECENT_FAILED:
        return _("“%(fix)s”: %(failed)s of the last %(tried)s people said it did not help.") % {
            "fix": title,
            "failed": failed,
            "tried": len(last),
        }
    outcomes = [one.outcome for one in tries]
    return _(
        "“%(fix)s” helped in %(worked)s of the newest %(tried)s tries, and in %(before)s of the "
        "%(earlier)s before them."
    ) % {
        "fix": title,
        "worked": outcomes[-newest:].count(Attempt.Outcome.WORKED),
        "tried": newest,
        "before": outcomes[:-newest].count(Attempt.Outcome.WORKED),
        "earlier": len(outcomes) - newest,
    }

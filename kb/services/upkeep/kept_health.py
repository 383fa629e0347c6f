"""Health as it was last found: a large base cannot look at every guide for every page.

A guide is looked at again when it or what was tried with it changed, when a page shows it, and
otherwise in turn, a few at a time, by whoever has the time.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from kb.models import Attempt, Guide, GuideHealth
from kb.services.upkeep.health import Health, health_of

# So many guides are looked at within a fifth of a second of one processor.
AT_ONCE = 50
# Up to so many, all are looked at on reading and nothing is kept.
FEW = 150
# In turn, a guide is looked at again after this.
AGAIN_AFTER = timedelta(minutes=30)
# What happened last decides which guides are looked at out of turn.
_NEWEST_ATTEMPTS = 50

_REVIEWED = (Guide.State.PUBLISHED, Guide.State.IN_REVIEW)


def reviewed() -> QuerySet[Guide]:
    """The guides that are kept under review."""
    return Guide.objects.filter(state__in=_REVIEWED)


def is_large() -> bool:
    """Whether there are too many guides to look at all of them for a page."""
    return reviewed()[FEW : FEW + 1].exists()


def look_at(guides: Iterable[int]) -> list[Health]:
    """The health of these guides now, in their order; it is kept."""
    pks = list(guides)
    rows = reviewed().select_related("owner").prefetch_related("translations", "services")
    found = rows.in_bulk(pks)
    healths = health_of([found[pk] for pk in pks if pk in found])
    _keep(healths, timezone.now())
    return healths


def look_at_changed() -> None:
    """At guides that are new, were changed, or were tried since someone looked; at most so many."""
    # One that was never looked at waits longest.
    wanted = reviewed().filter(
        Q(kept_health=None)
        | Q(updated_at__gt=F("kept_health__looked_at"))
        | Q(pk__in=_tried_since())
    )
    oldest = wanted.order_by(F("kept_health__looked_at").asc(nulls_first=True), "pk")
    if pks := list(oldest.values_list("pk", flat=True)[:AT_ONCE]):
        look_at(pks)


def look_in_turn() -> None:
    """At the few guides that nobody looked at for longest, where the base is large."""
    if is_large():
        look_at_changed()
        long_ago = GuideHealth.objects.filter(looked_at__lt=timezone.now() - AGAIN_AFTER)
        oldest = long_ago.filter(guide__state__in=_REVIEWED).order_by("looked_at", "pk")
        if pks := list(oldest.values_list("pk", flat=True)[:AT_ONCE]):
            look_at(pks)


def look_at_all() -> None:
    """At every guide, however long it takes."""
    pks = list(reviewed().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), AT_ONCE):
        look_at(pks[start : start + AT_ONCE])


def kept(*, reason: str = "", service: str = "", owner: str = "") -> QuerySet[GuideHealth]:
    """What was found of the guides under review, narrowed, those with a reason, worst first."""
    rows = GuideHealth.objects.filter(guide__state__in=_REVIEWED, reasons__gt=0)
    if reason:
        rows = rows.filter(codes__contains=f" {reason} ")
    if service:
        rows = rows.filter(guide__services__slug=service)
    if owner:
        rows = rows.filter(guide__owner__username=owner)
    return rows.order_by("badness", "-reasons", "guide__slug")


def _tried_since() -> list[int]:
    """Guides of the newest attempts that came after the guide was looked at."""
    newest = Attempt.objects.order_by("-pk").values("pk")[:_NEWEST_ATTEMPTS]
    by_guide = Attempt.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).exclude(
        resolution=None
    )
    last = dict(by_guide.order_by().values_list("resolution__cause__guide").annotate(Max("at")))
    looked = GuideHealth.objects.filter(guide__in=last).values_list("pk", "looked_at")
    return [pk for pk, at in looked if last[pk] > at]


def _keep(healths: Sequence[Health], now: datetime) -> None:
    GuideHealth.objects.bulk_create(
        [_row(one, now) for one in healths],
        update_conflicts=True,
        unique_fields=["guide"],
        update_fields=["looked_at", "badness", "reasons", "codes"],
    )


def _row(one: Health, now: datetime) -> GuideHealth:
    codes = sorted({reason.code for reason in one.reasons})
    return GuideHealth(
        guide=one.guide,
        looked_at=now,
        badness=one.order[0],
        reasons=len(one.reasons),
        codes=f" {' '.join(codes)} " if codes else "",
    )

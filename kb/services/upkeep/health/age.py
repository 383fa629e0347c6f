"""What time alone does to a guide: a review that is due, a translation left behind."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kb.models import Guide, GuideRevision, GuideTranslation
from kb.services.upkeep.health.reasons import LOOK, STALE, Reason

# Overdue for as long as this, nobody looks after the guide.
FORGOTTEN_AFTER = timedelta(days=180)
NOT_MATCHED_FOR = timedelta(days=180)

_BEHIND = {
    "ko": gettext_noop(
        "The Korean translation was made from revision %(of)s; the guide is at %(now)s."
    ),
    "en": gettext_noop(
        "The English translation was made from revision %(of)s; the guide is at %(now)s."
    ),
}


def age_reasons(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    """One query, for the revisions that the translations do not know."""
    for guide in guides.values():
        yield from ((guide.pk, reason) for reason in _of_one(guide))
    yield from _behind(guides)


def _of_one(guide: Guide) -> Iterator[Reason]:
    today = timezone.now().date()
    page = guide.get_absolute_url()
    if guide.state == Guide.State.IN_REVIEW:
        said = _("Its author asks for a review before it is published.")
        yield Reason(
            code="in_review",
            severity=LOOK,
            text=said,
            since=guide.updated_at,
            href=page,
            evidence=_("the guide"),
        )
    if guide.review_after is not None and guide.review_after < today:
        is_forgotten = guide.review_after < today - FORGOTTEN_AFTER
        yield Reason(
            code="overdue",
            severity=STALE if is_forgotten else LOOK,
            text=_("Its review is overdue."),
            since=guide.review_after,
            href=page,
            evidence=_("the guide"),
        )
    needed = guide.matched_on or guide.created_at.date()
    if guide.state == Guide.State.PUBLISHED and needed < today - NOT_MATCHED_FOR:
        yield Reason(
            code="not_matched",
            severity=LOOK,
            text=_("Nobody was led to it or started its checks for %(days)s days.")
            % {"days": (today - needed).days},
            since=needed,
            href=page,
            evidence=_("the guide"),
        )


def _behind(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    later = GuideRevision.objects.filter(
        guide=OuterRef("guide"), number__gt=OuterRef("of_revision")
    )
    rows = GuideTranslation.objects.filter(guide__in=guides).annotate(
        now=Subquery(later.order_by("-number").values("number")[:1]),
        since=Subquery(later.order_by("number").values("created_at")[:1]),
    )
    found = rows.filter(now__isnull=False).order_by("language")
    for guide, language, of, now, since in found.values_list(
        "guide_id", "language", "of_revision", "now", "since"
    ):
        yield guide, _behind_reason(guides[guide], language, of, now, since)


def _behind_reason(guide: Guide, language: str, of: int, now: int, since: datetime) -> Reason:
    said = _BEHIND.get(language, "%(of)s → %(now)s")
    return Reason(
        code="translation_behind",
        severity=LOOK,
        text=_(said) % {"of": of, "now": now},
        since=since,
        href=f"{guide.get_absolute_url()}translation/{language}/",
        evidence=_("the translation"),
    )

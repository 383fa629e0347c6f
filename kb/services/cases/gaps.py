"""What nobody could answer: counted by fingerprint, and dropped once a guide answers it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from kb.models import Guide, Investigation, SearchGap
from kb.services.cases.reading import guides_for

SAMPLE_CHARS = 2_000


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A gap with how many different people asked. Who was not logged in is nobody."""

    gap: SearchGap
    people: int


def count_gap(investigation: Investigation) -> None:
    """One more text of this fingerprint without an answer; an answered gap is open again."""
    gap, is_new = SearchGap.objects.get_or_create(
        fingerprint=investigation.fingerprint,
        defaults={"count": 1, "sample": investigation.text[:SAMPLE_CHARS]},
    )
    if not is_new:
        SearchGap.objects.filter(pk=gap.pk).update(
            count=F("count") + 1, last_seen=timezone.now(), answered_at=None, answered_by=None
        )


def close_gap(fingerprint: str, guide: Guide) -> None:
    """A text of this fingerprint was answered: the gap leaves the queue and says by what."""
    still_open = SearchGap.objects.filter(fingerprint=fingerprint, answered_at=None)
    still_open.update(answered_at=timezone.now(), answered_by=guide)


def look_up_again(gap: SearchGap) -> Guide | None:
    """The guide that answers the gap's sample now, if one does; then the gap is closed."""
    asked = Investigation(text=gap.sample, fingerprint=gap.fingerprint)
    _analysis, guides = guides_for(asked)
    if not guides:
        return None
    close_gap(gap.fingerprint, guides[0])
    return guides[0]


def gap_of(investigation: Investigation) -> Gap | None:
    """The open gap that the investigation's text belongs to."""
    found = SearchGap.objects.filter(fingerprint=investigation.fingerprint, answered_at=None)
    return next(iter(with_people(found)), None)


def open_gaps() -> QuerySet[SearchGap]:
    """The authoring queue, most often asked first."""
    return SearchGap.objects.filter(answered_at=None)


def answered_gaps() -> QuerySet[SearchGap]:
    """What the queue lost, the newest answer first."""
    # One that was only drafted for was never unanswered.
    answered = SearchGap.objects.filter(answered_at__isnull=False, count__gt=0)
    rows = answered.select_related("answered_by").prefetch_related("answered_by__translations")
    return rows.order_by("-answered_at", "-pk")


def with_people(gaps: Iterable[SearchGap]) -> list[Gap]:
    """The gaps in their order, their people counted in one query."""
    gaps = list(gaps)
    asked = Investigation.objects.filter(fingerprint__in=[gap.fingerprint for gap in gaps])
    counts = dict(
        asked.order_by()
        .values("fingerprint")
        .annotate(people=Count("started_by", distinct=True))
        .values_list("fingerprint", "people")
    )
    return [Gap(gap=gap, people=counts.get(gap.fingerprint, 0)) for gap in gaps]

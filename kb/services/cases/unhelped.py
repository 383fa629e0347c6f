"""Cases that were answered, and in which nothing helped: as good as no answer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from kb.models import Attempt

# What failed longer ago was about a world that is gone; the newest so many are read.
RECENT = timedelta(days=90)
MOST_TRIES = 1_000


@dataclass(frozen=True, kw_only=True)
class Unhelped:
    """An open case in which something was tried and nothing worked, not even partly."""

    pk: int
    public_id: str
    fingerprint: str
    person: int | None
    at: datetime
    guides_tried: frozenset[int]


def unhelped_cases(guides: Iterable[int] | None = None) -> list[Unhelped]:
    """The newest, newest first; of some guides' repairs, where guides are given. One query."""
    helped = Attempt.objects.filter(
        investigation=OuterRef("investigation"),
        outcome__in=(Attempt.Outcome.WORKED, Attempt.Outcome.PARTLY),
    )
    failed = Attempt.objects.filter(
        ~Exists(helped),
        outcome=Attempt.Outcome.FAILED,
        investigation__concluded_at=None,
        investigation__created_at__gte=timezone.now() - RECENT,
    )
    if guides is not None:
        failed = failed.filter(resolution__cause__guide__in=list(guides))
    rows = failed.order_by("-investigation_id", "pk").values_list(
        "investigation_id",
        "investigation__public_id",
        "investigation__fingerprint",
        "investigation__started_by",
        "investigation__created_at",
        "resolution__cause__guide_id",
    )
    return _cases(rows[:MOST_TRIES])


def _cases(
    rows: Iterable[tuple[int, str, str, int | None, datetime, int | None]],
) -> list[Unhelped]:
    cases: dict[int, Unhelped] = {}
    for pk, public_id, fingerprint, person, at, guide in rows:
        case = cases.get(pk) or Unhelped(
            pk=pk,
            public_id=public_id,
            fingerprint=fingerprint,
            person=person,
            at=at,
            guides_tried=frozenset(),
        )
        tried = case.guides_tried | ({guide} if guide is not None else set())
        cases[pk] = replace(case, guides_tried=tried)
    return list(cases.values())

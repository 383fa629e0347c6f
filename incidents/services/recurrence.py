"""The same failure again: incidents whose error has the same fingerprint."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from incidents.models import Incident

MOST_EARLIER = 10
# `merged_into=None` would say the same, and lead SQLite to walk the index of merged incidents,
# which holds nearly all of them under NULL: 20 s among 20,000 incidents instead of 0.2 s.
_WHOLE = ~Q(merged_into__isnull=False)


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """`number`: which time this is. `every`: from one to the next on average, None for the first.

    `earlier` holds the newest ones before it, with what fixed each in their investigation.
    """

    number: int
    every: timedelta | None
    last: datetime | None
    earlier: Sequence[Incident]

    @property
    def is_first(self) -> bool:
        return self.number == 1


def counted() -> QuerySet[Incident]:
    """The incidents that count as one time each: a duplicate is part of another one.

    Without a pasted error there is no fingerprint that says anything.
    """
    return Incident.objects.filter(_WHOLE).exclude(investigation__text="")


def recurrence_of(incident: Incident) -> Recurrence | None:
    """None where it cannot be told: no error was pasted, or it is a duplicate. Two queries."""
    found = incident.investigation
    if found is None or not found.text.strip() or incident.merged_into_id:
        return None
    before = _alike_before(incident)
    starts = list(before.order_by("started_at").values_list("started_at", flat=True))
    return Recurrence(
        number=len(starts) + 1,
        every=(incident.started_at - starts[0]) / len(starts) if starts else None,
        last=starts[-1] if starts else None,
        earlier=list(_with_what_fixed(before)) if starts else [],
    )


def with_times_before(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Each with `times_before`: how often the same failure came before it."""
    count = (
        _earlier_of_outer()
        .order_by()
        .values("investigation__fingerprint")
        .annotate(times=Count("pk"))
    )
    return incidents.annotate(
        times_before=Coalesce(Subquery(count.values("times")[:1], IntegerField()), 0)
    )


def times_before_of(incidents: Iterable[int]) -> Mapping[int, int]:
    """By the pk of each: how often the same failure came before it."""
    again = with_times_before(Incident.objects.filter(pk__in=list(incidents)).order_by())
    # The annotation is not among the model's fields, which is all that the plugin knows.
    return dict(again.values_list("pk", "times_before"))  # type: ignore[misc]


def recurring(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Those that are at least the second time; one earlier one is enough to know."""
    return incidents.filter(_WHOLE, Exists(_earlier_of_outer()))


def _earlier_of_outer() -> QuerySet[Incident]:
    return counted().filter(
        investigation__fingerprint=OuterRef("investigation__fingerprint"),
        started_at__lt=OuterRef("started_at"),
    )


def _alike_before(incident: Incident) -> QuerySet[Incident]:
    found = incident.investigation
    assert found is not None
    alike = counted().filter(investigation__fingerprint=found.fingerprint)
    return alike.filter(started_at__lt=incident.started_at).exclude(pk=incident.pk)


def _with_what_fixed(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    return (
        incidents.select_related(
            "investigation__concluded_resolution__cause__guide",
            "investigation__concluded_cause__guide",
        )
        .prefetch_related(
            "investigation__attempts",
            "investigation__concluded_resolution__cause__guide__translations",
        )
        .order_by(F("started_at").desc(), "-pk")[:MOST_EARLIER]
    )

"""What earlier cases say: how often repairs worked, which causes were confirmed, what is alike."""

from collections.abc import Iterable

from django.db.models import Count, Max

from kb.models import Attempt, Guide, Investigation

MOST_SIMILAR = 5


def track_records(guides: Iterable[Guide]) -> dict[int, tuple[int, int]]:
    """Per resolution (worked, tried), one voice per person and case: what they said last.

    "Not known" is no try. A repair that helped partly was tried and did not work.
    """
    attempts = Attempt.objects.filter(resolution__cause__guide__in=list(guides))
    last = attempts.values("resolution", "investigation", "by").annotate(last=Max("id"))
    counts = (
        Attempt.objects.filter(pk__in=last.values("last"))
        .exclude(outcome=Attempt.Outcome.UNKNOWN)
        .order_by()
        .values_list("resolution_id", "outcome")
        .annotate(Count("id"))
    )
    records: dict[int, tuple[int, int]] = {}
    for resolution, outcome, count in counts:
        worked, tried = records.get(resolution, (0, 0))
        won = count if outcome == Attempt.Outcome.WORKED else 0
        records[resolution] = (worked + won, tried + count)
    return records


def confirmations(investigation: Investigation, guides: Iterable[Guide]) -> dict[int, int]:
    """How many other cases with these symptoms each cause was the conclusion of.

    One person who pastes the same error every hour is one voice a day.
    """
    concluded = Investigation.objects.filter(
        concluded_cause__guide__in=list(guides), fingerprint=investigation.fingerprint
    ).exclude(pk=investigation.pk)
    voices = (
        concluded.order_by()
        .values_list("concluded_cause_id", "concluded_by_id", "concluded_at__date")
        .distinct()
    )
    counts: dict[int, int] = {}
    for cause, _person, _day in voices:
        counts[cause] = counts.get(cause, 0) + 1
    return counts


def similar_to(investigation: Investigation) -> tuple[Investigation, ...]:
    """The newest concluded cases with the same fingerprint."""
    alike = Investigation.objects.filter(
        fingerprint=investigation.fingerprint, concluded_at__isnull=False
    ).exclude(pk=investigation.pk)
    rows = alike.select_related("concluded_cause__guide", "concluded_resolution__cause__guide")
    rows = rows.prefetch_related("attempts")
    return tuple(rows.order_by("-concluded_at", "-pk")[:MOST_SIMILAR])

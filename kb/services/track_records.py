"""What earlier cases say: how often repairs worked, and which causes were confirmed."""

from collections.abc import Iterable

from django.db.models import Count, Max

from kb.models import Attempt, Guide, Investigation


def track_records(
    guides: Iterable[Guide | int], *, apart_from: Investigation | None = None
) -> dict[int, tuple[int, int]]:
    """Per resolution (worked, tried), one voice per person and case: what they said last.

    "Not known" is no try. A repair that helped partly was tried and did not work.
    """
    attempts = Attempt.objects.filter(resolution__cause__guide__in=list(guides))
    if apart_from is not None:
        attempts = attempts.exclude(investigation=apart_from)
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
        concluded_cause__guide__in=list(guides),
        fingerprint=investigation.fingerprint,
        # What was only presumed teaches nothing, or a guess would confirm itself.
        confirmation__in=(Investigation.Confirmation.RUNS, Investigation.Confirmation.PERSON),
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

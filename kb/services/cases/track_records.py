"""How often each repair worked, everywhere and by environment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Max, QuerySet

from kb.diagnosis.track_record import ENOUGH_TRIES, Tally
from kb.models import Attempt, Guide, Investigation

_NOTHING = Tally()


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """A repair's wins of tries. `by_environment` holds what was tried under a name, by it."""

    everywhere: Tally = _NOTHING
    by_environment: Mapping[str, Tally] = field(default_factory=dict)

    def here(self, environment: str) -> Tally | None:
        """What was tried in this environment; None where nothing was, or it has no name."""
        return self.by_environment.get(environment_name(environment))

    def deciding(self, environment: str) -> Tally:
        """What orders the repair: its own environment's record once it tells enough, else all."""
        here = self.here(environment)
        return here if here is not None and here.tried >= ENOUGH_TRIES else self.everywhere


NEVER_TRIED = TrackRecord()


def environment_name(given: str) -> str:
    """`Prod ` and `prod` are one environment."""
    return " ".join(given.split()).lower()


def track_records(
    guides: Iterable[Guide | int], *, apart_from: Investigation | None = None
) -> dict[int, TrackRecord]:
    """Per resolution that was tried, in one query.

    One voice per person and case: what they said last. "Not known" is no try; a repair that
    helped partly was tried and did not work.
    """
    counts = (
        last_words(guides, apart_from=apart_from)
        .order_by()
        .values_list("resolution_id", "investigation__environment", "outcome")
        .annotate(Count("id"))
    )
    records: dict[int, dict[str, Tally]] = {}
    for resolution, environment, outcome, count in counts:
        here = records.setdefault(resolution, {})
        name = environment_name(environment)
        won = count if outcome == Attempt.Outcome.WORKED else 0
        here[name] = here.get(name, _NOTHING) + Tally(worked=won, tried=count)
    return {resolution: _record(tallies) for resolution, tallies in records.items()}


def last_words(
    guides: Iterable[Guide | int], *, apart_from: Investigation | None = None
) -> QuerySet[Attempt]:
    """What each person said last about each repair of the guides in each case, where it says."""
    attempts = Attempt.objects.filter(resolution__cause__guide__in=list(guides))
    if apart_from is not None:
        attempts = attempts.exclude(investigation=apart_from)
    last = attempts.order_by().values("resolution", "investigation", "by").annotate(last=Max("id"))
    return Attempt.objects.filter(pk__in=last.values("last")).exclude(
        outcome=Attempt.Outcome.UNKNOWN
    )


def _record(tallies: Mapping[str, Tally]) -> TrackRecord:
    named = {name: tally for name, tally in sorted(tallies.items()) if name}
    return TrackRecord(everywhere=sum(tallies.values(), _NOTHING), by_environment=named)

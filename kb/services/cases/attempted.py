"""What was tried in a case, as evidence: the newest word on each thing, and its record elsewhere."""

from collections.abc import Iterable, Mapping

from django.db.models import Prefetch

from kb import diagnosis
from kb.models import Attempt, Cause, Investigation, Resolution
from kb.services.cases.track_records import NEVER_TRIED, TrackRecord, track_records


def read_attempts(investigation: Investigation) -> tuple[Attempt, ...]:
    """Every attempt with what it was for, in the order in which they were tried."""
    rows = investigation.attempts.select_related("resolution__cause__guide", "by")
    causes = Cause.objects.select_related("guide")
    return tuple(rows.prefetch_related(Prefetch("addresses", causes)))


def key_of(attempt: Attempt) -> str:
    """What was tried: `guide/cause/resolution`, or the words where no guide has it."""
    if attempt.resolution is not None:
        return f"{attempt.resolution.cause.key}/{attempt.resolution.slug}"
    return " ".join(attempt.what.casefold().split())


def newest(attempts: Iterable[Attempt]) -> dict[str, Attempt]:
    return {key_of(one): one for one in attempts}


def attempts_of(
    attempts: Iterable[Attempt], investigation: Investigation
) -> list[diagnosis.Attempt]:
    """The attempts from before the case was closed, with how each fix did in other cases."""
    until = investigation.concluded_at
    rows = [one for one in attempts if until is None or one.at <= until]
    failed = [one for one in rows if one.outcome == Attempt.Outcome.FAILED and _is_fix(one)]
    guides = {one.resolution.cause.guide_id for one in failed if one.resolution}
    records = track_records(guides, apart_from=investigation) if guides else {}
    return [_value(one, number, records) for number, one in enumerate(rows)]


def _is_fix(attempt: Attempt) -> bool:
    """A workaround that fails says nothing of the cause that it works around."""
    return attempt.resolution is not None and attempt.resolution.kind == Resolution.Kind.FIX


def _value(attempt: Attempt, number: int, records: Mapping[int, TrackRecord]) -> diagnosis.Attempt:
    fixes = attempt.resolution.cause.key if attempt.resolution and _is_fix(attempt) else ""
    record = records.get(attempt.resolution_id or 0, NEVER_TRIED).everywhere
    return diagnosis.Attempt(
        key=key_of(attempt),
        number=number,
        outcome=attempt.outcome,
        fixes=fixes,
        addresses=frozenset(cause.key for cause in attempt.addresses.all()),
        worked=record.worked,
        tried=record.tried,
    )

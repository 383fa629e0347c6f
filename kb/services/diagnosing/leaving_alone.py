"""What to leave alone, said where it tempts: before anybody follows the wrong trail."""

from collections.abc import Iterable, Iterator, Sequence

from kb.models import Cause, Resolution
from kb.models.knowledge import Strength
from kb.services.diagnosing.answers import Avoid, RankedCause, SymptomSeen

# More than these is a list that nobody reads.
_MOST = 4
# What is at least this likely is acted upon.
_TEMPTS_FROM = 0.15


def avoids_of(causes: Sequence[RankedCause], symptoms: Iterable[SymptomSeen]) -> tuple[Avoid, ...]:
    """The leading guide's warnings that this text or these runs make a mistake likely to need.

    Those of causes that are in question or that a message speaks for, of the broader ones they
    are cases of, and of what explains a message away: that tempts to repair what it seems to say.
    """
    leading = [ranked for ranked in causes if ranked.guide == causes[0].guide]
    explained = [one for one in symptoms if one.explained_by is not None]
    by_cause = {ranked.cause.pk: ranked for ranked in leading}
    found: dict[int, Avoid] = {}
    for ranked in _tempting(leading, explained):
        lures = tuple(one for one in explained if ranked.cause.pk in _explaining(one))
        for row in _warnings([by_cause[pk] for pk in _line(ranked.cause, by_cause)]):
            if row.pk not in found or (lures and not found[row.pk].lures):
                found[row.pk] = Avoid(resolution=row, lures=lures)
    # sorted() is stable: what a message tempts to comes first, then by the likelier cause.
    return tuple(sorted(found.values(), key=lambda one: not one.lures)[:_MOST])


def _tempting(
    leading: Sequence[RankedCause], explained: Sequence[SymptomSeen]
) -> Iterator[RankedCause]:
    explaining = {pk for one in explained for pk in _explaining(one)}
    for number, ranked in enumerate(leading):
        if ranked.state != "ruled_out" and (
            number == 0
            or ranked.belief >= _TEMPTS_FROM
            or ranked.cause.pk in explaining
            or _is_spoken_for(ranked)
        ):
            yield ranked


def _is_spoken_for(ranked: RankedCause) -> bool:
    return any(
        one.strength != Strength.WEAK and one.seen.explained_by is None
        for one in ranked.suggested_by
    )


def _explaining(seen: SymptomSeen) -> set[int]:
    """The causes that the symptom which explains this one speaks for, more than as a hint."""
    if seen.explained_by is None:
        return set()
    rows = seen.explained_by.suggests.all()
    return {row.cause_id for row in rows if row.strength != Strength.WEAK}


def _line(cause: Cause, known: dict[int, RankedCause]) -> list[int]:
    """The cause and the broader ones above it, nearest first."""
    line: list[int] = []
    pk: int | None = cause.pk
    while pk is not None and pk in known and pk not in line:
        line.append(pk)
        pk = known[pk].cause.refines_id
    return line


def _warnings(line: Iterable[RankedCause]) -> Iterator[Resolution]:
    for ranked in line:
        if ranked.state != "ruled_out":
            for view in ranked.resolutions:
                if view.resolution.kind == Resolution.Kind.AVOID:
                    yield view.resolution

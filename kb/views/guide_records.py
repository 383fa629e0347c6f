"""What a guide's repairs did so far, as its page and the list of guides show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.diagnosis.track_record import Tally
from kb.models import Guide, Resolution
from kb.services.cases.track_records import TrackRecord, track_records


@dataclass(frozen=True, kw_only=True)
class RepairRow:
    """A repair that was tried."""

    resolution: Resolution
    record: TrackRecord


@dataclass(frozen=True, kw_only=True)
class GuideRecord:
    """Of one guide: the repairs that were tried, and how its fixes did, and its workarounds.

    A workaround that helped repaired nothing, so the two are not added up.
    """

    rows: tuple[RepairRow, ...]

    @property
    def fixes(self) -> Tally:
        return self._of(Resolution.Kind.FIX)

    @property
    def workarounds(self) -> Tally:
        return self._of(Resolution.Kind.WORKAROUND)

    def _of(self, kind: str) -> Tally:
        tallies = [row.record.everywhere for row in self.rows if row.resolution.kind == kind]
        return sum(tallies, Tally())


def guide_records(guides: Sequence[Guide]) -> dict[int, GuideRecord]:
    """Per guide, in two queries."""
    records = track_records(guides)
    tried = Resolution.objects.filter(pk__in=records).select_related("cause__guide")
    rows: dict[int, list[RepairRow]] = {guide.pk: [] for guide in guides}
    for resolution in tried.order_by("cause__position", "cause_id", "position", "pk"):
        row = RepairRow(resolution=resolution, record=records[resolution.pk])
        rows[resolution.cause.guide_id].append(row)
    _share(guides, (row.resolution for found in rows.values() for row in found))
    return {pk: GuideRecord(rows=tuple(found)) for pk, found in rows.items()}


def _share(guides: Iterable[Guide], resolutions: Iterable[Resolution]) -> None:
    """The guides at hand have their translations read already."""
    at_hand = {guide.pk: guide for guide in guides}
    for resolution in resolutions:
        resolution.cause.guide = at_hand[resolution.cause.guide_id]

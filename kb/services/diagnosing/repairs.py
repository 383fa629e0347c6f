"""A cause's repairs as they are shown: with their record, their verification, the best first."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kb.models import Cause, Guide, Resolution
from kb.services.cases.track_records import NEVER_TRIED, TrackRecord, track_records
from kb.services.diagnosing import verification
from kb.services.diagnosing.answers import (
    ResolutionView,
)
from kb.services.diagnosing.weighed import Weighed


def resolutions_of(cause: Cause) -> tuple[ResolutionView, ...]:
    """A cause's repairs with their track record, outside any investigation."""
    records = track_records([cause.guide])
    views = [
        _view(row, records.get(row.pk, NEVER_TRIED), environment="")
        for row in cause.resolutions.prefetch_related("verify")
    ]
    return _best_first(views)


def resolutions_in(
    cause: Cause, guide: Guide, weighed: Weighed, records: Mapping[int, TrackRecord]
) -> tuple[ResolutionView, ...]:
    """Those of a cause in a case."""
    return _best_first(
        _resolution(row, guide, weighed, records.get(row.pk, NEVER_TRIED))
        for row in cause.resolutions.all()
    )


# A workaround that always helps has still repaired nothing, so it is never measured with a fix.
_KINDS = (Resolution.Kind.FIX, Resolution.Kind.WORKAROUND, Resolution.Kind.AVOID)


def _best_first(views: Iterable[ResolutionView]) -> tuple[ResolutionView, ...]:
    """What repairs, the best proven first, then what only helps, then what to leave alone."""
    # sorted() is stable, so equals keep the author's order.
    return tuple(sorted(views, key=_place))


def _place(view: ResolutionView) -> tuple[int, bool, float]:
    """What did not help in this very case stands behind what was not tried yet."""
    standing = view.record.deciding(view.environment).standing
    return (_KINDS.index(view.resolution.kind), view.failed_here, -standing)


def _view(row: Resolution, record: TrackRecord, *, environment: str) -> ResolutionView:
    return ResolutionView(
        resolution=row,
        record=record,
        environment=environment,
        verify=(),
        is_verified=False,
        can_conclude=False,
    )


def _resolution(
    row: Resolution, guide: Guide, weighed: Weighed, record: TrackRecord
) -> ResolutionView:
    keys = [f"{guide.slug}/{check.slug}" for check in row.verify.all()]
    of_guide = (one for one in weighed.compared if one.check.guide_id == guide.pk)
    verified = verification.verify(row, of_guide)
    is_open = weighed.case.investigation.concluded_at is None
    can_be_it = row.kind != Resolution.Kind.AVOID
    return replace(
        _view(row, record, environment=weighed.case.investigation.environment),
        failed_here=row.pk in weighed.failed,
        verify=tuple(weighed.after[key] for key in keys),
        is_verified=verified.is_verified,
        can_conclude=is_open and can_be_it and verified.is_looked_at,
        verification=verified,
    )

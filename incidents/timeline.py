"""An incident's timeline, merged on reading from what already has a row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Literal

from incidents.models import Incident, Note, StatusChange
from kb.models import Attempt
from probes.models import Run

Kind = Literal["opened", "pasted", "note", "status", "run", "attempt", "concluded"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the timeline; the fields beside `by` are set for their own kind only."""

    at: datetime
    kind: Kind
    by: object = None
    note: Note | None = None
    change: StatusChange | None = None
    run: Run | None = None
    attempt: Attempt | None = None


def of(incident: Incident) -> list[Entry]:
    """Oldest first."""
    entries = [*_own(incident), *_of_investigation(incident)]
    return sorted(entries, key=attrgetter("at"))


def _own(incident: Incident) -> Iterator[Entry]:
    yield Entry(at=incident.started_at, kind="opened", by=incident.reporter)
    for note in incident.notes.select_related("author"):
        yield Entry(at=note.occurred_at, kind="note", by=note.author, note=note)
    for change in incident.status_changes.select_related("by"):
        yield Entry(at=change.at, kind="status", by=change.by, change=change)


def _of_investigation(incident: Incident) -> Iterator[Entry]:
    investigation = incident.investigation
    if investigation is None:
        return
    yield Entry(at=investigation.created_at, kind="pasted", by=investigation.started_by)
    runs = Run.objects.filter(item__batch__investigations=investigation)
    for run in runs.select_related("item__batch__requested_by", "item__probe"):
        yield Entry(at=run.started_at, kind="run", by=run.item.batch.requested_by, run=run)
    for attempt in investigation.attempts.select_related("by", "resolution"):
        yield Entry(at=attempt.at, kind="attempt", by=attempt.by, attempt=attempt)
    if investigation.concluded_at:
        by = investigation.concluded_by
        yield Entry(at=investigation.concluded_at, kind="concluded", by=by)

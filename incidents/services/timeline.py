"""An incident's timeline, merged on reading from what already has a row.

What was merged into the incident is part of it, each line marked with where it comes from.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from incidents.models import ActionItem, Incident, Note, StatusChange
from incidents.services.merging import duplicates_of
from kb.models import Attempt, Cause, Guide, Investigation
from kb.services.diagnosing.answers import Diagnosis, RankedCause
from probes.models import Run

Kind = Literal[
    "opened", "pasted", "status", "merged", "note", "run", "attempt", "concluded", "action"
]
# Of what happened at the same moment, this comes first: what was done, then the state it led to.
_ORDER: Sequence[Kind] = (
    "opened", "pasted", "note", "run", "attempt", "concluded", "status", "merged", "action",
)  # fmt: skip
# What a reader may narrow the timeline to.
FILTERS: Mapping[str, frozenset[Kind]] = {
    "notes": frozenset({"note"}),
    "steps": frozenset({"opened", "status", "merged", "concluded"}),
    "checks": frozenset({"pasted", "run"}),
    "attempts": frozenset({"attempt", "concluded"}),
    "actions": frozenset({"action"}),
}
# Written down later than this, both times are shown.
_AT_ONCE = timedelta(minutes=2)
_MOST_MATCHED = 3


@dataclass(frozen=True, kw_only=True)
class Matched:
    """A guide that answered the pasted error, and its causes that the text itself points at."""

    guide: Guide
    strength: str
    causes: tuple[Cause, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the timeline; the fields below `by` are set for their own kind only.

    `incident` is the duplicate that it comes from, None for the incident's own.
    """

    at: datetime
    kind: Kind
    by: object = None
    recorded_at: datetime | None = None
    incident: Incident | None = None
    note: Note | None = None
    change: StatusChange | None = None
    run: Run | None = None
    attempt: Attempt | None = None
    investigation: Investigation | None = None
    action: ActionItem | None = None
    matched: tuple[Matched, ...] = ()

    @property
    def is_back_dated(self) -> bool:
        return self.recorded_at is not None and self.recorded_at - self.at > _AT_ONCE


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Lines that stand together: `is_folded` where only checks ran, which a reader may skip."""

    entries: tuple[Entry, ...]
    is_folded: bool = False

    @property
    def at(self) -> datetime:
        return self.entries[0].at

    @property
    def id(self) -> str:
        """So that it stays open when the page is swapped."""
        first = self.entries[0].run
        return f"runs-{first.public_id}" if first else ""

    @property
    def not_ok(self) -> int:
        return sum(one.run is not None and one.run.status != "OK" for one in self.entries)


@dataclass(frozen=True, kw_only=True)
class _Sources:
    """The incidents that make up one, and which of them each investigation belongs to."""

    whole: Incident
    incidents: Mapping[int, Incident]
    investigations: Mapping[int, Investigation]
    holder: Mapping[int, Incident] = field(default_factory=dict)

    def mark(self, incident: Incident) -> Incident | None:
        return None if incident.pk == self.whole.pk else incident

    def of_incident(self, pk: int) -> Incident | None:
        return self.mark(self.incidents[pk])

    def of_investigation(self, pk: int) -> Incident | None:
        return self.mark(self.holder[pk])


def of(incident: Incident, *, diagnosis: Diagnosis | None = None) -> list[Entry]:
    """Oldest first. `diagnosis` is that of the incident's investigation, for what matched.

    The number of queries does not grow with the lines.
    """
    sources = _sources(incident)
    entries = [
        *_beginnings(sources, diagnosis),
        *_notes(sources),
        *_steps(sources),
        *_runs(sources),
        *_attempts(sources),
        *_conclusions(sources),
        *_actions_done(sources),
    ]
    return sorted(entries, key=lambda entry: (entry.at, _ORDER.index(entry.kind)))


def narrowed(entries: Iterable[Entry], kind: str) -> list[Entry]:
    """Only what the filter names; everything for a name that is none."""
    wanted = FILTERS.get(kind)
    return [entry for entry in entries if wanted is None or entry.kind in wanted]


def stretches(entries: Iterable[Entry]) -> list[Stretch]:
    """Two or more runs in a row are one folded stretch; everything else stands alone."""
    found: list[Stretch] = []
    runs: list[Entry] = []
    for entry in [*entries, None]:
        if entry is not None and entry.kind == "run":
            runs.append(entry)
            continue
        if runs:
            found.append(Stretch(entries=tuple(runs), is_folded=len(runs) > 1))
            runs = []
        if entry is not None:
            found.append(Stretch(entries=(entry,)))
    return found


def _sources(incident: Incident) -> _Sources:
    together = [incident, *duplicates_of(incident)]
    holder: dict[int, Incident] = {}
    investigations: dict[int, Investigation] = {}
    for one in together:
        # Where two hang on the same investigation, it belongs to the one that is whole.
        if one.investigation and one.investigation.pk not in holder:
            holder[one.investigation.pk] = one
            investigations[one.investigation.pk] = one.investigation
    return _Sources(
        whole=incident,
        incidents={one.pk: one for one in together},
        investigations=investigations,
        holder=holder,
    )


def _beginnings(sources: _Sources, diagnosis: Diagnosis | None) -> Iterator[Entry]:
    for incident in sources.incidents.values():
        yield Entry(
            at=incident.started_at,
            recorded_at=incident.created_at,
            kind="opened",
            by=incident.reporter,
            incident=sources.mark(incident),
        )
    own = sources.whole.investigation
    for pk, found in sources.investigations.items():
        if found.text.strip():
            yield Entry(
                at=found.created_at,
                kind="pasted",
                by=found.started_by,
                incident=sources.of_investigation(pk),
                investigation=found,
                matched=_matched(diagnosis) if diagnosis and own and own.pk == pk else (),
            )


def _matched(diagnosis: Diagnosis) -> tuple[Matched, ...]:
    """The guides by how well they match the text, whatever the checks said since."""
    by_guide: dict[int, list[RankedCause]] = {}
    for ranked in sorted(diagnosis.causes, key=lambda one: (-one.score, one.cause.position)):
        by_guide.setdefault(ranked.guide.pk, []).append(ranked)
    return tuple(
        Matched(
            guide=ranked[0].guide,
            strength=ranked[0].strength,
            causes=tuple(one.cause for one in ranked if one.suggested_by)[:_MOST_MATCHED],
        )
        for ranked in list(by_guide.values())[:_MOST_MATCHED]
    )


def _notes(sources: _Sources) -> Iterator[Entry]:
    for note in Note.objects.filter(incident__in=sources.incidents).select_related("author"):
        yield Entry(
            at=note.occurred_at,
            recorded_at=note.recorded_at,
            kind="note",
            by=note.author,
            incident=sources.of_incident(note.incident_id),
            note=note,
        )


def _steps(sources: _Sources) -> Iterator[Entry]:
    changes = list(StatusChange.objects.filter(incident__in=sources.incidents).select_related("by"))
    # A duplicate's last step is its merging; taking it out again is a step that follows.
    last = {change.incident_id: change.pk for change in changes}
    for change in changes:
        incident = sources.incidents[change.incident_id]
        is_merging = incident.merged_into_id is not None and change.pk == last[incident.pk]
        yield Entry(
            at=change.at,
            recorded_at=change.recorded_at,
            kind="merged" if is_merging else "status",
            by=change.by,
            incident=sources.mark(incident),
            change=change,
        )


def _runs(sources: _Sources) -> Iterator[Entry]:
    links = Investigation.batches.through.objects.filter(
        investigation__in=sources.investigations
    ).values_list("batch_id", "investigation_id")
    holder = dict(links)
    runs = Run.objects.filter(item__batch__in=holder)
    for run in runs.select_related("item__batch__requested_by", "item__probe"):
        yield Entry(
            at=run.started_at,
            kind="run",
            by=run.item.batch.requested_by,
            incident=sources.of_investigation(holder[run.item.batch_id]),
            run=run,
        )


def _attempts(sources: _Sources) -> Iterator[Entry]:
    attempts = Attempt.objects.filter(investigation__in=sources.investigations)
    related = attempts.select_related("by", "resolution").prefetch_related(
        "addresses__guide__translations"
    )
    for attempt in related:
        yield Entry(
            at=attempt.at,
            kind="attempt",
            by=attempt.by,
            incident=sources.of_investigation(attempt.investigation_id),
            attempt=attempt,
        )


def _conclusions(sources: _Sources) -> Iterator[Entry]:
    for pk, found in sources.investigations.items():
        if found.concluded_at:
            yield Entry(
                at=found.concluded_at,
                kind="concluded",
                by=found.concluded_by,
                incident=sources.of_investigation(pk),
                investigation=found,
            )


def _actions_done(sources: _Sources) -> Iterator[Entry]:
    done = ActionItem.objects.filter(incident__in=sources.incidents, done_at__isnull=False)
    for item in done.select_related("done_by"):
        yield Entry(
            at=item.done_at,  # type: ignore[arg-type]
            kind="action",
            by=item.done_by,
            incident=sources.of_incident(item.incident_id),
            action=item,
        )

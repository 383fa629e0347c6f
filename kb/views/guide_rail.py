"""The checks beside a guide: where each stands, what they come to, and what may be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Value, prefetch_related_objects
from django.db.models.functions import Concat

from kb.models import Check, Guide, Investigation
from kb.services.cases.reading import read_text
from kb.services.diagnosing.answers import CheckState, Diagnosis, ParameterValue
from kb.services.diagnosing.parameters import names_used, parameters_of, scoped
from kb.views.values import Field
from kb.views.verdict import Verdict, verdict_of
from probes.models import Batch, BatchItem, Location, Run, Schedule
from probes.services import server_location

# A list from this length on folds what asks for nobody.
FOLD_FROM = 7
# What asks for a person stands first.
_FIRST = ("CRITICAL", "WARNING", "UNKNOWN", "", "OK")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A check where it stands, and what makes it run by itself, if anything."""

    state: CheckState
    schedule: Schedule | None

    @property
    def is_wrong(self) -> bool:
        return self.state.status in ("CRITICAL", "WARNING")


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Of the runs that are asked for by now."""

    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Rail:
    """`case` is None where the guide is read by itself; its rows then show the newest runs.

    `progress` is None while nothing runs. `fields` are the values that the checks look at.
    """

    case: Investigation | None
    rows: tuple[Row, ...]
    fields: tuple[Field, ...]
    verdict: Verdict | None = None
    progress: Progress | None = None
    open_batch: Batch | None = None
    seen: str = ""

    @cached_property
    def counts(self) -> list[tuple[str, int]]:
        """How many checks stand at each status, the worst first; what never ran as ""."""
        found = [row.state.status for row in self.rows]
        return [(status, found.count(status)) for status in _FIRST if status in found]

    @property
    def is_long(self) -> bool:
        return len(self.rows) >= FOLD_FROM

    @cached_property
    def shown(self) -> list[Row]:
        """While checks run they keep their places; then the worst stands first."""
        if self.progress:
            return list(self.rows)
        ordered = sorted(self.rows, key=lambda row: _FIRST.index(row.state.status))
        return [row for row in ordered if row.state.status not in self._folding]

    @cached_property
    def folded(self) -> list[tuple[str, list[Row]]]:
        """By status, what a long list keeps behind one line each."""
        if self.progress:
            return []
        groups = ((s, [row for row in self.rows if row.state.status == s]) for s in self._folding)
        return [(status, rows) for status, rows in groups if rows]

    @property
    def _folding(self) -> tuple[str, ...]:
        """Of a short list nothing; else all that is not wrong, unless there is nothing else."""
        if not self.is_long:
            return ()
        is_wrong = any(row.is_wrong for row in self.rows)
        was_seen = any(row.state.status == "UNKNOWN" for row in self.rows)
        if is_wrong:
            return ("UNKNOWN", "", "OK")
        return ("", "OK") if was_seen else ("OK",)

    @property
    def can_run_any(self) -> bool:
        return any(not row.state.is_manual for row in self.rows)

    @property
    def has_runs(self) -> bool:
        return any(row.state.run for row in self.rows)

    @property
    def was_run(self) -> bool:
        return self.case is not None and self.has_runs

    @property
    def wants_values(self) -> bool:
        """A value was refused, or read from the paste: a person has to look before it is used."""
        return any(field.error or field.value.source == "paste" for field in self.fields)

    @property
    def missing(self) -> list[Field]:
        return [field for field in self.fields if field.value.value is None]

    @property
    def given(self) -> list[Field]:
        return [field for field in self.fields if field.value.value is not None]

    def marks(self) -> dict[str, CheckState]:
        """By section of the article, its check that stands worst."""
        worst: dict[str, CheckState] = {}
        for row in sorted(self.rows, key=lambda row: _FIRST.index(row.state.status)):
            if row.state.check.section:
                worst.setdefault(row.state.check.section, row.state)
        return worst


def rail_of(
    guide: Guide,
    diagnosis: Diagnosis | None,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Rail:
    """What was `typed` and refused stands in its field again, with the error."""
    if diagnosis is None:
        states, values = _by_itself(guide)
    else:
        states = [s for s in diagnosis.checks if s.check.guide_id == guide.pk]
        values = [v for v in diagnosis.parameters if v.guide.pk == guide.pk]
    rail = Rail(
        case=diagnosis.investigation if diagnosis else None,
        rows=_rows(_newest_looks(states, diagnosis) if diagnosis else states),
        fields=_fields(states, values, errors or {}, typed or {}),
    )
    return _in_case(rail, guide, diagnosis, states) if diagnosis else rail


def _newest_looks(states: Sequence[CheckState], diagnosis: Diagnosis) -> list[CheckState]:
    """What stands in a row is the newest look, though only those before a repair are evidence."""
    after = {
        state.check.pk: state
        for ranked in diagnosis.causes
        for view in ranked.resolutions
        for state in view.verify
    }
    return [_newer(state, after.get(state.check.pk)) for state in states]


def _newer(before: CheckState, after: CheckState | None) -> CheckState:
    if after is None or before.is_open:
        return before
    is_newer = after.run is not None and (before.run is None or after.run.pk > before.run.pk)
    return after if after.is_open or is_newer else before


def _in_case(rail: Rail, guide: Guide, diagnosis: Diagnosis, states: Sequence[CheckState]) -> Rail:
    case = diagnosis.investigation
    return replace(
        rail,
        verdict=verdict_of(diagnosis, guide, states),
        progress=_progress(case) if diagnosis.open_batch else None,
        open_batch=diagnosis.open_batch,
        seen=seen(case),
    )


def open_batches(case: Investigation) -> QuerySet[Batch]:
    return case.batches.filter(state__in=(Batch.State.READY, Batch.State.LEASED))


def seen(case: Investigation) -> str:
    """Changes whenever a run is recorded or a runner takes a batch."""
    runs = Run.objects.filter(item__batch__investigations=case).count()
    leased = case.batches.filter(state=Batch.State.LEASED).count()
    return f"{runs}.{leased}"


def _progress(case: Investigation) -> Progress:
    items = BatchItem.objects.filter(batch__in=open_batches(case))
    return Progress(done=items.filter(run__isnull=False).count(), total=items.count())


def values_by_itself(guide: Guide) -> dict[str, ParameterValue]:
    """What the guide's parameters stand at before there is a case: bound by a service, default."""
    nobody = Investigation(text="", guide=guide)
    services = tuple(guide.services.all())
    return parameters_of(guide, investigation=nobody, analysis=read_text(""), services=services)


def _by_itself(guide: Guide) -> tuple[list[CheckState], list[ParameterValue]]:
    prefetch_related_objects([guide], Prefetch("checks", Check.objects.select_related("probe")))
    runs = _newest_runs(guide)
    values = values_by_itself(guide)
    here = server_location()
    states = [_state(check, runs.get(check.pk), values, here) for check in guide.checks.all()]
    return states, list(values.values())


def _newest_runs(guide: Guide) -> dict[int, Run]:
    """By check, whoever asked for it and with whatever values: two queries."""
    key = Concat(Value(f"{guide.slug}/"), OuterRef("slug"))
    ran = BatchItem.objects.filter(ref=key, run__isnull=False).order_by("-id")
    newest = dict(
        guide.checks.annotate(newest=Subquery(ran.values("run")[:1])).values_list("pk", "newest")
    )
    # Whether a person or a runner said it stands with its batch.
    rows = Run.objects.select_related("item__batch")
    runs = rows.in_bulk([run for run in newest.values() if run])
    return {check: runs[run] for check, run in newest.items() if run in runs}


def _state(
    check: Check, run: Run | None, values: Mapping[str, ParameterValue], here: Location
) -> CheckState:
    is_manual = check.probe.kind == "manual"
    used = sorted(names_used(check, check.guide))
    return CheckState(
        check=check,
        run=run,
        phase="done" if run else "never",
        is_manual=is_manual,
        can_answer=is_manual,
        location=here,
        missing=tuple(name for name in used if values[name].value is None),
    )


def _rows(states: Sequence[CheckState]) -> tuple[Row, ...]:
    kept = Schedule.objects.filter(ref__in=[state.key for state in states]).exclude(source="")
    schedules = {schedule.ref: schedule for schedule in kept}
    return tuple(Row(state=one, schedule=schedules.get(one.key)) for one in states)


def _fields(
    states: Sequence[CheckState],
    values: Iterable[ParameterValue],
    errors: Mapping[str, str],
    typed: Mapping[str, str],
) -> tuple[Field, ...]:
    """The values that some check is filled in with; others only fill commands in the article."""
    used = {name for one in states for name in names_used(one.check, one.check.guide)}
    return tuple(
        _field(value, errors.get(scoped(value), ""), typed)
        for value in values
        if value.name in used
    )


def _field(value: ParameterValue, error: str, typed: Mapping[str, str]) -> Field:
    key = scoped(value)
    shown = replace(value, value=typed[key]) if error and key in typed else value
    return Field(key=key, value=shown, error=error)

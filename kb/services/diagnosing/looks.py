"""Where each check stands: which runs of an investigation are looks of it, with what values."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kb.models import Check
from kb.services.cases.reading import Case
from kb.services.diagnosing.answers import CheckState
from kb.services.diagnosing.parameters import Values, names_used
from kb.services.diagnosing.places import Places, places_of
from probes.engine import registry
from probes.engine.errors import InvalidParams
from probes.models import Batch, BatchItem, Run

# Looks this far apart saw two states of the world: together they prove nothing.
FRESH_FOR = timedelta(hours=1)

_PHASES: Mapping[str, str] = {
    Batch.State.READY.value: "waiting",
    Batch.State.LEASED.value: "running",
}
_Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Looks:
    """The items of an investigation's batches, newest first, by what was looked at."""

    items: tuple[BatchItem, ...]
    by_key: Mapping[_Key, tuple[BatchItem, ...]]
    places: Places

    @property
    def open_batch(self) -> Batch | None:
        return next((item.batch for item in self.items if item.batch.is_open), None)


def read_looks(case: Case) -> Looks:
    rows = BatchItem.objects.filter(batch__investigations=case.investigation)
    items = tuple(rows.select_related("batch__location", "run").order_by("-batch_id", "position"))
    by_key: dict[_Key, list[BatchItem]] = {}
    for item in items:
        by_key.setdefault((item.definition_hash, _what(item)), []).append(item)
    return Looks(
        items=items,
        by_key={key: tuple(found) for key, found in by_key.items()},
        places=places_of(items, case.checks, services=case.services),
    )


def _what(item: BatchItem) -> str:
    """What was looked at; an answer without parameters is one to this very check."""
    is_answer = item.kind == "manual" or not item.params
    return item.ref if is_answer else _canonical(item.params)


def state_of(check: Check, *, values: Values, looks: Looks, purpose: str) -> CheckState:
    """The check with its newest run of this purpose and these values, and what is under way.

    Two guides that ask the same probe for the same thing share the look. What was seen from
    another place than the check's own stands apart, as `elsewhere`.
    """
    used = sorted(names_used(check, check.guide))
    missing = tuple(name for name in used if values[name].value is None)
    params = None if missing else resolved(check, values)
    place = looks.places.place_of(check, purpose=purpose)
    items = [i for i in _items(check, params, looks) if i.batch.purpose == purpose]
    # A person's word is about the check's own place, wherever the person sat.
    here = [i for i in items if is_word(i) or i.batch.location_id == place.pk]
    run = newest([item.run for item in here if hasattr(item, "run")])
    return CheckState(
        check=check,
        run=run,
        phase=_phase([i for i in items if i in here or i.batch.is_open]),
        is_manual=check.probe.kind == "manual",
        can_answer=check.probe.kind == "manual" or _nobody_saw(run),
        location=place,
        elsewhere=_newest_by_place(i for i in items if i not in here),
        values=params,
        missing=missing,
        unconfirmed=tuple(name for name in used if values[name].source == "paste"),
    )


def is_word(item: BatchItem) -> bool:
    """Whether a person says it, and no runner looked or will."""
    return item.kind == "manual" or (hasattr(item, "run") and bool(item.run.answered_by))


def newest(runs: list[Run]) -> Run | None:
    """What was recorded last; that a runner then could not look takes no person's word back."""
    newest_first = sorted(runs, key=lambda run: -run.pk)
    for run in newest_first:
        if run.answered_by:
            return run
        if run.status != "UNKNOWN":
            break
    return newest_first[0] if newest_first else None


def _nobody_saw(run: Run | None) -> bool:
    """A person may then say what they saw; where a runner looked, it can look again."""
    return run is None or run.status == "UNKNOWN" or bool(run.answered_by)


def resolved(check: Check, values: Values) -> dict[str, Any] | None:
    """What the probe would be run with, as a batch freezes it; None when it cannot be."""
    try:
        filled = fillings(check, values)
        kind, params = check.probe.kind, check.probe.params
        return registry.validate(kind, registry.fill_in(kind, params, filled))
    except InvalidParams:
        return None


def fillings(check: Check, values: Values) -> dict[str, Any]:
    """The values for the probe's placeholders. Raises InvalidParams naming what is missing."""
    return registry.fill(check.parameters, {n: v.value for n, v in values.items()})


def evidence_run(state: CheckState, *, newest: Run | None, until: datetime | None) -> Run | None:
    """The state's run, where it is fresh beside the newest look and from before the conclusion."""
    run = state.run
    if run is None or newest is None or run.started_at < newest.started_at - FRESH_FOR:
        return None
    # What was looked at after the case was closed saw the repaired world.
    return None if until is not None and run.recorded_at > until else run


def newest_look(looks: Looks) -> Run | None:
    """The newest diagnosing run that saw something."""
    runs = [
        item.run
        for item in looks.items
        if item.batch.purpose == Batch.Purpose.DIAGNOSE and hasattr(item, "run")
    ]
    return max(
        (run for run in runs if run.status != "UNKNOWN"),
        key=lambda run: (run.started_at, run.pk),
        default=None,
    )


def history(state: CheckState, looks: Looks) -> list[Run]:
    """Every run of the check from the state's place with its values, as they were recorded."""
    items = _items(state.check, state.values, looks)
    here = [i for i in items if is_word(i) or i.batch.location_id == state.location.pk]
    return sorted((item.run for item in here if hasattr(item, "run")), key=lambda run: run.pk)


def _items(check: Check, params: Mapping[str, Any] | None, looks: Looks) -> tuple[BatchItem, ...]:
    if check.probe.kind == "manual" or params is None:
        return looks.by_key.get((check.probe.definition_hash, check.key), ())
    return looks.by_key.get((check.probe.definition_hash, _canonical(params)), ())


def _newest_by_place(items: Iterable[BatchItem]) -> tuple[Run, ...]:
    newest: dict[int, Run] = {}
    for item in items:
        if hasattr(item, "run"):
            newest.setdefault(item.batch.location_id, item.run)
    return tuple(newest.values())


def _canonical(params: Mapping[str, Any]) -> str:
    return json.dumps(params, sort_keys=True)


def _phase(items: list[BatchItem]) -> str:
    for item in items:
        if hasattr(item, "run"):
            return "done"
        if item.batch.state in _PHASES:
            return _PHASES[item.batch.state]
    return "never"

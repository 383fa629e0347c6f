"""Recorded cases, played: texts go through the real matching, looks stand for what is run."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from kb.diagnosis import Inputs, Seen
from kb.diagnosis.walking import Policy, Walk, walk
from kb.evaluation.diagnosis_sets import BadCases, RecordedCase, RecordedLook, read_cases
from kb.models import Cause, Check, Investigation
from kb.services import diagnose, find_fixes
from kb.services.diagnosing.answers import CheckState
from kb.services.diagnosing.weighed import inputs_of
from kb.services.diagnosing.weighing import seen_of
from probes.engine.registry import KINDS
from probes.models import Run


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A case as the diagnosis knows it before the first check, and what each check will say."""

    case: RecordedCase
    inputs: Inputs
    looks: Mapping[str, Seen]


@dataclass(frozen=True, kw_only=True)
class Played:
    """One walk through one case."""

    case: RecordedCase
    policy: Policy
    walk: Walk

    @property
    def is_right(self) -> bool:
        return self.walk.is_right(self.case.right)

    @property
    def checks(self) -> int:
        """The checks it cost. Where no guide was found for a known cause, all that were recorded."""
        is_lost = not self.is_right and not self.walk.most
        return len(self.case.looks) if is_lost else self.walk.counted(self.case.right)

    @property
    def is_wrong_stop(self) -> bool:
        """Nine tenths sure of something wrong."""
        return not self.is_right and self.walk.settled != "nothing_left"


def read_sets(paths: Iterable[Path]) -> list[RecordedCase]:
    """The cases of every file, and of every `.jsonl` in a folder; all that is wrong in one BadCases."""
    cases: list[RecordedCase] = []
    complaints: list[str] = []
    for path in _files(paths):
        try:
            cases += read_cases(path)
        except BadCases as bad:
            complaints += bad.complaints
    if not cases and not complaints:
        complaints.append("There is no recorded case.")
    if complaints:
        raise BadCases(complaints)
    return cases


def unknown_causes(cases: Iterable[RecordedCase]) -> list[str]:
    """A sentence for each right cause that the base does not have: nothing could come to it."""
    known = {f"{g}/{c}" for g, c in Cause.objects.values_list("guide__slug", "slug")}
    return [
        f"{case.scenario}: right names {key}, which no guide here has."
        for case in cases
        for key in case.right
        if key not in known
    ]


def stale_looks(cases: Iterable[RecordedCase]) -> list[str]:
    """A sentence for each look that no rule here can name: the check is gone, or says other things.

    Each once, however many cases hold it. Looks of guides that this base lacks are passed over.
    """
    kinds = {
        f"{guide}/{slug}": kind
        for guide, slug, kind in Check.objects.values_list("guide__slug", "slug", "probe__kind")
    }
    guides = {key.partition("/")[0] for key in kinds}
    said = {(key, look.reason_code) for case in cases for key, look in case.looks.items()}
    stale = {
        key: f"{key}: its guide has no such check."
        for key, _code in said
        if key not in kinds and key.partition("/")[0] in guides
    }
    stale |= {
        f"{key} {code}": f"{key}: {code} is not a reason of {kinds[key]}."
        for key, code in said
        if key in kinds and code not in KINDS[kinds[key]].reasons
    }
    return sorted(stale.values())


def prepare(case: RecordedCase) -> Prepared:
    """The case asked of the base. Nothing of it stays there."""
    with _rolled_back():
        investigation = find_fixes(case.text)
        # As it is, not by name: what no guide that was found asks for is passed over.
        investigation.typed = dict(case.typed)
        investigation.save(update_fields=["typed"])
        states = diagnose(investigation).checks
        return Prepared(
            case=case,
            inputs=inputs_of(investigation),
            looks={seen.check: seen for seen in seen_of(states, _runs(case, states))},
        )


def play(prepared: Prepared, policy: Policy, *, seeds: int) -> list[Played]:
    """One walk, or one by each seed where the checks are drawn by lot."""
    return [
        Played(
            case=prepared.case,
            policy=policy,
            walk=walk(prepared.inputs, prepared.looks, policy=policy, seed=seed),
        )
        for seed in range(seeds if policy == "random" else 1)
    ]


def recorded_looks(investigation: Investigation) -> dict[str, RecordedLook]:
    """What an investigation's newest diagnosing runs said, by check: a recorded case's `looks`."""
    return {
        state.key: RecordedLook(
            status=state.run.status, reason_code=state.run.reason_code, facts=state.run.facts
        )
        for state in diagnose(investigation).checks
        if state.run is not None
    }


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("*.jsonl")) if path.is_dir() else [path]


@contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _runs(case: RecordedCase, states: Sequence[CheckState]) -> dict[str, Run]:
    """The recorded looks as runs by check; those of one probe with one set of values are one."""
    numbers: dict[str, int] = {}
    return {
        state.key: Run(
            pk=numbers.setdefault(_what(state), len(numbers) + 1),
            status=look.status,
            reason_code=look.reason_code,
            facts=dict(look.facts),
        )
        for state in states
        if (look := case.looks.get(state.key))
    }


def _what(state: CheckState) -> str:
    """What is looked at, and from which side; a manual check is a question of its own."""
    if state.is_manual or state.values is None:
        return state.key
    asked = [state.check.probe.definition_hash, state.check.role, state.values]
    return json.dumps(asked, sort_keys=True, default=str)

"""Diagnoses what a lab has started, as people and programs would: a base, agents, and its advice."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kb import services
from kb.diagnosis import Inputs, Ranking, conclude
from kb.diagnosis.stopping import Settled, is_settled, likeliest
from kb.evaluation.diagnosis_sets import RecordedLook
from kb.models import Check, Evidence, Investigation
from kb.services import CheckState
from kb.services.ranking import inputs_of
from probes.models import Batch, Location, Run
from tests.lab.cases import Case, Paste
from tests.lab.lab import Lab, wait_until
from tests.lab.parts.base import Base
from tests.lab.place import HERE

_PATIENCE_S = 90.0


@dataclass(kw_only=True)
class Followed:
    """An investigation whose advice was followed to its end, and what was run for it, in order."""

    investigation: Investigation
    run: list[str] = field(default_factory=list)
    settled: Settled | None = None
    ranking: Ranking | None = None

    @property
    def ended_with(self) -> str:
        assert self.ranking
        return likeliest(self.ranking)

    @property
    def states(self) -> dict[str, str]:
        assert self.ranking
        return {belief.key: belief.state for belief in self.ranking.beliefs}


class Ward:
    """A base beside what the lab has started, and an agent for each side of a guide's checks."""

    def __init__(self, lab: Lab, *, case: Case, database_url: str) -> None:
        self._lab = lab
        base = Base(lab, at=lab.places.get("outside", HERE), database_url=database_url)
        target, client = lab.places.get("inside", HERE), lab.places.get(case.client, HERE)
        agents = {place.name: base.agent(place) for place in {target, client}}
        self._places: Mapping[str, Location] = {
            Check.Role.TARGET: agents[target.name],
            Check.Role.CLIENT: agents[client.name],
        }
        self._known: dict[str, RecordedLook] = {}

    def admit(self, paste: Paste) -> Investigation:
        """The paste, matched, with what the person types of what the guides ask."""
        investigation = services.find_fixes(paste.text)
        asked = {value.name for value in services.diagnose(investigation).parameters}
        typed = paste.filled_in({"folder": str(self._lab.folder), **self._lab.values})
        wanted = {name: value for name, value in typed.items() if name in asked}
        services.set_parameters(investigation, wanted, by=None)
        return investigation

    def follow(self, investigations: Sequence[Investigation]) -> list[Followed]:
        """Follow the advice of each until it is settled, step by step side by side."""
        followed = [Followed(investigation=each) for each in investigations]
        while steps := [step for each in followed if (step := _step(each))]:
            self._run(steps)
        return followed

    def look_at_everything(self, investigation: Investigation) -> dict[str, RecordedLook]:
        """What every check of its guides says that can be run here; each look is made once."""
        states = [state for state in services.diagnose(investigation).checks if state.can_run]
        new = {_what(state): state for state in states if _what(state) not in self._known}
        if new:
            self._run([(investigation, [state.check for state in new.values()])])
        runs = {s.key: s.run for s in services.diagnose(investigation).checks if s.run}
        for what, state in new.items():
            self._known[what] = _look(state.check, runs[state.key])
        return {state.key: self._known[_what(state)] for state in states}

    def _run(self, wanted: Sequence[tuple[Investigation, Sequence[Check]]]) -> None:
        for investigation, checks in wanted:
            for role, location in self._places.items():
                if these := [check for check in checks if check.role == role]:
                    services.request_runs(
                        investigation, these, by=None, confirm=True, location=location
                    )
        wait_until(_is_idle, "the agents to run what they were asked for", patience_s=_PATIENCE_S)


def _step(followed: Followed) -> tuple[Investigation, Sequence[Check]] | None:
    """What to run next; None once it is settled."""
    if followed.settled:
        return None
    states = {s.key: s for s in services.diagnose(followed.investigation).checks}
    followed.ranking, advice = conclude(only_runnable(followed.investigation, states))
    followed.settled = is_settled(followed.ranking, advice)
    if followed.settled or advice is None:
        return None
    followed.run += advice.checks
    return followed.investigation, [states[key].check for key in advice.checks]


def only_runnable(investigation: Investigation, states: Mapping[str, CheckState]) -> Inputs:
    """The diagnosis without the checks that lack a value or a person: nobody answers here."""
    inputs = inputs_of(investigation)
    return replace(inputs, askable=[a for a in inputs.askable if states[a.key].can_run])


def _is_idle() -> bool:
    return not Batch.objects.exclude(state=Batch.State.DONE).exists()


def _what(state: CheckState) -> str:
    asked = [state.check.probe_id, state.check.role, state.values]
    return json.dumps(asked, sort_keys=True, default=str)


def _look(check: Check, run: Run) -> RecordedLook:
    """Of the facts only what some evidence asks for: a record should be read by people too."""
    facts: dict[str, Any] = {}
    for path in _paths(check):
        name = path.partition(".")[0]
        if name in run.facts:
            facts[name] = run.facts[name]
    return RecordedLook(status=run.status, reason_code=run.reason_code, facts=facts)


def _paths(check: Check) -> Iterator[str]:
    for evidence in Evidence.objects.filter(cause__guide=check.guide):
        yield from evidence.when.get(check.slug, {}).get("facts", {})

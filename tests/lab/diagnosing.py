"""Diagnoses what a lab has started, as people and programs would: a base, agents, and its advice."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.auth.models import User

from kb import services
from kb.diagnosis import Inputs, Ranking, conclude
from kb.diagnosis.stopping import Settled, is_settled, likeliest
from kb.evaluation.diagnosis_sets import RecordedLook
from kb.models import Check, Evidence, Investigation
from kb.services import CheckState, ResolutionView
from kb.services.diagnosing.weighed import inputs_of
from probes.engine.registry import KINDS
from probes.models import Batch, Location
from tests.lab.cases import Case, Paste
from tests.lab.lab import Lab, wait_until
from tests.lab.observe import look_at
from tests.lab.parts.base import Base
from tests.lab.place import HERE
from tests.lab.scenario import Look

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

    def follow(self, investigations: Sequence[Investigation]) -> list[Followed]:
        """Follow the advice of each until it is settled, step by step side by side."""
        followed = [Followed(investigation=each) for each in investigations]
        while steps := [step for each in followed if (step := _step(each))]:
            self._run(steps)
        return followed

    def verify(self, followed: Followed) -> list[ResolutionView]:
        """The fixes of the cause it came to, after the checks that verify them were run.

        What cannot be run here, such as a look into a cloud's console, a person answers.
        """
        checks = {state.check: state for view in _fixes(followed) for state in view.verify}
        runnable = [check for check, state in checks.items() if state.can_run]
        self._run([(followed.investigation, runnable)], purpose="verify")
        someone, _ = User.objects.get_or_create(username="jisu")
        for check, state in checks.items():
            if not state.can_run:
                good = next(c for c, s in KINDS[check.probe.kind].reasons.items() if s == "OK")
                services.answer_check(
                    followed.investigation, check, answer=good, by=someone, purpose="verify"
                )
        return _fixes(followed)

    def _run(
        self,
        wanted: Sequence[tuple[Investigation, Sequence[Check]]],
        *,
        purpose: str = Batch.Purpose.DIAGNOSE,
    ) -> None:
        for investigation, checks in wanted:
            for role, location in self._places.items():
                if these := [check for check in checks if check.role == role]:
                    services.request_runs(
                        investigation,
                        these,
                        by=None,
                        confirm=True,
                        location=location,
                        purpose=purpose,
                    )
        wait_until(_is_idle, "the agents to run what they were asked for", patience_s=_PATIENCE_S)


def _fixes(followed: Followed) -> list[ResolutionView]:
    causes = services.diagnose(followed.investigation).causes
    first = next(each for each in causes if each.cause.key == followed.ended_with)
    return [view for view in first.resolutions if view.verify]


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


def admit(lab: Lab, paste: Paste) -> Investigation:
    """The paste, matched, with what the person types of what the guides ask."""
    investigation = services.find_fixes(paste.text)
    asked = {value.name for value in services.diagnose(investigation).parameters}
    typed = paste.filled_in({"folder": str(lab.folder), **lab.values})
    wanted = {name: value for name, value in typed.items() if name in asked}
    services.set_parameters(investigation, wanted, by=None)
    return investigation


def look_at_everything(
    lab: Lab, case: Case, investigations: Sequence[Investigation]
) -> list[dict[str, RecordedLook]]:
    """What every check of their guides says that can be run here; each look is made once."""
    states = [
        [state for state in services.diagnose(each).checks if state.can_run]
        for each in investigations
    ]
    wanted = {_what(state): state for each in states for state in each}
    answers = look_at(lab, [_look(lab, case, state) for state in wanted.values()])
    told = dict(zip(wanted, answers, strict=True))
    return [
        {state.key: _recorded(state.check, told[_what(state)].result) for state in each}
        for each in states
    ]


def _what(state: CheckState) -> str:
    asked = [state.check.probe_id, state.check.role, state.values]
    return json.dumps(asked, sort_keys=True, default=str)


def _look(lab: Lab, case: Case, state: CheckState) -> Look:
    probe = state.check.probe
    side = "inside" if state.check.role == Check.Role.TARGET else case.client
    assert state.values is not None
    return Look(
        at=lab.places.get(side, HERE).name,
        kind=probe.kind,
        params=state.values,
        status="",
        reason="",
        timeout_s=probe.timeout_s,
        retries=probe.retries,
        expectation=probe.expectation,
    )


def _recorded(check: Check, result: Mapping[str, Any]) -> RecordedLook:
    """Of the facts only what some evidence asks for: a record should be read by people too."""
    asked = {path.partition(".")[0] for path in _paths(check)}
    facts = {name: fact for name, fact in result["facts"].items() if name in asked}
    return RecordedLook(status=result["status"], reason_code=result["reason_code"], facts=facts)


def _paths(check: Check) -> Iterator[str]:
    for evidence in Evidence.objects.filter(cause__guide=check.guide):
        yield from evidence.when.get(check.slug, {}).get("facts", {})

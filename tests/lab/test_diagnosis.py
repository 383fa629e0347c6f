"""From a paste to the verified repair, with a real base and an agent at each end of the site.

The same words hide many causes: "refused" is said by a server that is off, a reject rule and a
loopback bind alike. The diagnosis chooses the checks; two vantage points together tell.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from kb import services
from kb.models import Check, Investigation
from probes.models import Batch, Location
from tests.lab.lab import Lab, wait_until
from tests.lab.machine import missing
from tests.lab.parts.base import Base
from tests.lab.parts.namespace import INSIDE
from tests.lab.parts.site import BALANCER, ORIGIN, PORT
from tests.lab.scenarios.catalogue import SCENARIOS
from tests.starter import put_starter_content

pytestmark = [pytest.mark.lab, pytest.mark.django_db(transaction=True)]

REACHED = {"host": INSIDE, "client_host": INSIDE, "port": PORT, "process": "uvicorn"}
CALLED = {"url": f"{BALANCER}/health", "origin": ORIGIN, "target_host": INSIDE, "port": PORT}
_MOST_STEPS = 12


@dataclass(frozen=True, kw_only=True)
class Case:
    """A scenario's paste, what the person types, the right cause, and wrong ones it rules out.

    In what is typed, `{folder}` is the lab's own.
    """

    scenario: str
    cause: str
    ruled_out: tuple[str, ...] = ()
    paste: int = 0
    typed: Mapping[str, Any] = field(default_factory=lambda: REACHED)
    is_repaired: bool = True


CASES = (
    Case(scenario="host-drops", cause="connection/filtered", ruled_out=("not-running",)),
    Case(scenario="host-rejects-reset", cause="connection/rejected", ruled_out=("not-running",)),
    Case(scenario="host-rejects-icmp", cause="connection/rejected", ruled_out=("not-running",)),
    Case(scenario="server-off", cause="connection/not-running", ruled_out=("port-held",)),
    Case(scenario="loopback-only", cause="connection/loopback", ruled_out=("not-running",)),
    Case(scenario="process-hung", cause="connection/hung", ruled_out=("not-running", "filtered")),
    Case(scenario="port-taken", cause="connection/port-held", ruled_out=("not-running",)),
    # A second server that serves beside the reloader is no repair of what it cannot import.
    Case(
        scenario="starts-not-listening",
        cause="connection/missing-module",
        ruled_out=("port-held", "no-route", "hung"),
        typed={
            **REACHED,
            "interpreter": sys.executable,
            "directory": "{folder}/project",
            "target": "main:app",
        },
        is_repaired=False,
    ),
    Case(scenario="no-root-route", cause="connection/no-route", paste=1, ruled_out=("hung",)),
    Case(scenario="group-drops", cause="cors-502/sg-missing", typed=CALLED),
    Case(scenario="upstream-off", cause="cors-502/backend-down", typed=CALLED),
    Case(scenario="origin-not-configured", cause="cors-502/origin-not-allowed", typed=CALLED),
)


@pytest.fixture
def starter_content(database_url: str) -> None:
    # In one piece: its rows refer to one another in any order.
    with transaction.atomic():
        put_starter_content()


@pytest.mark.usefixtures("starter_content")
@pytest.mark.parametrize("case", CASES, ids=[case.scenario for case in CASES])
def test_right_cause_is_first_wrong_ones_are_ruled_out_and_the_repair_is_verified(
    case: Case, database_url: str
) -> None:
    scenario = SCENARIOS[case.scenario]
    if lacking := missing(scenario.needs):
        pytest.fail("; ".join(need.complaint for need in lacking), pytrace=False)
    with Lab() as lab:
        stages = scenario.stages(lab)
        next(stages)
        places = _agents(lab, database_url)
        investigation = services.find_fixes(scenario.paste[case.paste])
        typed = {name: _in_folder(value, lab) for name, value in case.typed.items()}
        services.set_parameters(investigation, typed, by=None)

        _follow_the_advice(investigation, places)

        causes = {ranked.cause.key: ranked for ranked in services.diagnose(investigation).causes}
        first = next(iter(causes.values()))
        assert (first.cause.key, first.state) == (case.cause, "supported"), _told(investigation)
        guide = case.cause.partition("/")[0]
        for slug in case.ruled_out:
            wrong = causes[f"{guide}/{slug}"]
            assert (wrong.state, bool(wrong.moved)) == ("ruled_out", True), _told(investigation)

        if case.is_repaired:
            _repair(stages, investigation, places, case)


def _in_folder(value: Any, lab: Lab) -> Any:
    return value.replace("{folder}", str(lab.folder)) if isinstance(value, str) else value


def _agents(lab: Lab, database_url: str) -> dict[str, Location]:
    """The location of each side: the client's is where the load balancer and its users are."""
    base = Base(lab, at=lab.places["outside"], database_url=database_url)
    return {
        Check.Role.TARGET: base.agent(lab.places["inside"]),
        Check.Role.CLIENT: base.agent(lab.places["outside"]),
    }


def _follow_the_advice(investigation: Investigation, places: Mapping[str, Location]) -> None:
    for _ in range(_MOST_STEPS):
        advice = services.diagnose(investigation).next
        if advice is None or not all(state.can_run for state in advice.checks):
            return
        _run([state.check for state in advice.checks], investigation, places, "diagnose")


def _run(
    checks: list[Check], investigation: Investigation, places: Mapping[str, Location], purpose: str
) -> None:
    for role, location in places.items():
        if these := [check for check in checks if check.role == role]:
            services.request_runs(
                investigation, these, by=None, confirm=True, location=location, purpose=purpose
            )
    wait_until(lambda: not _is_waiting(), "the agents to run what they were asked for")


def _is_waiting() -> bool:
    return Batch.objects.exclude(state=Batch.State.DONE).exists()


def _repair(
    stages: Iterator[Any],
    investigation: Investigation,
    places: Mapping[str, Location],
    case: Case,
) -> None:
    """Go on to the scenario's last state; the checks that verify the cause's fixes turn OK."""
    repaired = list(stages)
    if not repaired:
        return
    verifying = {s.check: s for view in _fixes(investigation, case) for s in view.verify}
    _run([check for check, s in verifying.items() if s.can_run], investigation, places, "verify")
    # What only a person can see of the cloud's console.
    someone = User.objects.create_user("jisu")
    for check in (check for check, s in verifying.items() if s.is_manual):
        services.answer_check(
            investigation, check, answer="confirmed", by=someone, purpose="verify"
        )
    views = _fixes(investigation, case)
    assert views
    assert all(view.is_verified for view in views), _told(investigation)


def _fixes(investigation: Investigation, case: Case) -> list[Any]:
    causes = {ranked.cause.key: ranked for ranked in services.diagnose(investigation).causes}
    return [view for view in causes[case.cause].resolutions if view.verify]


def _told(investigation: Investigation) -> str:
    """What a person would see, for the message of a failure."""
    found = services.diagnose(investigation)
    causes = [f"{c.rank}. {c.cause.key} {c.belief:.2f} {c.state}" for c in found.causes[:8]]
    checks = [f"{s.key} at {s.location.slug}: {s.run.reason_code}" for s in found.checks if s.run]
    return "\n".join(["", *causes, *checks, f"next: {found.next}"])

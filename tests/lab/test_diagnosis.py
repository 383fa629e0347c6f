"""From four pastes to the right cause and the verified repair, with a real base and real agents.

The same words hide many causes: "refused" is said by a server that is off, a reject rule and a
loopback bind alike. The diagnosis chooses the checks until its stop rule says enough.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.db import transaction

from kb.evaluation.diagnosis_sets import RecordedCase
from tests.lab.cases import CASES, Case, Paste
from tests.lab.diagnosing import Followed, Ward, admit, look_at_everything
from tests.lab.lab import Lab
from tests.lab.machine import missing
from tests.lab.records import Told, keep
from tests.lab.scenario import Scenario, Stage
from tests.lab.scenarios.catalogue import DIAGNOSED, SCENARIOS
from tests.starter import put_starter_content

pytestmark = [
    pytest.mark.lab,
    pytest.mark.django_db(transaction=True),
    # Four diagnoses with agents; some failures are met anew for each.
    pytest.mark.timeout(400),
]


@pytest.fixture
def starter_content(database_url: str) -> None:
    # In one piece: its rows refer to one another in any order.
    with transaction.atomic():
        put_starter_content()


@pytest.mark.usefixtures("starter_content")
@pytest.mark.parametrize("scenario", DIAGNOSED.values(), ids=DIAGNOSED)
def test_right_cause_is_first_whatever_was_pasted(scenario: Scenario, database_url: str) -> None:
    if lacking := missing(scenario.needs):
        pytest.fail("; ".join(need.complaint for need in lacking), pytrace=False)
    case = CASES[scenario.slug]

    told = [
        one for pastes in _together(case) for one in _diagnose(scenario, case, pastes, database_url)
    ]
    keep(told)

    saying = "\n".join(map(str, told))
    assert all(one.is_true_to_its_runs for one in told), saying
    # Of two faults at once one in ten may be missed: the end of the run counts them.
    assert scenario.slug not in SCENARIOS or all(one.is_right for one in told), saying
    assert set(case.ruled_out) <= {key for one in told for key in one.ruled_out()}, saying


def _together(case: Case) -> list[Sequence[Paste]]:
    """The pastes that may meet one and the same failure."""
    return [[paste] for paste in case.pastes] if case.is_fresh else [case.pastes]


def _diagnose(
    scenario: Scenario, case: Case, pastes: Sequence[Paste], database_url: str
) -> list[Told]:
    with Lab() as lab:
        stages = _met(scenario, lab)
        recorded = _recorded(lab, case, pastes)
        if not case.is_fresh:
            followed = _followed(lab, case, pastes, database_url, stages)
    if case.is_fresh:
        with Lab() as lab:
            followed = _followed(lab, case, pastes, database_url, _met(scenario, lab))
    return [Told.of(one, other) for one, other in zip(recorded, followed, strict=True)]


def _met(scenario: Scenario, lab: Lab) -> Iterator[Stage]:
    """The scenario's further states, once the first is there."""
    stages = (scenario.met or scenario.stages)(lab)
    next(stages)
    return stages


def _recorded(lab: Lab, case: Case, pastes: Sequence[Paste]) -> list[RecordedCase]:
    """Each paste with what every check says, as `evaluate_diagnosis` plays it."""
    with _asked_only():
        investigations = [admit(lab, paste) for paste in pastes]
        looks = look_at_everything(lab, case, investigations)
    return [
        RecordedCase(
            scenario=case.scenario,
            text=paste.text,
            language=paste.language,
            typed=dict(investigation.typed),
            right=case.right,
            looks=said,
        )
        for paste, investigation, said in zip(pastes, investigations, looks, strict=True)
    ]


@contextmanager
def _asked_only() -> Iterator[None]:
    """What is asked in here leaves nothing in the base."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _followed(
    lab: Lab,
    case: Case,
    pastes: Sequence[Paste],
    database_url: str,
    stages: Iterator[Stage],
) -> list[Followed]:
    ward = Ward(lab, case=case, database_url=database_url)
    followed = ward.follow([admit(lab, paste) for paste in pastes])
    if case.is_repaired:
        _repair(ward, stages, next(each for each in followed if each.ended_with in case.right))
    return followed


def _repair(ward: Ward, stages: Iterator[Stage], followed: Followed) -> None:
    """Go on to the scenario's last state: the checks that verify the cause's fixes turn OK."""
    if list(stages):
        views = ward.verify(followed)
        assert views
        assert all(view.is_verified for view in views), [
            (state.key, state.run and state.run.reason_code) for v in views for state in v.verify
        ]

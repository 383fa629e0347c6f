"""From four pastes to the right cause, with a real base and agents at both ends of each failure.

The same words hide many causes: "refused" is said by a server that is off, a reject rule and a
loopback bind alike. The diagnosis chooses the checks until its stop rule says enough.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.db import transaction

from kb.evaluation.diagnosis_sets import RecordedCase, RecordedLook
from tests.lab.cases import CASES, Case, Paste
from tests.lab.diagnosing import Ward
from tests.lab.lab import Lab
from tests.lab.machine import missing
from tests.lab.records import Told, keep
from tests.lab.scenario import Scenario
from tests.lab.scenarios.catalogue import DIAGNOSED, SCENARIOS
from tests.starter import put_starter_content

pytestmark = [pytest.mark.lab, pytest.mark.django_db(transaction=True)]


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
        one
        for pastes in _together(case)
        for one in _diagnose(scenario, case, pastes, database_url)
    ]
    keep(told)

    saying = "\n".join(map(str, told))
    assert all(one.is_true_to_its_runs for one in told), saying
    # Of two faults at once one in ten may be missed: the table at the end counts them.
    assert scenario.slug not in SCENARIOS or all(one.is_right for one in told), saying


def _together(case: Case) -> list[Sequence[Paste]]:
    """The pastes that may meet one and the same failure."""
    return [[paste] for paste in case.pastes] if case.is_fresh else [case.pastes]


def _diagnose(
    scenario: Scenario, case: Case, pastes: Sequence[Paste], database_url: str
) -> list[Told]:
    with _ward(scenario, case, database_url) as ward:
        recorded = [_recorded(ward, case, paste) for paste in pastes]
        if not case.is_fresh:
            followed = ward.follow([ward.admit(paste) for paste in pastes])
    if case.is_fresh:
        with _ward(scenario, case, database_url) as ward:
            followed = ward.follow([ward.admit(paste) for paste in pastes])
    return [Told.of(one, other) for one, other in zip(recorded, followed, strict=True)]


@contextmanager
def _ward(scenario: Scenario, case: Case, database_url: str) -> Iterator[Ward]:
    with Lab() as lab:
        stages = (scenario.met or scenario.stages)(lab)
        next(stages)
        yield Ward(lab, case=case, database_url=database_url)


def _recorded(ward: Ward, case: Case, paste: Paste) -> RecordedCase:
    """The paste with what every check says, as `evaluate_diagnosis` plays it."""
    investigation = ward.admit(paste)
    looks: dict[str, RecordedLook] = ward.look_at_everything(investigation)
    return RecordedCase(
        scenario=case.scenario,
        text=paste.text,
        language=paste.language,
        typed=dict(investigation.typed),
        right=case.right,
        looks=looks,
    )

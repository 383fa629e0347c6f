"""Every scenario of the laboratory, with real processes: each look says what its row says."""

import pytest

from tests.lab.lab import Lab
from tests.lab.machine import missing
from tests.lab.observe import problems_of
from tests.lab.scenario import Scenario
from tests.lab.scenarios.catalogue import SCENARIOS

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_every_look_says_what_the_table_of_failures_says(scenario: Scenario) -> None:
    if lacking := missing(scenario.needs):
        pytest.fail("; ".join(need.complaint for need in lacking), pytrace=False)

    with Lab() as lab:
        problems = [each for stage in scenario.stages(lab) for each in problems_of(lab, stage)]

    assert not problems, "\n".join(problems)

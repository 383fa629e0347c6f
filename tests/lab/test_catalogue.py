"""The list of scenarios is whole: each is in the manual, and each row of the table of failures is met."""

import os
import re
from pathlib import Path

import pytest

from tests.lab.cases import CASES, WAYS
from tests.lab.lab import ROOT
from tests.lab.scenario import Scenario
from tests.lab.scenarios.catalogue import DIAGNOSED, FAMILIES, SCENARIOS

MANUAL = ROOT / "docs" / "lab.md"
SHARED = Path(os.environ.get("KNOWNFIX_SHARED", ROOT.parent / "shared"))


def line_of(scenario: Scenario) -> str:
    return f"| `{scenario.slug}` | {scenario.sentence} | {scenario.cause} |"


def test_manual_lists_the_scenarios_there_are_in_their_order() -> None:
    table = MANUAL.read_text().partition("\n## Scenarios\n")[2]
    listed = re.findall(r"^\| `.*\|$", table, re.M)

    assert listed == [line_of(scenario) for scenario in DIAGNOSED.values()]


def test_no_two_scenarios_have_one_name() -> None:
    assert len(SCENARIOS) == sum(len(family.SCENARIOS) for family in FAMILIES)


def test_every_scenario_is_pasted_in_four_ways_and_none_twice() -> None:
    assert CASES.keys() == DIAGNOSED.keys()
    for case in CASES.values():
        assert [paste.way for paste in case.pastes] == list(WAYS)
        assert len({paste.text for paste in case.pastes}) == len(WAYS)
        assert {paste.language for paste in case.pastes} == {"ko", "en"}


@pytest.mark.shared
def test_every_row_of_the_table_of_failures_has_a_scenario() -> None:
    text = (SHARED / "acceptance" / "LAB.md").read_text()
    rows = re.findall(r"^\| (?!scenario )([^-|][^|]*?) \|", text, re.M)

    assert len(rows) > 20
    assert {scenario.row for scenario in SCENARIOS.values()} == set(rows)

"""Every scenario there is, by name, in the order of the table of failures."""

from collections.abc import Mapping

from tests.lab.scenario import Scenario
from tests.lab.scenarios import filtered, launching, names, off, serving, stuck

SCENARIOS: Mapping[str, Scenario] = {
    scenario.slug: scenario
    for family in (serving, off, filtered, stuck, launching, names)
    for scenario in family.SCENARIOS
}

"""Every scenario there is, by name, in the order of the table of failures."""

from collections.abc import Mapping

from tests.lab.scenario import Scenario
from tests.lab.scenarios import (
    cloud,
    containers,
    database,
    filtered,
    launching,
    names,
    off,
    plugins,
    serving,
    stuck,
)
from tests.lab.scenarios.doubles import DOUBLES

FAMILIES = (serving, off, filtered, stuck, launching, names, containers, plugins, database, cloud)
SCENARIOS: Mapping[str, Scenario] = {
    scenario.slug: scenario for family in FAMILIES for scenario in family.SCENARIOS
}
# What a diagnosis is tried on: those, and two faults at once.
DIAGNOSED: Mapping[str, Scenario] = {**SCENARIOS, **{each.slug: each for each in DOUBLES}}

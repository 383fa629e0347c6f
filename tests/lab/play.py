"""Starts a scenario for a person: what runs where, what to paste, what the probes say, how to stop."""

import shlex
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from tests.lab.cases import CASES
from tests.lab.lab import Lab
from tests.lab.machine import missing
from tests.lab.observe import Ending, look_at, run_commands
from tests.lab.place import Place
from tests.lab.scenario import Scenario, Stage
from tests.lab.scenarios.catalogue import SCENARIOS

Say = Callable[[str], object]
AGAIN = "again"


def list_scenarios(say: Say) -> None:
    """Each scenario with its sentence, and what this machine lacks for it."""
    widest = max(map(len, SCENARIOS))
    for scenario in SCENARIOS.values():
        say(f"  {scenario.slug:{widest}}  {scenario.sentence}")
        for need in missing(scenario.needs):
            say(f"  {'':{widest}}  {need.complaint}")
    say("\nStart one with: python3 manage.py lab NAME")


def play(
    scenario: Scenario, say: Say, *, ask: Callable[[], str] | None, with_base: bool = False
) -> list[str]:
    """Go through its states, asking before each next one; what was not as said in any of them.

    `ask` gives what the person typed; None goes on without asking. `with_base` starts a whole
    base beside it, which looks from the lab's own places.
    """
    say(f"{scenario.slug}: {scenario.sentence}\n  cause    {scenario.cause}")
    problems: list[str] = []
    with Lab() as lab:
        for number, stage in enumerate(scenario.stages(lab)):
            if number == 0:
                _say_surroundings(scenario, lab, say)
                if with_base:
                    _open_base(lab, say)
            problems += _show(stage, lab, say)
            while ask and ask() == AGAIN:
                problems += _show(stage, lab, say)
    say("\nThat was its last state; everything is stopped and removed.")
    return problems


def _say_surroundings(scenario: Scenario, lab: Lab, say: Say) -> None:
    for service in lab.services:
        running = shlex.join(service.argv)
        say(f"  runs     {service.name}, process {service.pid} {_where(service.at)}: {running}")
        say(f"           its output: {service.log}")
    for place in lab.places.values():
        if place.namespace:
            say(f"  go to    {_where(place)}: {shlex.join(place.argv(['bash']))}")
    for note in lab.notes:
        say(f"  note     {note}")
    for paste in CASES[scenario.slug].pastes:
        say(_indented("  paste    ", paste.text))


def _open_base(lab: Lab, say: Say) -> None:
    # Only here: it needs nothing of the base to look at a failure by hand.
    from tests.lab.parts.own_base import OwnBase

    say("  base     is being started")
    base = OwnBase(lab)
    say(f"  base     {base.url} with the account {base.sign_in}")
    if "inside" in lab.places:
        say("           choose the service academy-api: an agent on the API's host looks for it")


def _where(place: Place) -> str:
    return f"{place.name} ({place.address})" if place.namespace else "on this host"


def _show(stage: Stage, lab: Lab, say: Say) -> list[str]:
    say(f"\n{stage.title}")
    problems: list[str] = []
    for ending in run_commands(lab, stage.commands):
        say(f"  $ {shlex.join(ending.command.argv)}")
        say(_indented("    ", f"{_last_lines(ending)}\n(exit code {ending.exit_code})"))
        problems += _mark(ending.problems, say)
    for answer in look_at(lab, stage.looks):
        result, look = answer.result, answer.look
        say(f"  {look.at:8} {look.kind} {_typed(look.params)}")
        tries = ", ".join(attempt["reason_code"] for attempt in result["attempts"][:-1])
        say(f"           {result['status']} {result['reason_code']}: {result['summary']}")
        if tries:
            say(f"           after {tries}; {result['elapsed_s']:.1f} s in all")
        problems += _mark(answer.problems, say)
    return problems


def _mark(problems: Iterable[str], say: Say) -> list[str]:
    for problem in (found := list(problems)):
        say(f"           DIFFERS: {problem}")
    return found


def _last_lines(ending: Ending) -> str:
    return "\n".join(ending.output.strip().splitlines()[-3:])


def _typed(params: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in params.items())


def _indented(first: str, text: str) -> str:
    return "\n".join(
        (first if number == 0 else " " * len(first)) + line
        for number, line in enumerate(text.splitlines())
    )


def ask_person(say: Say) -> Callable[[], str]:
    """Waits for Enter, or for `again`; once its input has ended, for a signal."""

    def ask() -> str:
        say(f"\nEnter goes on to the next state, `{AGAIN}` looks again, Ctrl-C stops everything.")
        line = sys.stdin.readline()
        if not line:
            signal.pause()
        return line.strip()

    return ask


def stop_as_ctrl_c(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt

"""Starts a real failure to play with: what it looks like, and what the probes say about it."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Start a scenario of the laboratory; without a name, list them."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scenario", nargs="?", help="Its name.")
        parser.add_argument(
            "--once", action="store_true", help="Go through its states without waiting, and end."
        )

        parser.add_argument(
            "--base",
            action="store_true",
            help="Start a base beside it, to paste into: it looks from the scenario's own places.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # The laboratory lives with the tests: a copy without them has none.
        from tests.lab.machine import missing
        from tests.lab.play import ask_person, list_scenarios, play, stop_as_ctrl_c
        from tests.lab.scenarios.catalogue import SCENARIOS

        if options["scenario"] is None:
            list_scenarios(self._say)
            return
        scenario = SCENARIOS.get(options["scenario"])
        if scenario is None:
            raise CommandError(
                f"There is no scenario {options['scenario']}; there are {', '.join(SCENARIOS)}."
            )
        if lacking := missing(scenario.needs):
            raise CommandError("\n".join(need.complaint for need in lacking))
        # Ctrl-C too: a shell that starts something in the background has it ignored.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop_as_ctrl_c)
        try:
            problems = play(
                scenario,
                self._say,
                ask=None if options["once"] else ask_person(self._say),
                with_base=options["base"],
            )
        except KeyboardInterrupt:
            self._say("\nStopped; everything is removed.")
            return
        if problems:
            raise CommandError(f"{len(problems)} things were not as the scenario says.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

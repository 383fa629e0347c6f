"""Measure which clients hold a deadline, and their memory, against hostile targets."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from probes.evaluation import deadlines
from probes.evaluation.blackbox import INSTALL, is_installed


class Command(BaseCommand):
    help = (
        "Asks 200 targets at once that are silent, drop the SYN, drip headers or a body, never end, "
        "send huge headers, lead in a circle or inflate: with our probes, aiohttp and "
        "prometheus-blackbox-exporter, each in a process that is watched from outside."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--targets", type=int, default=200)
        parser.add_argument("--timeout", type=float, default=0.5, help="deadline in seconds")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, targets: int, timeout: float, **options: Any) -> None:
        if not is_installed():
            raise CommandError(f"prometheus-blackbox-exporter is missing: {INSTALL}")
        report = deadlines.measure(targets=targets, timeout_s=timeout, say=self.stderr.write)
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=2))
        else:
            self._print(report)

    def _print(self, report: Mapping[str, Any]) -> None:
        self.stdout.write(f"{report['targets']} targets at once, load {report['load']:.1f}")
        for name, one in report["probers"].items():
            self.stdout.write(
                f"  {name}: the last ended {one['worst_late_ms']:.0f} ms after the deadline, "
                f"{one['within_100_ms']:.1%} within 100 ms; {one['overloaded']:.1%} overloaded; "
                f"{one['memory_mb']:.0f} MB at the most"
            )
            for behaviour, seen in one["behaviours"].items():
                said = ", ".join(f"{code} {count}" for code, count in seen["said"].items())
                self.stdout.write(f"    {behaviour}: {seen['worst_late_ms']:.0f} ms; {said}")

"""Measure how many HTTP probes a second of processor time pays for, beside other programs."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from probes.evaluation import http_speed
from probes.evaluation.blackbox import INSTALL, is_installed


class Command(BaseCommand):
    help = (
        "HTTP probes with the guard, an assertion and the evidence, 50 in flight, on a server of "
        "its own on loopback; beside prometheus-blackbox-exporter (its own processor time only) "
        "and aiohttp (no guard, no evidence), in turn in the same run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--probes", type=int, default=2000, help="probes of each per round")
        parser.add_argument("--rounds", type=int, default=7)
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, probes: int, rounds: int, **options: Any) -> None:
        if not is_installed():
            raise CommandError(f"prometheus-blackbox-exporter is missing: {INSTALL}")
        report = http_speed.measure(probes=probes, rounds=rounds, say=self.stderr.write)
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=2))
        else:
            self._print(report)

    def _print(self, report: Mapping[str, Any]) -> None:
        self.stdout.write(f"{report['concurrency']} in flight, load {report['load']:.1f}")
        for name, one in report["probers"].items():
            self.stdout.write(f"  {name}: {_line(one)}")
        for name, ratio in report["ratios"].items():
            spread = f"{ratio['least']:.2f} to {ratio['most']:.2f}"
            self.stdout.write(f"  ratio, {name}: {ratio['median']:.2f} ({spread})")


def _line(one: Mapping[str, Any]) -> str:
    parts = [
        f"{one['per_cpu_s']:.0f} probes per CPU-second",
        f"{one['per_wall_s']:.0f} a second",
        f"p50 {one['took_ms']['p50']:.1f} ms, p99 {one['took_ms']['p99']:.1f}",
    ]
    if waited := one["waited_ms"]:
        parts.append(f"its asker waits p50 {waited['p50']:.1f} ms, p99 {waited['p99']:.1f}")
    said = ", ".join(f"{code} {count}" for code, count in one["said"].items())
    return "; ".join([*parts, said])

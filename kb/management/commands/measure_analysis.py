"""Measure how long analysing a 24 kB log takes, beside a pass over its words."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from kb.evaluation.analysis_speed import measure


class Command(BaseCommand):
    help = (
        'Prints, by kind of log, how many times `for m in re.finditer(r"\\w+", text): pass` an '
        "analysis takes: median and 95th percentile over different logs of 24 kB, the worst kind "
        "last. Before a kind is measured, two other logs of it are analysed; of the mixture of "
        "programs and words never met, thirty."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--texts", type=int, default=30, help="logs of each kind")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, texts: int, **options: Any) -> None:
        speeds = measure(texts=texts)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(speed) for speed in speeds], indent=2))
            return
        for speed in speeds:
            self.stdout.write(
                f"{speed.kind:9} {speed.median:5.1f} times, p95 {speed.p95:5.1f}"
                f" ({speed.milliseconds:.1f} ms)"
            )

"""Measure how many runs a second one worker takes from the queue, probes and stores."""

import json
import time
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from probes import services
from probes.evaluation import queue_speed
from probes.evaluation.prober import BODY_REGEX
from probes.models import Batch, Probe

_ADDRESSES = 200


class Command(BaseCommand):
    help = (
        "HTTP probes of a server of its own on loopback, asked for in batches of 50 and of one, run "
        "by one worker and stored on a scratch database of the PostgreSQL that --postgres names, "
        "which is gone afterwards. Says what a run costs the worker and the database."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--postgres", default="", help="URL of a server to make a database on")
        parser.add_argument("--runs", type=int, default=10_000, help="of batches of 50")
        parser.add_argument("--single", type=int, default=2_000, help="of batches of one")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")
        parser.add_argument("--ask", default="", help=SUPPRESS)

    def handle(self, *args: Any, runs: int, single: int, **options: Any) -> None:
        if options["ask"]:
            self.stdout.write(json.dumps(_ask(*options["ask"].split(",", 2))))
            return
        if not options["postgres"]:
            raise CommandError(
                "Name a PostgreSQL server: --postgres postgres://user@host:port/database"
            )
        report = queue_speed.measure(
            postgres=options["postgres"],
            runs=dict(zip(queue_speed.SIZES, (runs, single), strict=True)),
            say=self.stderr.write,
        )
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=2))
        else:
            self._print(report)

    def _print(self, report: Mapping[str, Any]) -> None:
        self.stdout.write(f"load {report['load']:.1f}")
        for size, one in report["sizes"].items():
            self.stdout.write(
                f"  batches of {size}: {one['per_s']:.0f} runs a second; of a processor's time the "
                f"worker takes {one['worker_ms']:.2f} ms a run, the database "
                f"{one['database_ms']:.2f} ms; {one['asked_per_s']:.0f} a second were asked for"
            )


def _ask(size: str, count: str, url: str) -> dict[str, float]:
    """Asks for `count` runs in batches of `size`, in the base that this process is connected to."""
    probe = _probe(url)
    started = time.perf_counter()
    for first in range(0, int(count), int(size)):
        wanted = [
            services.Wanted(probe=probe, values={"node": number % _ADDRESSES}, ref=f"node-{number}")
            for number in range(first, first + int(size))
        ]
        services.request_batch(wanted, purpose=Batch.Purpose.TRY, by=None)
    return {"took_s": time.perf_counter() - started}


def _probe(url: str) -> Probe:
    definition = {"url": url + "?node=${node}", "expect_body_regex": BODY_REGEX}
    probe = Probe.objects.filter(slug="measured").first() or Probe(slug="measured", name="measured")
    probe.kind, probe.params = "http", {**definition, "expect_status": [200]}
    services.save_probe(probe, by=None)
    Probe.objects.filter(pk=probe.pk).update(approved_hash=probe.definition_hash)
    probe.refresh_from_db()
    return probe

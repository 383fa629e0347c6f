"""Kill a worker or an agent, restart the database, write all the while: what of a long queue gets lost?"""

import json
from argparse import SUPPRESS, ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.crashes import filling
from config.crashes.cluster import NoPostgres
from config.crashes.trials import TRIALS, Outcome, Size, Stuck


class Command(BaseCommand):
    help = (
        "Fills the queue of a base of its own and breaks something in the middle: kill -9 one of "
        "two workers (kill), restart PostgreSQL (fast, immediate), kill -9 one of two agents and "
        "the web server they ask (agent), kill -9 the only worker on SQLite while four writers "
        "write over HTTP (sqlite). Ends with 1 when an item was lost or recorded twice, a worker "
        "or agent died of it, or a request failed. All of it is gone afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--items", type=int, default=10_000, help="how many probes wait")
        parser.add_argument("--batch", type=int, default=50, help="how many to a batch")
        parser.add_argument("--only", choices=TRIALS, action="append", help="which trials")
        parser.add_argument(
            "--lease",
            type=float,
            default=30,
            help="seconds a killed worker or agent keeps its batches",
        )
        parser.add_argument(
            "--patience", type=float, default=900, help="seconds to wait for each half of a trial"
        )
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")
        # What the trials ask of their own site.
        parser.add_argument("--fill", type=int, metavar="PORT", help=SUPPRESS)
        parser.add_argument("--at", default="", help=SUPPRESS)
        parser.add_argument("--make-key", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["fill"]:
            filling.fill(
                options["items"],
                port=options["fill"],
                batch_size=options["batch"],
                location=options["at"],
            )
        elif options["make_key"]:
            self.stdout.write(filling.key_for_writers())
        else:
            self._measure(options)

    def _measure(self, options: dict[str, Any]) -> None:
        size = Size(
            items=options["items"],
            batch=options["batch"],
            lease_s=options["lease"],
            patience_s=options["patience"],
        )
        outcomes = []
        for name in options["only"] or TRIALS:
            try:
                outcomes.append(TRIALS[name](size))
            except (NoPostgres, Stuck) as problem:
                raise CommandError(f"{name}: {problem}") from problem
            if not options["json"]:
                self.stdout.write(_line(outcomes[-1]))
                self.stdout.flush()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(each) for each in outcomes], indent=2))
        if bad := [each.trial for each in outcomes if not each.is_good]:
            raise CommandError(f"not as it should be: {', '.join(bad)}")


def _line(outcome: Outcome) -> str:
    told = (
        f"{outcome.trial:9} {outcome.items} items in {outcome.seconds:.0f} s, "
        f"{outcome.waiting} of them waiting when it broke: "
        f"{outcome.lost} lost, {outcome.twice} recorded twice, {outcome.unknown} UNKNOWN, "
        f"{outcome.workers_died} workers or agents died; {outcome.looked_again} looked again, "
        f"{outcome.tried_again} batches tried again"
    )
    if outcome.requests:
        told += (
            f"; {outcome.failed_requests} of {outcome.requests} requests failed, "
            f"{outcome.locked} times locked"
        )
    return told

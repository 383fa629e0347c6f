"""Measure the diagnosis on recorded cases: right causes, checks needed, beliefs that can be trusted."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kb.diagnosis.walking import POLICIES
from kb.evaluation import diagnosis_figures as figures
from kb.evaluation.diagnosis import Played, play, prepare, read_sets, unknown_causes
from kb.evaluation.diagnosis_sets import BadCases, RecordedCase
from kb.evaluation.product import scratch_database
from kb.services import load_starter

_OWN_SETS = Path(settings.BASE_DIR) / "benchmarks" / "diagnosis"
_NONE = "none of these"


class Command(BaseCommand):
    help = (
        "Plays every case of the SETs (files, or folders of .jsonl files; the project's own where "
        "none is named) against the published guides: as advised, in the documents' order and by "
        "lot, until the diagnosis is settled. Nothing is stored. benchmarks/README.md has the format."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sets", nargs="*", type=Path, metavar="SET")
        parser.add_argument(
            "--starter", action="store_true", help="against the starter guides, in a scratch base"
        )
        parser.add_argument("--policy", choices=POLICIES, action="append", default=[])
        parser.add_argument("--seeds", type=int, default=5, help="walks by lot for each case")
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="print everything as JSON"
        )

    def handle(self, *args: Any, sets: Sequence[Path], **options: Any) -> None:
        started = time.monotonic()
        if options["seeds"] < 1:
            raise CommandError("--seeds must be at least 1.")
        try:
            cases = read_sets(sets or [_OWN_SETS])
        except BadCases as bad:
            raise CommandError(str(bad)) from bad
        with _base(is_starter=options["starter"]):
            played = _played(cases, options["policy"] or POLICIES, seeds=options["seeds"])
        report = _report(cases, played)
        if options["as_json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self._print(report)
            self.stdout.write(f"{time.monotonic() - started:.0f} s")

    def _print(self, report: Mapping[str, Any]) -> None:
        self.stdout.write(f"{report['cases']} cases of {len(report['scenarios'])} scenarios")
        self._print_policies(report["policies"])
        self._print_scenarios(report["scenarios"])
        for policy, taken in report["policies"].items():
            self._print_reliability(policy, taken["reliability"])
        self._print_misses(report["misses"])

    def _print_policies(self, policies: Mapping[str, Any]) -> None:
        self.stdout.write(
            f"\n{'order':10}{'walks':>7}{'right first':>24}{'checks':>9}{'of author':>11}"
            f"{'wrong stops':>13}{'log loss':>10}"
        )
        for policy, one in policies.items():
            low, high = one["top1_interval"]
            right = f"{one['top1']:.3f} [{low:.3f}, {high:.3f}]"
            share = "" if one["of_author"] is None else f"{one['of_author']:.0%}"
            self.stdout.write(
                f"{policy:10}{one['walks']:7}{right:>24}{one['checks']:9.2f}{share:>11}"
                f"{one['wrong_stops']:13}{one['log_loss']:10.3f}"
            )

    def _print_scenarios(self, scenarios: Mapping[str, Mapping[str, Any]]) -> None:
        width = max(map(len, scenarios)) + 2
        policies = next(iter(scenarios.values()))
        self.stdout.write(f"\n{'scenario':{width}}" + "".join(f"{name:>20}" for name in policies))
        for name, taken in scenarios.items():
            cells = (
                f"{one['right']}/{one['walks']}  {one['checks']:5.2f}" for one in taken.values()
            )
            self.stdout.write(f"{name:{width}}" + "".join(f"{cell:>20}" for cell in cells))

    def _print_reliability(self, policy: str, rows: Sequence[Mapping[str, Any]]) -> None:
        self.stdout.write(f"\n{policy}: belief in what came first, and how often it was right")
        for row in rows:
            share = row["right"] / row["count"]
            self.stdout.write(
                f"  {row['from']:.1f} to {row['to']:.1f}  said {row['stated']:.3f}  right {share:.3f} "
                f"[{row['low']:.3f}, {row['high']:.3f}]  {row['right']} of {row['count']}"
            )

    def _print_misses(self, misses: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        for policy, missed in misses.items():
            for one in missed:
                wanted = ", ".join(one["right"]) or _NONE
                self.stdout.write(
                    f"\n{policy} missed {one['scenario']}: {one['text']}\n"
                    f"  wants {wanted} ({one['belief_in_right']:.2f}), came to "
                    f"{one['first'] or _NONE} ({one['belief']:.2f}, {one['settled']})\n"
                    f"  ran {', '.join(one['run']) or 'nothing'}"
                )


@contextmanager
def _base(*, is_starter: bool) -> Iterator[None]:
    if not is_starter:
        yield
        return
    with scratch_database():
        load_starter()
        yield


def _played(
    cases: Sequence[RecordedCase], policies: Sequence[str], *, seeds: int
) -> dict[str, list[Played]]:
    if complaints := unknown_causes(cases):
        raise CommandError("\n".join(complaints))
    prepared = [prepare(case) for case in cases]
    return {
        policy: [one for case in prepared for one in play(case, policy, seeds=seeds)]
        for policy in POLICIES
        if policy in policies
    }


def _report(
    cases: Sequence[RecordedCase], played: Mapping[str, Sequence[Played]]
) -> dict[str, Any]:
    return {
        "cases": len(cases),
        "policies": figures.figures(played),
        "scenarios": figures.by_scenario(played),
        # By lot a case is missed once for every seed: those say nothing that the others do not.
        "misses": {
            policy: figures.misses(walks) for policy, walks in played.items() if policy != "random"
        },
    }

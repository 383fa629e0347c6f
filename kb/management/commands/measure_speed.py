"""Measure how fast texts find their guides in large bases, beside other search engines."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kb.evaluation import serving, speed
from kb.evaluation.judged import BadSet, read_set
from kb.services.guides.starter import STARTER


class Command(BaseCommand):
    help = (
        "Bases of invented guides, made from the texts of the judged set in PATH (else of the "
        "starter guides) with a fixed seed, on SQLite and where --postgres names a server there "
        "too; beside FTS5, tantivy and ts_rank_cd in the same run. All of it is gone afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, nargs="?", help="folder of a judged set")
        parser.add_argument("--sizes", default="1000,10000", help="guides, comma-separated")
        parser.add_argument(
            "--logs", type=int, default=speed.LOGS, help="logs to ask for; short texts are 20 each"
        )
        parser.add_argument("--postgres", default="", help="URL of a server to make a database on")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")
        parser.add_argument("--serve", action="store_true", help="be one of the measured bases")

    def handle(self, *args: Any, path: Path | None, **options: Any) -> None:
        half = "" if path else "tune"
        folder = path or settings.BASE_DIR / "benchmarks" / "starter"
        try:
            judged = read_set(folder, starter=STARTER, half=half)
        except BadSet as exc:
            raise CommandError(str(exc)) from exc
        if options["serve"]:
            serving.serve(judged, sys.stdin, sys.stdout)
            return
        reports = []
        for size in map(int, options["sizes"].split(",")):
            asked = {name: options[name] for name in ("logs", "postgres")}
            reports.append(speed.measure(judged, path, size, say=self.stderr.write, **asked))
            if not options["json"]:
                self._print(reports[-1])
        if options["json"]:
            self.stdout.write(json.dumps(reports, indent=2))

    def _print(self, report: Mapping[str, Any]) -> None:
        self.stdout.write(f"{report['documents']} guides")
        for name, one in report["systems"].items():
            self.stdout.write(f"  {name}: {_line(one)}")
        for name, peers in report["p95_ratios"].items():
            for peer, ratios in peers.items():
                said = ", ".join(f"{kind} {ratio:.3f}" for kind, ratio in ratios.items())
                self.stdout.write(f"  p95 of {name} to {peer}: {said}")
        if report["different_answers"] is not None:
            said = report["different_answers"]
            self.stdout.write(f"  questions answered differently by the two databases: {said}")


def _line(one: Mapping[str, Any]) -> str:
    parts = [
        f"{kind} {one[kind]['median']:.1f} ms, p95 {one[kind]['p95']:.1f}"
        for kind in ("short", "logs", "update")
        if kind in one
    ]
    parts += [
        f"{kind} {one['cpu'][kind]['median']:.1f} ms of its processor, p95 {one['cpu'][kind]['p95']:.1f}"
        for kind in one["cpu"]
    ]
    if one["analysing"]:
        parts.append(f"of logs {one['analysing']['logs']['median']:.0f} ms analysing")
    took = ("reindex_s", "index_copied_s", "build_s")
    parts += [f"{name[:-2]} {one[name]:.0f} s" for name in took if name in one]
    parts += [f"{name} {one[name] / 1e6:.0f} MB" for name in ("disk", "memory") if name in one]
    return "; ".join(parts)

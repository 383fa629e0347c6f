"""Measure matching on a judged set of texts and documents, in a scratch database."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kb.evaluation import measuring, peers
from kb.evaluation.judged import BadSet, JudgedSet, read_set
from kb.evaluation.measuring import Answer
from kb.evaluation.product import NAME, Product, scratch_database
from kb.services.guides.starter import STARTER

_COLUMNS = ("ndcg@10", "mrr@10", "r@1", "r@5", "cause_ndcg@10", "auroc", "false_matches_at_95")


class Command(BaseCommand):
    help = (
        "PATH holds queries.jsonl (id, variant, text, rel, perhaps cause and half) and corpus.jsonl "
        "(id, title, text); without a corpus the starter guides are asked. Prints figures by "
        "variant with bootstrap 95 % confidence intervals."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--half", default="", help="only queries of this half: tune, report")
        parser.add_argument("--variant", default="", help="only this variant")
        parser.add_argument("--peers", action="store_true", help="beside other search engines")
        parser.add_argument("--postgres", default="", help="URL for ts_rank_cd, with --peers")
        parser.add_argument("--worst", type=int, default=0, help="show so many of the worst")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        started = time.monotonic()
        try:
            judged = read_set(
                path, starter=STARTER, half=options["half"], variant=options["variant"]
            )
        except BadSet as exc:
            raise CommandError(str(exc)) from exc
        answers, seconds = _asked(judged, options)
        seconds["total"] = time.monotonic() - started
        report = _report(judged, answers, seconds)
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self._print(report)
            self._print_worst(measuring.worst(answers[NAME], options["worst"]))

    def _print(self, report: Mapping[str, Any]) -> None:
        self.stdout.write(
            f"{report['documents']} documents, {report['queries']} queries, "
            f"{report['seconds']['total']:.0f} s"
        )
        for system, variants in report["systems"].items():
            for variant, taken in variants.items():
                self.stdout.write(f"{system} | {variant} ({taken['queries']}): {_line(taken)}")
        for system, variants in report["ahead_of"].items():
            for variant, one in variants.items():
                self.stdout.write(
                    f"nDCG@10 ahead of {system} | {variant}: {_figure(one['difference'])} "
                    f"p={one['p']:.4f}"
                )

    def _print_worst(self, answers: Sequence[Answer]) -> None:
        for one in answers:
            wanted = one.query.cause or sorted(one.query.relevant)
            self.stdout.write(f"{one.ndcg:.2f} {one.query.id} wants {wanted} got {one.got[:3]}")


def _asked(
    judged: JudgedSet, options: Mapping[str, Any]
) -> tuple[dict[str, list[Answer]], dict[str, float]]:
    """Every system's answers, ours first, and how long the parts took."""
    seconds = {}
    with scratch_database():
        started = time.monotonic()
        product = Product(judged)
        seconds["import"] = time.monotonic() - started
        started = time.monotonic()
        answers = {NAME: measuring.ask_product(product, judged)}
        seconds["queries"] = time.monotonic() - started
    if options["peers"]:
        for name, peer in _peers(judged, options["postgres"]).items():
            answers[name] = measuring.ask_peer(peer, judged)
    return answers, seconds


def _peers(judged: JudgedSet, postgres: str) -> Mapping[str, peers.Peer]:
    try:
        return peers.peers(judged.documents, postgres=postgres or _configured_postgres())
    except ModuleNotFoundError as exc:
        raise CommandError(
            f"{exc.name} is not installed: pip install -r requirements-bench.txt"
        ) from exc


def _configured_postgres() -> str:
    """The product's own database, where that is a PostgreSQL; only a temporary table is made."""
    database = settings.DATABASES["default"]
    if "postgresql" not in str(database["ENGINE"]):
        return ""
    keys = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    return " ".join(f"{key}='{database[name]}'" for key, name in keys.items() if database.get(name))


def _report(
    judged: JudgedSet, answers: Mapping[str, Sequence[Answer]], seconds: Mapping[str, float]
) -> dict[str, Any]:
    others = {name: given for name, given in answers.items() if name != NAME}
    return {
        "documents": len(judged.documents),
        "queries": len(judged.queries),
        "without_answer": "unanswerable" if judged.unanswerable else "leave-out",
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "systems": {name: measuring.figures(given) for name, given in answers.items()},
        "ahead_of": {
            name: measuring.compare(answers[NAME], given) for name, given in others.items()
        },
    }


def _line(taken: Mapping[str, Any]) -> str:
    return "; ".join(f"{name} {_figure(taken[name])}" for name in _COLUMNS if name in taken)


def _figure(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"

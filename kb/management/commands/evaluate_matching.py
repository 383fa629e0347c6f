"""Measure matching on a judged set of texts and documents, in a scratch database."""

import json
import math
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from kb import index
from kb.matching import analyse
from kb.models import Guide

_DEPTH = 10


class Command(BaseCommand):
    help = (
        "PATH holds corpus.jsonl (id, title, text) and queries.jsonl (id, variant, text, rel). "
        "Prints nDCG@10 for each variant, and how well confidence tells a text that has an "
        "answer from the same text without its answers in the base (AUROC)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--variant", help="only this variant")
        parser.add_argument("--worst", type=int, default=0, help="show so many of the worst")

    def handle(self, *args: Any, **options: Any) -> None:
        documents = _lines(options["path"] / "corpus.jsonl")
        queries = [
            query
            for query in _lines(options["path"] / "queries.jsonl")
            if options["variant"] in (None, query["variant"])
        ]
        with _scratch_database(), transaction.atomic():
            measured = [_measure(query, _imported(documents)) for query in queries]
        self._report(measured)
        for one in sorted(measured, key=lambda m: m["ndcg"])[: options["worst"]]:
            self.stdout.write(
                f"{one['ndcg']:.2f} {one['id']} wants {one['wants']} got {one['got']}"
            )

    def _report(self, measured: Sequence[Mapping[str, Any]]) -> None:
        variants: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for one in measured:
            variants[one["variant"]].append(one)
        for variant, rows in variants.items():
            ndcg = sum(row["ndcg"] for row in rows) / len(rows)
            answered = sum(row["with"] >= 40 for row in rows) / len(rows)
            wrongly = sum(row["without"] >= 40 for row in rows) / len(rows)
            auroc = _auroc([row["with"] for row in rows], [row["without"] for row in rows])
            self.stdout.write(
                f"{variant}: nDCG@10 {ndcg:.3f} over {len(rows)}; AUROC {auroc:.3f}; "
                f"answered {answered:.0%}, without an answer in the base {wrongly:.0%}"
            )


@contextmanager
def _scratch_database() -> Iterator[None]:
    """A database of its own beside the configured one, gone afterwards."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(str(name), verbosity=0)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


_guides: dict[str, Guide] = {}


def _imported(documents: Sequence[Mapping[str, Any]]) -> Mapping[str, Guide]:
    if not _guides:
        for number, document in enumerate(documents):
            guide = Guide.objects.create(
                slug=f"d{number}",
                language="en",
                title=document["title"][:200],
                body=document["text"],
                state=Guide.State.PUBLISHED,
            )
            index.update(guide)
            _guides[document["id"]] = guide
    return _guides


def _measure(query: Mapping[str, Any], guides: Mapping[str, Guide]) -> dict[str, Any]:
    analysis, names = analyse(query["text"]), {guide.pk: name for name, guide in guides.items()}
    ranked = _ranked(analysis)
    answers = Guide.objects.filter(pk__in=[guides[name].pk for name in query["rel"]])
    answers.update(state=Guide.State.DRAFT)
    without = _ranked(analysis)
    answers.update(state=Guide.State.PUBLISHED)
    got = [names[match.guide_id] for match in ranked]
    return {
        "id": query["id"],
        "variant": query["variant"],
        "ndcg": _ndcg(got, query["rel"]),
        "with": max((match.confidence for match in ranked[:1]), default=0),
        "without": max((match.confidence for match in without[:1]), default=0),
        "wants": sorted(query["rel"]),
        "got": got[:3],
    }


def _ranked(analysis: Any) -> list[index.GuideMatch]:
    found = index.find(analysis)
    return sorted([*found.matches, *found.weak], key=lambda match: -match.score)[:_DEPTH]


def _ndcg(got: Sequence[str], relevant: Mapping[str, int]) -> float:
    best = sorted(relevant.values(), reverse=True)
    return _gain([relevant.get(name, 0) for name in got]) / _gain(best)


def _gain(grades: Sequence[int]) -> float:
    return sum(float(2**g - 1) / math.log2(rank + 2) for rank, g in enumerate(grades[:_DEPTH]))


def _auroc(positive: Sequence[int], negative: Sequence[int]) -> float:
    """The chance that a text with an answer is trusted more than one without."""
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return wins / (len(positive) * len(negative))

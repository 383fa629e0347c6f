"""`manage.py evaluate_matching`: judged sets in, figures out, the configured database untouched."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from kb.evaluation import judged, measuring, product, statistics
from kb.evaluation.judged import BadSet, Document, JudgedSet, Query
from kb.evaluation.measuring import Answer
from kb.models import Guide

STARTER = Path(settings.BASE_DIR) / "kb" / "starter"
OWN_SET = Path(settings.BASE_DIR) / "benchmarks" / "starter"
CORPUS = [
    {"id": "x/disk", "title": "DiskFull", "text": "# DiskFull\n\nNo space left on device. Use df."},
    {"id": "x/clock", "title": "ClockSkew", "text": "# ClockSkew\n\nThe clock drifts. Ask chrony."},
    {
        "id": "x/queue",
        "title": "큐가 밀림",
        "text": "# 큐가 밀림\n\n소비자가 느려서 메시지가 쌓인다.",
    },
]
QUERIES = [
    {"id": "1", "variant": "en", "text": "no space left on device", "rel": {"x/disk": 2}},
    {"id": "2", "variant": "en", "text": "clock drifts from chrony", "rel": {"x/clock": 2}},
    {"id": "3", "variant": "ko", "text": "메시지가 쌓인다", "rel": {"x/queue": 2}, "half": "tune"},
]


def _folder(tmp_path: Path, queries: list[dict[str, Any]]) -> Path:
    for name, rows in (("corpus", CORPUS), ("queries", queries)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (tmp_path / f"{name}.jsonl").write_text(text, "utf-8")
    return tmp_path


def _judged(queries: list[Query]) -> JudgedSet:
    documents = tuple(
        Document(id=one["id"], title=one["title"], text=one["text"]) for one in CORPUS
    )
    return JudgedSet(documents=documents, queries=tuple(queries), is_starter=False)


def _query(text: str, **relevant: int) -> Query:
    named = {f"x/{name}": grade for name, grade in relevant.items()}
    return Query(id=text, variant="v", text=text, relevant=named)


def test_ndcg_is_one_for_the_best_order_and_less_for_any_other() -> None:
    relevant = {"a": 2, "b": 1}
    assert statistics.ndcg(["a", "b", "c"], relevant) == 1
    assert statistics.ndcg(["b", "a"], relevant) == pytest.approx(0.7967, abs=1e-4)
    assert statistics.ndcg(["c"] * 10 + ["a"], relevant) == 0


def test_ranks_and_recall_count_only_the_highest_grade() -> None:
    relevant = {"a": 2, "b": 2, "c": 1}
    assert statistics.reciprocal_rank(["c", "x", "b"], relevant) == pytest.approx(1 / 3)
    assert statistics.reciprocal_rank(["c"], relevant) == 0
    assert statistics.recall(["a", "c", "b"], relevant, 1) == 0.5
    assert statistics.recall(["a", "c", "b"], relevant, 5) == 1


def test_auroc_counts_wins_and_half_of_the_ties() -> None:
    assert statistics.auroc([3, 2], [1, 0]) == 1
    assert statistics.auroc([1, 1], [1, 1]) == 0.5
    assert statistics.auroc([0, 2], [1, 1]) == 0.5


def test_false_matches_are_counted_where_95_of_100_true_ones_pass() -> None:
    positive = [float(n) for n in range(100)]  # the threshold is 5
    assert statistics.false_matches(positive, [4, 4.5, 5, 60]) == 0.5


def test_an_interval_holds_its_value_and_is_the_same_every_time() -> None:
    values = [0.0, 0.5, 1.0, 1.0, 0.25, 0.75]
    one = statistics.mean(values)
    assert one.low < one.value < one.high
    assert one == statistics.mean(values)


def test_a_steady_lead_is_significant_and_a_mixed_one_is_not() -> None:
    lead = statistics.compared([0.9] * 30, [0.8] * 30)
    assert lead.p < 0.01
    assert lead.difference.low > 0
    assert statistics.compared([1.0, 0.0] * 15, [0.0, 1.0] * 15).p > 0.5


def test_equal_systems_differ_by_nothing() -> None:
    same = statistics.compared([0.4, 0.6], [0.4, 0.6])
    assert (same.difference.value, same.p) == (0, 1)


def test_a_set_names_the_line_and_the_field_that_is_missing(tmp_path: Path) -> None:
    folder = _folder(tmp_path, [{"id": "1", "variant": "v", "rel": {}}])
    with pytest.raises(BadSet, match=r"queries\.jsonl:1 has no text"):
        judged.read_set(folder, starter=STARTER)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("[1, 2]", r"queries\.jsonl:1 is not an object"),
        ("{", r"queries\.jsonl:1: Expecting"),
        ('{"id": "1", "variant": "v", "text": 5, "rel": {}}', "text is not a text"),
        ('{"id": "1", "variant": "v", "text": "t", "rel": ["a"]}', "rel does not give each"),
        ('{"id": "1", "variant": "v", "text": "t", "rel": {"a": "2"}}', "rel does not give each"),
    ],
)
def test_a_broken_line_is_told_with_its_place(tmp_path: Path, line: str, complaint: str) -> None:
    (tmp_path / "queries.jsonl").write_text(f"{line}\n")
    with pytest.raises(BadSet, match=complaint):
        judged.read_set(tmp_path, starter=STARTER)


def test_a_file_that_is_no_text_is_refused_and_an_empty_line_is_not(tmp_path: Path) -> None:
    folder = _folder(tmp_path, QUERIES)
    (folder / "queries.jsonl").write_text("\n" + (folder / "queries.jsonl").read_text())
    assert judged.read_set(folder, starter=STARTER).queries
    (folder / "corpus.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(BadSet, match=r"corpus\.jsonl is not UTF-8"):
        judged.read_set(folder, starter=STARTER)


def test_a_set_that_names_an_unknown_document_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path, [{"id": "1", "variant": "v", "text": "t", "rel": {"x/nope": 1}}])
    with pytest.raises(BadSet, match="x/nope"):
        judged.read_set(folder, starter=STARTER)


def test_half_and_variant_choose_queries(tmp_path: Path) -> None:
    folder = _folder(tmp_path, QUERIES)
    assert len(judged.read_set(folder, starter=STARTER, variant="en").queries) == 2
    assert len(judged.read_set(folder, starter=STARTER, half="tune").queries) == 1
    with pytest.raises(BadSet):
        judged.read_set(folder, starter=STARTER, half="report")


def test_our_own_set_names_guides_and_causes_that_exist(starter: None) -> None:
    ours = judged.read_set(OWN_SET, starter=STARTER)
    causes = {cause.key for guide in Guide.objects.all() for cause in guide.causes.all()}
    assert {query.cause for query in ours.queries} - {""} <= causes
    assert len(ours.queries) >= 170
    assert 3 * len(ours.unanswerable) >= len(ours.queries)
    assert {query.half for query in ours.queries} == {"tune", "report"}
    assert len({query.id for query in ours.queries}) == len(ours.queries)


def test_documents_are_imported_by_the_product_and_found_again(db: None) -> None:
    asked = [
        _query("no space left on device", disk=2),
        _query("the clock drifts, chrony", clock=2),
        _query("메시지가 쌓인다", queue=2),
    ]
    ours = product.Product(_judged(asked))
    answers = measuring.ask_product(ours, _judged(asked))
    assert [answer.got[0] for answer in answers] == ["x/disk", "x/clock", "x/queue"]
    assert Guide.objects.get(title="큐가 밀림").language == "ko"
    assert all(guide.revisions.count() == 1 for guide in Guide.objects.all())


def test_without_unanswerable_texts_each_is_asked_with_its_answers_left_out(db: None) -> None:
    asked = [_query("no space left on device", disk=2)]
    ours = product.Product(_judged(asked))
    (answer,) = measuring.ask_product(ours, _judged(asked))
    assert answer.trust_without is not None
    assert answer.trust_without < answer.trust
    assert Guide.objects.published().count() == len(CORPUS)
    again = ours.documents(ours.ask("no space left on device"))
    assert again == (list(answer.got), answer.trust)


def test_texts_without_an_answer_take_the_place_of_leaving_out(db: None) -> None:
    asked = [_query("no space left on device", disk=2), _query("the printer is out of toner")]
    answers = measuring.ask_product(product.Product(_judged(asked)), _judged(asked))
    assert [answer.trust_without for answer in answers] == [None, None]
    taken = measuring.figures(answers)["v"]
    assert (taken["answerable"], taken["without_answer"]) == (1, 1)
    assert taken["auroc"]["value"] == 1


def test_a_named_cause_is_looked_for_among_the_ranked_causes(starter: None) -> None:
    query = Query(
        id="1",
        variant="v",
        text="ERROR: [Errno 98] address already in use, port 8000",
        relevant={"connection": 2},
        cause="connection/port-held",
    )
    ours = judged.read_set(OWN_SET, starter=STARTER)
    only = JudgedSet(documents=ours.documents, queries=(query,), is_starter=True)
    taken = measuring.figures(measuring.ask_product(product.Product(only), only))["v"]
    assert taken["causes"] == 1
    assert taken["cause_r@1"]["value"] == 1


def test_several_variants_are_counted_apart_and_together() -> None:
    answers = [
        Answer(query=_query("a", disk=1), got=["x/disk"], trust=9),
        Answer(query=Query(id="b", variant="w", text="b", relevant={"x/disk": 1}), got=[], trust=0),
    ]
    taken = measuring.figures(answers)
    assert {name: one["ndcg@10"]["value"] for name, one in taken.items()} == {
        "all": 0.5,
        "v": 1,
        "w": 0,
    }
    assert [answer.query.id for answer in measuring.worst(answers, 1)] == ["b"]


def test_a_folder_without_queries_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("evaluate_matching", tmp_path, stdout=StringIO())


def test_the_command_measures_in_a_database_of_its_own(tmp_path: Path) -> None:
    folder = _folder(tmp_path, QUERIES)
    done = subprocess.run(
        [sys.executable, "manage.py", "evaluate_matching", str(folder), "--json"],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"KNOWNFIX_NO_VENV": "1", "KNOWNFIX_VAR": str(tmp_path / "var"), "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        timeout=110,
        check=True,
    )
    report = json.loads(done.stdout)
    assert (report["documents"], report["without_answer"]) == (3, "leave-out")
    assert report["systems"]["knownfix"]["all"]["r@1"]["value"] == 1
    assert not (tmp_path / "var" / "knownfix.sqlite3").exists()

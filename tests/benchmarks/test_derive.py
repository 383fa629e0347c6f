"""Sets made from a judged set: the same each time, and harder than what they are made from."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.derive import main
from kb.evaluation.judged import read_set

NAMES = ("DiskFillingUp", "QueueStalled", "NodeUnreachable")
KINDS = ("articles", "errors", "larger", "prefixed", "remembered", "sections")


def runbook(name: str) -> dict[str, Any]:
    text = (
        f"# {name}\n\n## Meaning\n\nThe alert {name} says that something about zebra is wrong.\n\n"
        f"## Diagnosis\n\nLook at the nodes and see which of them the {name.lower()} giraffe has "
        f"eaten today.\n\n```\n12:01 error {name} cannot reach the zoo\n```\n"
    )
    return {"id": name, "title": name, "text": text}


def alert(number: int, name: str) -> dict[str, Any]:
    text = f"The {name} is bad"
    return {"id": f"summary-{number}", "variant": "summary", "text": text, "rel": {name: 2}}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for file, rows in (
        ("corpus", map(runbook, NAMES * 5)),
        ("queries", (alert(number, name) for number, name in enumerate(NAMES))),
    ):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{file}.jsonl").write_text(lines)
    return folder


def test_every_kind_is_a_judged_set_and_the_same_each_time(source: Path, tmp_path: Path) -> None:
    for target in ("one", "two"):
        main(source, tmp_path / target)

    for kind in KINDS:
        for file in ("corpus.jsonl", "queries.jsonl"):
            first, second = (tmp_path / target / kind / file for target in ("one", "two"))
            assert first.read_bytes() == second.read_bytes()
        assert read_set(tmp_path / "one" / kind, starter=source).answerable


def test_a_meaning_is_asked_of_runbooks_without_it(source: Path, tmp_path: Path) -> None:
    main(source, tmp_path / "made")

    made = read_set(tmp_path / "made" / "articles", starter=source)
    assert "zebra" in made.queries[0].text
    assert not any("zebra" in document.text for document in made.documents)
    assert {document.title for document in made.documents} >= {"Disk Filling Up"}

"""The speed benchmark end to end, on a small base."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.bench


def test_a_small_base_is_measured_beside_its_peers() -> None:
    out = StringIO()

    options = ["--sizes", "60", "--logs", "2", "--json"]
    call_command("measure_speed", *options, stdout=out, stderr=StringIO())

    (report,) = json.loads(out.getvalue())
    ours = report["systems"]["knownfix on SQLite"]
    assert report["documents"] == 60
    assert set(report["systems"]) == {"knownfix on SQLite", "FTS5", "tantivy"}
    assert all(ours[kind]["median"] > 0 for kind in ("short", "logs", "update"))
    assert ours["disk"] > 0
    assert ours["memory"] > 0
    assert set(report["p95_ratios"]["knownfix on SQLite"]) == {"FTS5", "tantivy"}
    assert report["different_answers"] is None

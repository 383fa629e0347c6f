"""Patterns that take exponential time in a backtracking matcher take linear time here."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from probes.engine.registry import KINDS
from probes.engine.spec import Policy
from probes.engine.values import compile_pattern
from tests.probes.engine.servers import run, says, serving

SLOW = [
    (r"^(a+)+$", "a" * 40 + "!"),
    (r"^(a|aa)+$", "a" * 60 + "!"),
    (r"(.*a){20}$", "a" * 60 + "!"),
    (r"^(\w+\s?)*$", "word " * 12 + "word!!"),
]


@pytest.mark.parametrize(("pattern", "text"), SLOW, ids=[pattern for pattern, _ in SLOW])
def test_a_backtracking_matcher_hangs_where_ours_answers(pattern: str, text: str) -> None:
    naive = f"import re; re.search({pattern!r}, {text!r})"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-I", "-c", naive], timeout=1.0, check=True)

    started = time.monotonic()
    compile_pattern(pattern).search(text * 100)

    assert time.monotonic() - started < 1.0


async def test_a_page_cannot_hang_the_probe_that_reads_it(policy: Policy) -> None:
    async with serving(says(200, b"a" * 60_000 + b"!")) as port:
        url = f"http://127.0.0.1:{port}/"
        result = await run("http", policy=policy, url=url, expect_body_regex=r"^(a+)+$")

    assert result.reason_code == "body_mismatch"
    assert result.elapsed_s < 2.0


def test_no_kind_takes_a_pattern_in_another_way() -> None:
    """`re` is used with our own patterns only: no module compiles a parameter with it."""
    engine = Path(sys.modules["probes.engine.registry"].__file__ or "").parent
    suspects = [
        path.name
        for path in engine.rglob("*.py")
        if "re.compile(params" in path.read_text() or "re.search(params" in path.read_text()
    ]

    assert suspects == []
    assert any(param.type == "pattern" for kind in KINDS.values() for param in kind.params)

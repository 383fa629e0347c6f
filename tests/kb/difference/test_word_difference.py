"""Two texts compared word by word."""

import time

import pytest

from kb.difference import Span, folded_lines, word_difference


def _written(before: str, after: str) -> str:
    signs = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}
    return "".join(signs[one.kind].format(one.text) for one in word_difference(before, after))


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        pytest.param("the port", "the port", "the port", id="the same text"),
        pytest.param("", "new", "[+new+]", id="nothing before"),
        pytest.param("old", "", "[-old-]", id="nothing after"),
        pytest.param(
            "Look at port 8000.",
            "Look at port 8001.",
            "Look at port [-8000-][+8001+].",
            id="a word",
        ),
        pytest.param(
            "서버가 포트를 듣고 있습니다.",
            "서버가 포트에서 듣고 있습니다.",
            "서버가 [-포트를-][+포트에서+] 듣고 있습니다.",
            id="a Korean word is compared with its particle",
        ),
        pytest.param("a\nb\nc\n", "a\nc\n", "a\n[-b\n-]c\n", id="a line is gone"),
        pytest.param("a\r\nb", "a\nc", "a\n[-b-][+c+]", id="another sort of line end is no change"),
        pytest.param(
            "It **is** open.", "It **was** open.", "It **[-is-][+was+]** open.", id="marks stay"
        ),
        pytest.param(
            "first word here",
            "other term here",
            "[-first word-][+other term+] here",
            id="no crumbs",
        ),
    ],
)
def test_what_changed_is_marked_by_the_word(before: str, after: str, written: str) -> None:
    assert _written(before, after) == written


def test_either_text_can_be_read_out_of_the_difference() -> None:
    before = "# Port\n\n1. Look at `8000`.\n2. Stop it.\n\n```\nnetstat -ano\n```\n"
    after = "# The port\n\n2. Stop it, then look.\n\n```\nss -ltn\n```\n\nDone.\n"

    spans = word_difference(before, after)

    assert "".join(one.text for one in spans if one.kind != "new") == before
    assert "".join(one.text for one in spans if one.kind != "gone") == after


def test_unchanged_stretches_are_folded_and_a_little_around_a_change_stays() -> None:
    lines = [f"line {number}" for number in range(20)]
    changed = [*lines[:10], "line ten", *lines[11:]]

    folds = folded_lines(word_difference("\n".join(lines), "\n".join(changed)))

    assert [(fold.is_folded, len(fold.lines)) for fold in folds] == [
        (True, 8),
        (False, 5),
        (True, 7),
    ]
    assert folds[1].lines[2].spans == (
        Span("same", "line "),
        Span("gone", "10"),
        Span("new", "ten"),
    )


def test_lines_know_headings_and_code() -> None:
    text = "# Head\nprose\n```\n# a comment\n```\n"

    [fold] = folded_lines(word_difference("", text))

    assert [line.look for line in fold.lines] == ["heading", "prose", "code", "code", "code"]


def test_a_line_end_that_went_is_shown() -> None:
    [fold] = folded_lines(word_difference("foo bar\nbaz", "foo bar baz"))

    signs = [(span.kind, span.text) for line in fold.lines for span in line.spans]
    assert ("gone", "⏎") in signs


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a b " * 75_000, "b a " * 75_000, id="no word stands alone"),
        pytest.param("\n" * 300_000, "\n" * 299_000, id="only line ends"),
        pytest.param(
            "\n".join(f"w{n}" for n in range(60_000)),
            "\n".join(f"w{n}" for n in range(60_000, 0, -1)),
            id="upside down",
        ),
    ],
)
def test_no_two_texts_take_long(before: str, after: str) -> None:
    started = time.process_time()

    word_difference(before, after)

    assert time.process_time() - started < 20

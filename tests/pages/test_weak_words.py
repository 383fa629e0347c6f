"""The words that a weak match names: what a reader understands, not what the index compared."""

from types import SimpleNamespace

import pytest

from kb.views.pasted import weak


def named(text: str, *spans: tuple[int, int]) -> tuple[str, ...]:
    why = [SimpleNamespace(spans=[span]) for span in spans]
    return weak(SimpleNamespace(guide=None, match=SimpleNamespace(why=why, against=())), text).words


@pytest.mark.parametrize(
    ("text", "spans", "said"),
    [
        ("the pump at night", [(0, 3), (4, 8), (9, 11)], ("pump",)),
        ("이상한 소리가 납니다", [(0, 2), (5, 7), (8, 10), (9, 11)], ("이상", "납니다")),
        ("pump pump", [(0, 4), (5, 9)], ("pump",)),
    ],
    ids=["grammar words", "syllables", "once"],
)
def test_weak_match_names_words_that_tell_something(text, spans, said) -> None:
    assert named(text, *spans) == said

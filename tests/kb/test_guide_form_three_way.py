"""Two edits of one beginning: what only one changed is taken, the rest is asked."""

import pytest

from kb.services.guides.three_way import Filled, MergedText, compare, merge_lines


def own(**fields: str) -> Filled:
    return Filled(fields={name: (value,) for name, value in fields.items()})


def row(key: str, **fields: str) -> Filled:
    return Filled(rows={"checks": {key: {name: (value,) for name, value in fields.items()}}})


def told(began: Filled, theirs: Filled, mine: Filled) -> list[tuple[str, str, tuple]]:
    return [(one.place.field, one.whose, one.merged) for one in compare(began, theirs, mine)]


def test_each_persons_own_changes_are_taken_without_asking() -> None:
    began = own(title="A", summary="B", body="C")

    found = told(began, own(title="Theirs", summary="B", body="C"), own(title="A", summary="Mine", body="C"))  # fmt: skip

    assert found == [("title", "theirs", ("Theirs",)), ("summary", "mine", ("Mine",))]


def test_a_field_that_both_changed_is_asked_about() -> None:
    assert told(own(title="A"), own(title="T"), own(title="M")) == [("title", "both", ("M",))]


def test_the_same_change_by_both_is_no_difference() -> None:
    assert told(own(title="A"), own(title="B"), own(title="B")) == []


def test_without_a_beginning_every_difference_is_asked_about() -> None:
    assert told(Filled(), own(title="T"), own(title="M")) == [("title", "both", ("M",))]


def test_a_row_they_threw_away_goes_where_mine_is_as_it_was() -> None:
    old = row("7", name="old")

    assert told(old, Filled(rows={"checks": {}}), old) == [("DELETE", "theirs", ("on",))]


def test_a_row_they_threw_away_and_i_changed_is_asked_about_and_stays_meanwhile() -> None:
    found = told(row("7", name="old"), Filled(rows={"checks": {}}), row("7", name="new"))

    assert found == [("DELETE", "both", ())]


def test_a_row_i_threw_away_and_they_changed_is_asked_about() -> None:
    old, mine = row("7", name="old"), row("7", name="old", DELETE="on")

    assert told(old, old, mine) == [("DELETE", "mine", ("on",))]
    assert ("DELETE", "both", ("on",)) in told(old, row("7", name="new"), mine)


def test_a_row_that_only_one_of_us_has_is_no_question() -> None:
    empty = Filled(rows={"checks": {}})

    assert told(empty, empty, row("+mine", name="x")) == []
    assert told(empty, row("8", name="x"), empty) == []


def test_texts_whose_changes_lie_apart_become_one() -> None:
    began = "one\ntwo\nthree\nfour\nfive"

    merged = merge_lines(began, began.replace("one", "ONE"), began.replace("five", "FIVE\nsix"))

    assert merged == MergedText(text="ONE\ntwo\nthree\nfour\nFIVE\nsix", overlaps=0)


def test_a_place_that_both_changed_holds_theirs_and_then_mine() -> None:
    merged = merge_lines("a\nb\nc", "a\nTHEIRS\nc", "a\nMINE\nc")

    assert merged == MergedText(text="a\nTHEIRS\nMINE\nc", overlaps=1)


@pytest.mark.parametrize("kept", ["", "a", "a\nb\n", "\n\n"])
def test_a_text_that_only_one_changed_is_theirs_to_the_letter(kept: str) -> None:
    changed = "x\n" + kept + "\ny\n"

    assert merge_lines(kept, changed, kept) == MergedText(text=changed, overlaps=0)
    assert merge_lines(kept, kept, changed) == MergedText(text=changed, overlaps=0)

"""Texts that are nearly the same are one group, whatever the order and size of the rest."""

from kb.matching import analyse
from kb.matching.groups import LEAST_COMMON, Signature, grouped, signature_of


def words(*terms: str) -> Signature:
    return Signature(terms=frozenset(terms))


def members(*signatures: Signature) -> list[list[int]]:
    return [group.members for group in grouped(list(enumerate(signatures)))]


def test_six_tenths_in_common_are_enough_and_less_is_not():
    five, four = words(*"abcde"), words(*"abcd", "x", "y")
    assert five.in_common(words(*"abc")) == LEAST_COMMON

    assert members(five, words(*"abc")) == [[0, 1]]
    assert members(five, four) == [[0], [1]]


def test_a_group_does_not_drift_from_link_to_link():
    assert members(words(*"abcd"), words(*"abcde"), words(*"bcdefg")) == [[0, 1], [2]]


def test_of_two_founders_the_likelier_is_joined_and_of_equals_the_older():
    near, far = words(*"abcdef"), words(*"abcxyz")

    assert members(near, far, words(*"abcxy")) == [[0], [1, 2]]
    assert members(words(*"abc"), words(*"abd"), words(*"ab")) == [[0, 2], [1]]


def test_new_texts_change_no_group_that_there_is():
    old = [words(*"abcde"), words(*"vwxyz"), words(*"abcd")]

    assert members(*old, words(*"abcdv"), words("q"))[:2] == [[0, 2, 3], [1]]
    assert members(*old) == [[0, 2], [1]]


def test_a_name_and_words_have_nothing_in_common():
    named = signature_of(analyse("No module named 'zorkmid'"))

    assert named == Signature(terms=frozenset({"module:zorkmid"}), is_named=True)
    assert named.in_common(words("module:zorkmid")) == 0


def test_where_it_was_asked_makes_no_difference():
    one = signature_of(analyse("zorkmid lock refused at http://shop-1:8001/"))
    other = signature_of(analyse("zorkmid lock refused at http://shop-2:9002/"))

    assert one.in_common(other) >= LEAST_COMMON


def test_texts_without_a_word_stay_apart():
    assert members(words(), words()) == [[0], [1]]

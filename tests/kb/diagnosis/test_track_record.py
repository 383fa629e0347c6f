"""How sure a success rate is."""

import pytest

from kb.diagnosis import standing, wilson


def test_the_interval_is_the_published_one():
    # Newcombe (Statistics in Medicine 17:857, 1998), table I: 81 of 263.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_nothing_tried_says_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


def test_one_of_one_never_beats_forty_of_forty_five():
    assert standing(1, 1) < standing(40, 45)


def test_a_single_success_does_not_pass_an_untried_repair_and_a_second_does():
    assert standing(1, 1) == standing(0, 0) < standing(2, 2)


def test_what_failed_stands_behind_what_nobody_tried():
    assert standing(0, 1) < standing(0, 0)

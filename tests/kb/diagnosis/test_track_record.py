"""How sure a success rate is."""

import pytest

from kb.diagnosis import standing, wilson
from kb.diagnosis.track_record import ENOUGH_TRIES, stopped_working


def test_the_interval_is_the_published_one():
    # Newcombe (Statistics in Medicine 17:857, 1998), table I: 81 of 263.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_nothing_tried_says_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


def test_one_of_one_never_beats_forty_of_forty_five():
    assert standing(1, 1) < standing(40, 45)


def test_a_single_try_says_nothing_however_it_ended_and_a_second_does():
    assert standing(0, 1) == standing(1, 1) == standing(0, 0)
    assert standing(0, 2) < standing(0, 0) < standing(2, 2)


def test_four_tries_are_the_fewest_whose_wins_leave_no_doubt():
    """Why an environment's own record decides from four tries on."""
    assert (
        wilson(ENOUGH_TRIES, ENOUGH_TRIES)[0] > 0.5 > wilson(ENOUGH_TRIES - 1, ENOUGH_TRIES - 1)[0]
    )


@pytest.mark.parametrize(
    ("outcomes", "newest"),
    [
        ("wwwwfff", 4),
        ("wfff", 4),
        ("wfffw", 4),
        ("wfffww", 0),
        ("fff", 0),
        ("wwwppp", 0),
        ("wwwwwwww" + "wppppppp", 8),
        ("wwwwwwww" + "wwwppppp", 0),
        ("", 0),
    ],
    ids=[
        "three of the last four failed",
        "so from the first four on",
        "also after one more success",
        "no longer after two",
        "three tries are too few",
        "helping partly is no failure",
        "the newer half is surely worse",
        "the newer half is worse and may not be",
        "nothing tried",
    ],
)
def test_a_repair_stopped_working(outcomes: str, newest: int):
    words = {"w": "worked", "p": "partly", "f": "failed"}

    assert stopped_working([words[one] for one in outcomes]) == newest

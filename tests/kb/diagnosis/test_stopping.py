"""Stopping: at nine tenths for a cause or for none, or when nothing left would tell anything."""

from dataclasses import replace

import pytest

from kb.diagnosis import Advice, Ranking, rank
from kb.diagnosis.stopping import is_settled, likeliest
from tests.kb.diagnosis.connection import cause

ADVICE = Advice(checks=("listener",), gain_bits=1.0, cost_s=2.0, predictions=(), instead_of=None)


def ranking(first: float, none: float) -> Ranking:
    known = rank([cause("loopback", 0), cause("rejected", 1)])
    beliefs = zip(known.beliefs, (first, max(0.0, 1 - first - none)), strict=True)
    return replace(
        known,
        beliefs=tuple(replace(one, belief=belief) for one, belief in beliefs),
        none_of_these=none,
    )


@pytest.mark.parametrize(
    ("first", "none", "advice", "reason"),
    [
        pytest.param(0.90, 0.02, ADVICE, "cause", id="nine tenths for a cause"),
        pytest.param(0.9 - 1e-12, 0.02, None, "cause", id="but for the last bits of a float"),
        pytest.param(0.89, 0.02, ADVICE, None, id="less, and something would still tell"),
        pytest.param(0.05, 0.90, ADVICE, "none_of_these", id="nine tenths for none of these"),
        pytest.param(0.50, 0.10, None, "nothing_left", id="nothing would tell any more"),
    ],
)
def test_looking_stops_for_one_of_three_reasons(first, none, advice, reason):
    assert is_settled(ranking(first, none), advice) == reason


def test_without_any_cause_none_of_these_has_everything():
    assert is_settled(rank([]), None) == "none_of_these"


def test_what_is_believed_most_may_be_none_of_these():
    assert likeliest(ranking(0.6, 0.2)) == "loopback"
    assert likeliest(ranking(0.3, 0.5)) == ""

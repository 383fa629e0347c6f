"""Stopping: at nine tenths for a cause or for none, or when nothing left would tell anything."""

import pytest

from kb.diagnosis import Advice, Belief, Ranking
from kb.diagnosis.stopping import is_settled, likeliest

ADVICE = Advice(checks=("listener",), gain_bits=1.0, cost_s=2.0, predictions=(), instead_of=None)


def ranking(first: float, none: float) -> Ranking:
    rest = max(0.0, 1 - first - none)
    beliefs = (("loopback", first), ("rejected", rest))
    return Ranking(
        beliefs=tuple(
            Belief(key=key, belief=belief, prior=0.45, state="unclear", moved=())
            for key, belief in beliefs
        ),
        none_of_these=none,
        prior_none=0.1,
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
    assert is_settled(Ranking(beliefs=(), none_of_these=1.0, prior_none=1.0), None) == (
        "none_of_these"
    )


def test_what_is_believed_most_may_be_none_of_these():
    assert likeliest(ranking(0.6, 0.2)) == "loopback"
    assert likeliest(ranking(0.3, 0.5)) == ""

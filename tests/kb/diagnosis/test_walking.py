"""Walking a recorded case: what each order costs until the diagnosis is settled."""

import pytest

from kb.diagnosis import Askable, Cause, Inputs, Seen
from kb.diagnosis.walking import walk
from tests.kb.diagnosis.connection import CAUSES, LISTENER, OUTSIDE, REFUSED, cause, when

CONNECTION = Inputs(causes=CAUSES, symptoms=(REFUSED,), askable=(LISTENER, OUTSIDE))
LOOPBACK_LOOKS = {
    "listener": Seen(check="listener", run=1, status="WARNING", reason_code="bound_loopback_only"),
    "outside": Seen(check="outside", run=2, status="CRITICAL", reason_code="refused"),
}


def yes_or_no(key: str, order: int) -> Askable:
    outcomes = (("yes", "OK"), ("no", "CRITICAL"))
    return Askable(key=key, order=order, cost_s=1.0, outcomes=outcomes)


def looks(**reasons: str) -> dict[str, Seen]:
    return {
        key: Seen(check=key, run=number, status="OK", reason_code=reason)
        for number, (key, reason) in enumerate(reasons.items(), start=1)
    }


def asked(causes: tuple[Cause, ...], *keys: str) -> Inputs:
    askable = [yes_or_no(key, order) for order, key in enumerate(keys)]
    return Inputs(causes=causes, askable=askable)


# Only the last check of the document says which of the two it is.
LATE = (
    cause("a", 0, (when(last="yes"), "strongly-for"), (when(last="no"), "rules-out")),
    cause("b", 1, (when(last="no"), "strongly-for"), (when(last="yes"), "rules-out")),
)


def test_advice_goes_to_what_tells_and_the_author_through_all_that_stands_before():
    inputs = asked(LATE, "first", "second", "last")
    recorded = looks(first="yes", second="yes", last="yes")

    advised = walk(inputs, recorded, policy="advised")
    author = walk(inputs, recorded, policy="author")

    assert (advised.run, author.run, author.most) == (1, 3, 3)
    assert advised.ended_with == author.ended_with == "a"
    assert (advised.settled, author.settled) == ("cause", "cause")


def test_every_step_says_what_was_believed_after_it():
    found = walk(CONNECTION, LOOPBACK_LOOKS, policy="advised")

    assert [step.checks for step in found.steps] == [(), ("listener",), ("outside",)]
    assert [step.likeliest for step in found.steps] == ["not-running", "port-held", "loopback"]
    assert found.settled == "nothing_left"
    assert found.belief_in(["loopback"]) == found.steps[-1].belief


def test_a_stop_on_something_wrong_costs_every_check_there_is():
    inputs = asked(LATE, "last", "second", "third")

    found = walk(inputs, looks(last="yes", second="yes", third="yes"), policy="author")

    assert (found.run, found.counted(["a"]), found.counted(["b"])) == (1, 1, 3)
    assert (found.is_right(["a"]), found.is_right(["b"]), found.is_right([])) == (
        True,
        False,
        False,
    )


def test_a_check_that_could_not_look_costs_a_check_and_tells_nothing():
    inputs = asked(LATE, "last")
    blind = {"last": Seen(check="last", run=1, status="UNKNOWN", reason_code="no_agent")}

    found = walk(inputs, blind, policy="advised")

    assert (found.run, found.settled) == (1, "nothing_left")
    assert found.steps[0].belief == found.steps[1].belief


def test_a_check_that_was_never_recorded_is_one_that_could_not_look():
    found = walk(asked(LATE, "last"), {}, policy="author")

    assert (found.run, found.settled) == (1, "nothing_left")


def test_one_look_that_answers_two_checks_is_made_once():
    causes = (
        cause("a", 0, (when(mine="yes", theirs="yes"), "strongly-for")),
        cause("b", 1, (when(mine="no"), "for"), (when(theirs="no"), "for")),
    )
    shared = {
        key: Seen(check=key, run=7, status="OK", reason_code="yes") for key in ("mine", "theirs")
    }

    for policy in ("advised", "author", "random"):
        found = walk(asked(causes, "mine", "theirs"), shared, policy=policy)
        assert (found.run, found.most) == (1, 1)


def test_none_of_these_is_right_where_nobody_wrote_the_cause_down():
    ruled_out = tuple(cause(key, n, (when(one="yes"), "rules-out")) for n, key in enumerate("ab"))

    found = walk(asked(ruled_out, "one"), looks(one="yes"), policy="advised")

    assert (found.ended_with, found.is_right([]), found.is_right(["a"])) == ("", True, False)
    assert found.belief_in([]) == found.ranking.none_of_these > 0.9


@pytest.mark.parametrize("policy", ["advised", "author", "random"])
def test_the_same_case_is_walked_the_same_way_again(policy):
    inputs = asked(LATE, "first", "second", "last")
    recorded = looks(first="yes", second="yes", last="yes")

    assert walk(inputs, recorded, policy=policy, seed=3) == walk(
        inputs, recorded, policy=policy, seed=3
    )


def test_lots_differ_from_seed_to_seed():
    inputs = asked(LATE, "first", "second", "last")
    recorded = looks(first="yes", second="yes", last="yes")

    assert {walk(inputs, recorded, policy="random", seed=n).run for n in range(20)} == {1, 2, 3}

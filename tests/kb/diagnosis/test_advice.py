"""Advice: the next look is the one expected to tell most per second."""

from dataclasses import replace

from kb.diagnosis import Advice, Askable, Cause, advise, rank
from tests.kb.diagnosis.connection import (
    CAUSES,
    LISTENER,
    LOOPBACK,
    OUTSIDE,
    REJECTED,
    cause,
    seen,
    when,
)


def advice(causes: tuple[Cause, ...], *askable: Askable, runs=()) -> Advice | None:
    ranking = rank(causes, seen=runs)
    return advise(causes, ranking=ranking, askable=askable, seen=runs)


def check(key: str, order: int, cost_s: float = 1.0) -> Askable:
    outcomes = (("yes", "OK"), ("no", "CRITICAL"))
    return Askable(key=key, order=order, cost_s=cost_s, outcomes=outcomes)


def test_the_check_that_separates_most_causes_comes_first():
    found = advice(CAUSES, OUTSIDE, LISTENER)

    assert found is not None
    assert found.checks[0] == "listener"
    assert found.gain_bits > 0.3
    assert found.instead_of is None


def test_what_was_looked_at_is_not_advised_again():
    found = advice(CAUSES, LISTENER, OUTSIDE, runs=[seen("listener", "bound_loopback_only")])

    assert found is not None
    assert found.checks == ("outside",)


def test_a_look_that_could_not_see_is_advised_again():
    blind = seen("listener", "permission_denied", status="UNKNOWN")

    found = advice(CAUSES, LISTENER, OUTSIDE, runs=[blind])

    assert found is not None
    assert "listener" in found.checks


def test_the_checks_of_a_joint_rule_are_advised_as_one():
    found = advice((LOOPBACK, replace(REJECTED, rules=REJECTED.rules[:1])), LISTENER, OUTSIDE)

    assert found is not None
    assert found.checks == ("listener", "outside")


def test_equal_checks_keep_the_authors_order():
    causes = (
        cause("a", 0, (when(one="yes"), "for")),
        cause("b", 1, (when(two="yes"), "for")),
    )

    found = advice(causes, check("two", 0), check("one", 1))

    assert found is not None
    assert found.checks == ("two",)


def test_a_costly_check_waits_and_the_departure_from_the_authors_order_is_named():
    causes = (
        cause("a", 0, (when(slow="yes"), "for"), (when(quick="yes"), "for")),
        cause("b", 1),
    )

    found = advice(causes, check("slow", 0, cost_s=30), check("quick", 1, cost_s=0.1))

    assert found is not None
    assert (found.checks, found.instead_of) == (("quick",), "slow")


def test_a_check_that_no_rule_names_is_never_advised():
    assert advice((cause("a", 0), cause("b", 1)), check("idle", 0)) is None


def test_nothing_left_to_look_at_is_no_advice():
    assert advice(CAUSES, LISTENER, runs=[seen("listener", "not_listening")]) is None


def test_predictions_say_what_a_result_would_mean():
    found = advice((cause("a", 0, (when(one="yes"), "rules-out")),), check("one", 0))

    assert found is not None
    assert [(p.check, p.reason_codes, p.cause, p.says) for p in found.predictions] == [
        ("one", ("yes",), "a", "rules-out")
    ]


def test_facts_in_a_rule_are_imagined_too():
    rules = {"http": replace(when(http="wrong")["http"], facts={"status": [502, 503]})}
    causes = (cause("gateway", 0, (rules, "strongly-for")), cause("other", 1))
    http = Askable(key="http", order=0, cost_s=1, outcomes=(("wrong", "CRITICAL"), ("ok", "OK")))

    found = advice(causes, http)

    assert found is not None
    assert found.checks == ("http",)

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


def test_three_checks_of_a_joint_rule_are_advised_as_one():
    rule = (when(one="yes", two="yes", three="yes"), "strongly-for")

    found = advice(
        (cause("a", 0, rule), cause("b", 1)), check("three", 2), check("one", 0), check("two", 1)
    )

    assert found is not None
    assert found.checks == ("one", "two", "three")
    assert {prediction.check for prediction in found.predictions} == {"one", "two", "three"}


def test_what_is_still_open_of_a_joint_rule_is_advised_as_one():
    rule = (when(one="yes", two="yes", three="yes"), "strongly-for")
    checks = [check("one", 0), check("two", 1), check("three", 2)]

    found = advice((cause("a", 0, rule), cause("b", 1)), *checks, runs=[seen("two", "yes")])

    assert found is not None
    assert found.checks == ("one", "three")
    assert advice((cause("a", 0, rule),), *checks, runs=[seen("two", "no")]) is None


def test_what_only_tells_among_causes_that_were_ruled_out_is_not_advised():
    first = cause("first", 0, (when(seen="yes"), "rules-out"), (when(tells="yes"), "for"))
    other = replace(first, key="other", order=1, rules=first.rules[:1])
    ruled_out = [seen("seen", "yes")]

    assert advice((first, other), check("tells", 0)) is not None
    assert advice((first, other), check("tells", 0), runs=ruled_out) is None


def test_a_check_of_the_broader_cause_tells_of_the_narrower_one_that_is_left():
    broad = cause("broad", 0, (when(tells="yes"), "strongly-against"))
    narrow = cause("narrow", 1, (when(own="yes"), "for"), refines="broad")

    found = advice((broad, narrow), check("tells", 0), runs=[seen("own", "yes")])

    assert found is not None
    assert found.checks == ("tells",)


def test_of_two_looks_at_one_thing_the_second_is_expected_to_tell_less():
    causes = (
        cause("a", 0, (when(tcp="yes"), "strongly-for"), (when(http="yes"), "strongly-for")),
        *(cause(f"other-{n}", n) for n in range(1, 9)),
    )

    def gain(about: str) -> float:
        runs = [seen("tcp", "yes", about="port 80")]
        found = advice(causes, replace(check("http", 1), about=about), runs=runs)
        return found.gain_bits if found else 0.0

    assert 0 < gain("port 80") < gain("port 81")


def test_what_was_refused_a_moment_ago_is_hardly_worth_asking_over_http():
    """Whatever the cause is, it will be refused again."""
    off = cause("off", 0, (when(http="as_expected"), "rules-out"), (when(tcp="refused"), "for"))
    http = Askable(
        key="http",
        order=0,
        cost_s=1,
        outcomes=(("as_expected", "OK"), ("refused", "CRITICAL")),
        about="@server:80",
    )

    def gain(refused_at: str) -> float:
        refused = seen("tcp", "refused", about=refused_at)
        found = advice((off, cause("b", 1)), http, runs=[refused])
        return found.gain_bits if found else 0.0

    assert gain("@server:80") < gain("@server:81") / 8


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

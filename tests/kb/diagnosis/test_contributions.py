"""Every belief is the sum of what is named: shares, record, text, runs, attempts, refinement."""

import math

import pytest

from kb.diagnosis import Symptom, rank
from tests.kb.diagnosis.connection import CAUSES, REFUSED, cause, failed, seen, when


def named(causes, key, **inputs):
    found = rank(causes, **inputs).by_key()[key].contributions
    return [(one.says, round(math.exp(one.log_odds), 3)) for one in found]


def test_a_lone_cause_begins_at_what_none_of_these_leaves():
    assert named([cause("a", 0)], "a") == [("share", 9.0)]


def test_text_tells_causes_apart_and_leaves_none_of_these_its_share():
    causes = [cause("a", 0, words=1.0), cause("b", 1)]
    signs = [Symptom(key="s", suggests={"a": "strong"}), Symptom(key="t", suggests={"a": "weak"})]

    assert named(causes, "a", symptoms=signs) == [
        ("share", 4.5),
        ("strong", 6.0),
        ("weak", round(math.sqrt(1.5), 3)),
        ("words", 12.0),
        ("none_keeps", round(2 / (6 * math.sqrt(1.5) * 12 + 1), 3)),
    ]


def test_earlier_conclusions_stand_apart_from_the_authors_weight():
    causes = [cause("a", 0, confirmed=8), cause("b", 1)]

    assert named(causes, "a") == [("share", 4.5), ("confirmed", 1.5)]
    assert named(causes, "b") == [("share", 4.5), ("confirmed", 0.5)]


def test_an_explained_symptom_is_named_with_what_explains_it_and_moves_nothing():
    blocked = Symptom(
        key="blocked", suggests={"setting": "strong"}, explained_by=frozenset({"gateway"})
    )
    gateway = Symptom(key="gateway", suggests={})

    found = rank([cause("setting", 0)], symptoms=[blocked, gateway]).beliefs[0].before

    assert [(m.says, m.symptom, m.explained_by, m.log_odds) for m in found[1:]] == [
        ("explained", "blocked", "gateway", 0.0)
    ]


def test_a_further_look_at_the_same_thing_in_the_same_direction_counts_half():
    rules = [
        (when(tcp="refused"), "strongly-for"),
        (when(http="refused"), "for"),
        (when(log="dead"), "for"),
        (when(root="404"), "against"),
    ]
    port = "127.0.0.1:8001"
    runs = [
        seen("tcp", "refused", about=port),
        seen("http", "refused", about=port),
        seen("log", "dead"),
        seen("root", "404", about=port),
    ]

    moved = rank([cause("a", 0, *rules)], seen=runs).beliefs[0].moved

    assert [(m.checks, m.counted) for m in moved] == [
        (("tcp",), 1.0),
        (("http",), 0.5),
        (("log",), 1.0),
        (("root",), 1.0),
    ]
    assert moved[1].log_odds == pytest.approx(math.log(3) / 2)


def test_a_joint_rule_that_looks_at_something_new_counts_in_full():
    rules = [
        (when(a="x", b="x"), "strongly-for"),
        (when(c="x", d="x"), "for"),
        (when(e="x"), "for"),
    ]
    about = {"a": "one", "b": "two", "c": "one", "d": "three", "e": "three"}
    runs = [seen(check, "x", about=thing) for check, thing in about.items()]

    moved = rank([cause("a", 0, *rules)], seen=runs).beliefs[0].moved

    assert [m.counted for m in moved] == [1.0, 1.0, 0.5]


def test_contributions_explain_every_belief():
    jwt = cause("jwt", 9, (when(app="missing"), "strongly-for"), refines="not-running")
    runs = [
        seen("listener", "not_listening"),
        seen("outside", "refused", run=2),
        seen("app", "missing", run=3),
    ]
    tried = [failed("start", fixes="not-running"), failed("min", addresses=frozenset({"loopback"}))]

    ranking = rank([*CAUSES, jwt], symptoms=[REFUSED], seen=runs, attempts=tried)

    for one in ranking.beliefs:
        said = math.fsum(m.log_odds for m in one.contributions)
        assert math.log(one.belief / ranking.none_of_these) == pytest.approx(said, abs=1e-12)
        prior = math.fsum(m.log_odds for m in one.before)
        assert math.log(one.prior / ranking.prior_none) == pytest.approx(prior, abs=1e-12)


def test_two_strong_independent_looks_are_enough_to_stop():
    causes = [cause("a", 0, (when(x="y"), "strongly-for"), (when(z="y"), "strongly-for"))]
    causes += [cause(f"other-{n}", n) for n in range(1, 13)]

    ranking = rank(causes, seen=[seen("x", "y"), seen("z", "y")])

    assert ranking.beliefs[0].belief >= 0.9

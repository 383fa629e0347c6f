"""Beliefs: priors, what the text says, explaining away, runs, refinement."""

import math

import pytest

from kb.diagnosis import Cause, Condition, Ranking, Rule, Symptom, explained_away, rank
from kb.diagnosis.strengths import NONE_OF_THESE, RUNS
from tests.kb.diagnosis.connection import CAUSES, NOT_RUNNING, PORT_HELD, REFUSED, cause, seen, when


def first(ranking: Ranking) -> str:
    return ranking.beliefs[0].key


def belief(ranking: Ranking, key: str) -> float:
    return ranking.by_key()[key].belief


def state(ranking: Ranking, key: str) -> str:
    return ranking.by_key()[key].state


def test_without_text_or_runs_the_authors_weights_decide():
    ranking = rank(CAUSES)

    assert first(ranking) == "port-held"
    assert belief(ranking, "port-held") == pytest.approx(0.9 * 3 / 6)
    assert ranking.none_of_these == pytest.approx(NONE_OF_THESE)
    assert {one.state for one in ranking.beliefs} == {"not_looked_at"}


def test_a_strong_suggestion_outweighs_the_authors_weight():
    assert first(rank(CAUSES, symptoms=[REFUSED])) == "not-running"


def test_none_of_these_keeps_its_share_however_strong_the_text_is():
    assert rank(CAUSES, symptoms=[REFUSED]).none_of_these == pytest.approx(NONE_OF_THESE)


def test_further_symptoms_of_one_paste_count_less_and_less():
    def odds(count: int) -> float:
        symptoms = [Symptom(key=f"s{n}", suggests={"a": "strong"}) for n in range(count)]
        ranking = rank([cause("a", 0), cause("b", 1)], symptoms=symptoms)
        return belief(ranking, "a") / belief(ranking, "b")

    assert odds(1) == pytest.approx(6)
    assert odds(2) == pytest.approx(6**1.5)
    assert odds(9) < 36


def test_words_alone_say_as_much_as_one_strong_run_at_most():
    ranking = rank([cause("a", 0, words=1.0), cause("b", 1), cause("c", 2, words=7.0)])

    assert belief(ranking, "a") / belief(ranking, "b") == pytest.approx(12)
    assert belief(ranking, "c") == belief(ranking, "a")


def test_an_explained_symptom_stops_feeding_its_own_causes():
    causes = [cause("upstream", 0), cause("cors-setting", 1)]
    blocked = Symptom(
        key="cors-blocked",
        suggests={"cors-setting": "strong"},
        explained_by=frozenset({"bad-gateway"}),
    )
    gateway = Symptom(key="bad-gateway", suggests={"upstream": "moderate"})

    alone = rank(causes, symptoms=[blocked])
    together = rank(causes, symptoms=[blocked, gateway])

    assert first(alone) == "cors-setting"
    assert first(together) == "upstream"
    assert belief(together, "cors-setting") == pytest.approx(0.9 / 4)


def test_symptoms_that_explain_each_other_silence_neither():
    a = Symptom(key="a", suggests={}, explained_by=frozenset({"b"}))
    b = Symptom(key="b", suggests={}, explained_by=frozenset({"a"}))
    c = Symptom(key="c", suggests={}, explained_by=frozenset({"a", "absent"}))

    assert explained_away([a, b, c]) == {"c": "a"}


def test_earlier_conclusions_move_the_prior_and_one_does_not_turn_it_over():
    def leading(confirmed: float) -> str:
        return first(rank([cause("a", 0, weight=3), cause("b", 1, confirmed=confirmed)]))

    assert leading(1) == "a"
    assert leading(20) == "b"


def test_a_long_guide_does_not_outweigh_a_short_one():
    long = [Cause(key=f"long-{n}", group="long", order=n) for n in range(9)]
    short = Cause(key="short", group="short", order=9)

    ranking = rank([*long, short])

    assert first(ranking) == "short"
    assert belief(ranking, "short") == pytest.approx(0.45)


def test_a_run_overturns_what_the_text_suggested():
    ranking = rank(CAUSES, symptoms=[REFUSED], seen=[seen("listener", "held_by_other")])

    assert first(ranking) == "port-held"
    assert state(ranking, "port-held") == "supported"
    assert state(ranking, "not-running") == "ruled_out"
    assert ranking.by_key()["not-running"].moved[0].runs == (1,)
    assert state(ranking, "rejected") == "unclear"


def test_two_checks_together_tell_what_one_cannot():
    listener = seen("listener", "listening", status="OK")
    outside = seen("outside", "refused", run=2)

    assert state(rank(CAUSES, seen=[outside]), "rejected") == "unclear"
    assert first(rank(CAUSES, seen=[listener, outside])) == "rejected"


def test_a_check_counts_through_the_rule_with_most_checks_only():
    runs = [seen("listener", "not_listening"), seen("outside", "refused", run=2)]

    moved = rank(CAUSES, seen=runs).by_key()["not-running"].moved

    assert [(m.says, m.checks) for m in moved] == [("strongly-for", ("listener", "outside"))]


def test_among_rules_of_one_size_the_strongest_counts_then_the_lowest_id():
    rules = (
        Rule(id=3, when=when(a="x"), says="for"),
        Rule(id=2, when=when(a="x"), says="rules-out"),
        Rule(id=1, when=when(a="x"), says="against"),
        Rule(id=9, when=when(b="x"), says="for"),
        Rule(id=8, when=when(b="x"), says="for"),
    )
    only = Cause(key="only", group="g", order=0, rules=rules)

    moved = rank([only], seen=[seen("a", "x"), seen("b", "x")]).beliefs[0].moved

    assert [m.rule for m in moved] == [2, 8]


def test_all_checks_of_a_conjunction_must_have_looked():
    runs = [
        seen("listener", "not_listening"),
        seen("outside", "refused", run=2, status="UNKNOWN"),
    ]

    moved = rank(CAUSES, seen=runs).by_key()["not-running"].moved

    assert [m.says for m in moved] == ["for"]


def test_a_newer_run_of_a_check_replaces_the_older_one_and_unknown_does_not():
    older = seen("listener", "held_by_other", run=1)
    newer = seen("listener", "not_listening", run=2)
    blind = seen("listener", "probe_crashed", run=3, status="UNKNOWN")

    assert rank(CAUSES, seen=[newer, older]) == rank(CAUSES, seen=[newer])
    assert rank(CAUSES, seen=[older, newer, blind]) == rank(CAUSES, seen=[newer])


def test_conditions_ask_for_reason_status_and_facts_all_together():
    condition = Condition(
        reasons=frozenset({"wrong_status"}),
        statuses=frozenset({"CRITICAL"}),
        facts={"status": [502, 503], "headers.server": "nginx"},
    )
    facts = {"status": 502, "headers": {"server": "nginx"}}

    assert condition.holds(seen("http", "wrong_status", facts=facts))
    assert not condition.holds(seen("http", "wrong_status", facts={**facts, "status": 500}))
    assert not condition.holds(seen("http", "wrong_status", facts={"status": 502}))
    assert not condition.holds(seen("http", "wrong_status", facts=facts, status="WARNING"))
    assert not condition.holds(seen("http", "refused", facts=facts))


def test_true_is_not_one():
    assert not Condition(facts={"ok": 1}).holds(seen("a", "x", facts={"ok": True}))


def test_what_moved_explains_the_posterior_exactly():
    ranking = rank(
        CAUSES,
        symptoms=[REFUSED],
        seen=[seen("listener", "not_listening"), seen("outside", "refused", run=2)],
    )

    for one in ranking.beliefs:
        moved = math.fsum(m.log_odds for m in one.moved)
        assert math.log(one.belief / ranking.none_of_these) == pytest.approx(
            math.log(one.prior / ranking.prior_none) + moved
        )


JWT = cause(
    "jwt-missing", 5, (when(target="module_not_found"), "strongly-for"), refines="not-running"
)


def test_a_supported_narrower_cause_takes_the_broader_ones_share():
    runs = [seen("listener", "not_listening"), seen("target", "module_not_found", run=2)]

    ranking = rank([NOT_RUNNING, JWT], seen=runs)

    assert first(ranking) == "jwt-missing"
    assert belief(ranking, "jwt-missing") > 10 * belief(ranking, "not-running") * 0.9
    assert state(ranking, "not-running") == "supported"
    assert [(m.says, m.inherited_from) for m in ranking.by_key()["jwt-missing"].moved] == [
        ("strongly-for", ""),
        ("for", "not-running"),
        ("refined", ""),
    ]
    assert [m.says for m in ranking.by_key()["not-running"].moved] == ["for", "refined"]


def test_what_speaks_for_the_broader_cause_leaves_the_narrower_one_its_chance():
    ranking = rank([NOT_RUNNING, JWT, PORT_HELD], seen=[seen("listener", "not_listening")])

    assert belief(ranking, "jwt-missing") == pytest.approx(belief(ranking, "not-running"))
    assert state(ranking, "jwt-missing") == "not_looked_at"


def test_what_rules_out_the_broader_cause_rules_out_the_narrower_one():
    ranking = rank([NOT_RUNNING, JWT], seen=[seen("listener", "listening", status="OK")])

    assert state(ranking, "jwt-missing") == "ruled_out"
    assert ranking.by_key()["jwt-missing"].moved[0].inherited_from == "not-running"


def test_a_check_that_the_narrower_cause_names_itself_does_not_count_again_above():
    own = cause("narrow", 5, (when(listener="not_listening"), "against"), refines="not-running")

    ranking = rank([NOT_RUNNING, own], seen=[seen("listener", "not_listening")])

    assert [m.says for m in ranking.by_key()["narrow"].moved] == ["against"]


def test_a_share_travels_down_to_the_narrowest_supported_cause():
    broad = cause("broad", 0, weight=20)
    middle = cause("middle", 1, refines="broad")
    narrow = cause("narrow", 2, (when(a="x"), "for"), refines="middle")

    assert first(rank([broad, middle, narrow], seen=[seen("a", "x")])) == "narrow"


def test_causes_that_refine_each_other_in_a_circle_still_rank():
    a = cause("a", 0, (when(x="y"), "for"), refines="b")
    b = cause("b", 1, refines="a")

    ranking = rank([a, b], seen=[seen("x", "y")])

    assert sum(one.belief for one in ranking.beliefs) + ranking.none_of_these == pytest.approx(1)


def test_a_cause_is_ruled_out_by_one_rule_or_by_two_strong_ones_but_not_by_a_contradiction():
    def state_after(*says: str) -> str:
        rules = tuple((when(**{f"c{n}": "x"}), word) for n, word in enumerate(says))
        runs = [seen(f"c{n}", "x", run=n) for n in range(len(says))]
        return rank([cause("a", 0, *rules)], seen=runs).beliefs[0].state

    assert state_after("rules-out") == "ruled_out"
    assert state_after("strongly-against") == "unclear"
    assert state_after("strongly-against", "strongly-against") == "ruled_out"
    assert state_after("rules-out", "strongly-for") == "unclear"
    assert state_after("against", "for") == "unclear"
    assert state_after("for") == "supported"


def test_when_everything_is_ruled_out_none_of_these_leads():
    runs = [
        seen("listener", "listening", status="OK"),
        seen("outside", "connected", run=2, status="OK"),
    ]

    ranking = rank([*CAUSES[:2], CAUSES[3]], seen=runs)

    assert ranking.none_of_these > 0.9


def test_no_causes_leave_everything_to_none_of_these():
    ranking = rank([])

    assert (ranking.beliefs, ranking.none_of_these) == ((), 1.0)


def test_the_table_is_the_documented_one():
    assert dict(RUNS) == {
        "rules-out": 0.01,
        "strongly-against": 0.1,
        "against": 0.4,
        "for": 3.0,
        "strongly-for": 12.0,
    }

"""What holds for every guide and every set of runs."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.diagnosis import (
    Askable,
    Attempt,
    Cause,
    Condition,
    Inputs,
    Rule,
    Seen,
    Symptom,
    conclude,
    explained_away,
    rank,
)
from kb.diagnosis.strengths import RUNS

CHECKS = ("a", "b", "c")
REASONS = ("x", "y", "z")
KEYS = tuple(f"cause-{n}" for n in range(5))

conditions = st.builds(
    Condition,
    reasons=st.frozensets(st.sampled_from(REASONS), max_size=2),
    statuses=st.frozensets(st.sampled_from(("OK", "CRITICAL")), max_size=1),
)


@st.composite
def some_causes(draw):
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1))
    found = []
    for order, key in enumerate(keys):
        whens = draw(
            st.lists(st.dictionaries(st.sampled_from(CHECKS), conditions, min_size=1), max_size=3)
        )
        found.append(
            Cause(
                key=key,
                group=draw(st.sampled_from(("g", "h"))),
                order=order,
                weight=draw(st.floats(0.1, 9)),
                confirmed=draw(st.integers(0, 5)),
                words=draw(st.floats(0, 1)),
                refines=draw(st.none() | st.sampled_from(KEYS)),
                rules=tuple(
                    Rule(id=order * 10 + n, when=when, says=draw(st.sampled_from(list(RUNS))))
                    for n, when in enumerate(whens)
                ),
            )
        )
    return found


symptoms = st.lists(
    st.builds(
        Symptom,
        key=st.sampled_from(("s", "t", "u")),
        suggests=st.dictionaries(
            st.sampled_from(KEYS), st.sampled_from(("weak", "moderate", "strong"))
        ),
        explained_by=st.frozensets(st.sampled_from(("s", "t", "u"))),
    ),
    unique_by=lambda symptom: symptom.key,
)
some_runs = st.lists(
    st.builds(
        Seen,
        check=st.sampled_from(CHECKS),
        run=st.integers(1, 10**6),
        status=st.sampled_from(("OK", "CRITICAL")),
        reason_code=st.sampled_from(REASONS),
        about=st.sampled_from(("", "port 80", "port 81")),
    ),
    unique_by=lambda one: one.run,
    max_size=8,
)
some_attempts = st.lists(
    st.builds(
        Attempt,
        key=st.sampled_from(("restart", "reinstall", "minimal")),
        number=st.integers(0, 99),
        outcome=st.sampled_from(("worked", "partly", "failed", "failed", "failed", "unknown")),
        fixes=st.just("") | st.sampled_from(KEYS),
        addresses=st.frozensets(st.sampled_from(KEYS), max_size=2),
        worked=st.integers(0, 3),
        tried=st.integers(3, 6),
    ),
    unique_by=lambda one: one.number,
    max_size=4,
)
OUTCOMES = (("x", "OK"), ("y", "CRITICAL"), ("z", "CRITICAL"))
ASKABLE = [Askable(key=key, order=n, cost_s=1, outcomes=OUTCOMES) for n, key in enumerate(CHECKS)]
some_inputs = st.builds(
    Inputs,
    causes=some_causes(),
    symptoms=symptoms,
    seen=some_runs,
    attempts=some_attempts,
    askable=st.just(ASKABLE),
)
no_evidence = st.lists(
    st.builds(
        Seen,
        check=st.sampled_from(CHECKS),
        run=st.integers(10**6 + 1, 10**7),
        status=st.sampled_from(("OK", "CRITICAL")),
        reason_code=st.sampled_from(REASONS),
        purpose=st.sampled_from(("verify", "scheduled", "try")),
    )
    | st.builds(
        Seen,
        check=st.sampled_from(CHECKS),
        run=st.integers(10**6 + 1, 10**7),
        status=st.just("UNKNOWN"),
        reason_code=st.sampled_from(REASONS),
    ),
    max_size=4,
)


quick = settings(max_examples=40, deadline=None)


@quick
@given(some_inputs, st.randoms(use_true_random=False))
def test_same_inputs_give_the_same_answer_in_any_order(inputs, shuffler):
    def shuffled(items):
        return shuffler.sample(list(items), len(items))

    again = Inputs(
        causes=shuffled(inputs.causes),
        symptoms=shuffled(inputs.symptoms),
        seen=shuffled(inputs.seen),
        attempts=shuffled(inputs.attempts),
        askable=shuffled(inputs.askable),
    )

    assert conclude(again) == conclude(inputs)


@quick
@given(some_inputs)
def test_duplicate_runs_and_attempts_change_nothing(inputs):
    twice = replace(inputs, seen=[*inputs.seen] * 2, attempts=[*inputs.attempts] * 2)

    assert conclude(twice) == conclude(inputs)


@quick
@given(some_inputs, no_evidence)
def test_unknown_and_verifying_runs_change_nothing(inputs, others):
    assert conclude(replace(inputs, seen=others + inputs.seen)) == conclude(inputs)


@quick
@given(some_inputs, st.sampled_from(("worked", "partly", "unknown")))
def test_attempts_that_did_not_fail_change_nothing(inputs, outcome):
    others = [replace(one, outcome=outcome) for one in inputs.attempts]

    assert conclude(replace(inputs, attempts=others)) == conclude(replace(inputs, attempts=()))


@quick
@given(some_inputs)
def test_beliefs_sum_to_one_and_their_contributions_explain_them(inputs):
    ranking, _advice = conclude(inputs)

    total = math.fsum(one.belief for one in ranking.beliefs) + ranking.none_of_these
    assert total == pytest.approx(1)
    assert ranking.none_of_these > 0
    priors = math.fsum(one.prior for one in ranking.beliefs) + ranking.prior_none
    assert priors == pytest.approx(1)
    for one in ranking.beliefs:
        assert math.log(one.prior / ranking.prior_none) == pytest.approx(_sum(one.before))
        said = _sum(one.contributions)
        assert math.log(one.belief / ranking.none_of_these) == pytest.approx(said, abs=1e-9)


def _sum(moved) -> float:
    return math.fsum(one.log_odds for one in moved)


@quick
@given(some_inputs, st.integers(0, 4), st.data())
def test_what_rules_a_cause_out_never_raises_it(inputs, number, data):
    causes = [replace(cause, refines=None) for cause in inputs.causes]
    chosen = causes[number % len(causes)]
    ruled_out = Rule(id=999, when={"new": Condition()}, says="rules-out")
    causes[causes.index(chosen)] = replace(chosen, rules=(*chosen.rules, ruled_out))
    look = Seen(
        check="new", run=1, status="CRITICAL", reason_code=data.draw(st.sampled_from(REASONS))
    )

    before = rank(causes, symptoms=inputs.symptoms, seen=inputs.seen).by_key()
    after = rank(causes, symptoms=inputs.symptoms, seen=[*inputs.seen, look]).by_key()

    assert after[chosen.key].belief < before[chosen.key].belief
    assert all(after[key].belief >= before[key].belief for key in before if key != chosen.key)


@quick
@given(some_inputs)
def test_a_failed_attempt_raises_no_cause_against_none_of_these_and_rules_none_out(inputs):
    without = rank(inputs.causes, symptoms=inputs.symptoms, seen=inputs.seen)
    ranking, _advice = conclude(inputs)

    for key, one in ranking.by_key().items():
        attempts = [m for m in one.moved if m.attempt]
        assert all(m.log_odds < 0 for m in attempts)
        assert (one.state == "ruled_out") == (without.by_key()[key].state == "ruled_out")


@quick
@given(some_inputs)
def test_what_explains_a_symptom_never_raises_what_the_symptom_speaks_for(inputs):
    explained = explained_away(inputs.symptoms)
    silenced = [one for one in inputs.symptoms if one.key in explained]
    deaf = [replace(one, explained_by=frozenset()) for one in inputs.symptoms]
    before = rank(inputs.causes, symptoms=deaf).by_key()
    after = rank(inputs.causes, symptoms=inputs.symptoms).by_key()

    for key in before:
        if any(key in one.suggests for one in silenced):
            assert _text(after[key]) <= _text(before[key]) + 1e-9


def _text(belief) -> float:
    """What the symptoms say for a cause by themselves."""
    return _sum(one for one in belief.before if one.symptom)


@quick
@given(some_inputs)
def test_advice_never_repeats_a_look_and_always_tells_something(inputs):
    _ranking, advice = conclude(inputs)

    if advice:
        assert not set(advice.checks) & {one.check for one in inputs.seen}
        assert advice.gain_bits > 0

"""What holds for every guide and every set of runs."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.diagnosis import Askable, Cause, Condition, Rule, Seen, Symptom, advise, rank
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
    ),
    unique_by=lambda one: one.run,
    max_size=8,
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


@settings(max_examples=60, deadline=None)
@given(some_causes(), symptoms, some_runs, st.randoms(use_true_random=False))
def test_order_and_repetition_of_the_input_change_nothing(causes, signs, runs, shuffler):
    expected = rank(causes, symptoms=signs, seen=runs)

    again, other, repeated = list(causes), list(signs), runs + runs
    for items in (again, other, repeated):
        shuffler.shuffle(items)

    assert rank(again, symptoms=other, seen=repeated) == expected


@settings(max_examples=60, deadline=None)
@given(some_causes(), symptoms, some_runs, no_evidence)
def test_unknown_and_verifying_runs_change_nothing(causes, signs, runs, others):
    expected = rank(causes, symptoms=signs, seen=runs)

    assert rank(causes, symptoms=signs, seen=others + runs) == expected


@settings(max_examples=60, deadline=None)
@given(some_causes(), symptoms, some_runs)
def test_beliefs_sum_to_one_and_what_moved_explains_them(causes, signs, runs):
    ranking = rank(causes, symptoms=signs, seen=runs)

    total = math.fsum(one.belief for one in ranking.beliefs) + ranking.none_of_these
    assert total == pytest.approx(1)
    assert ranking.none_of_these > 0
    for one in ranking.beliefs:
        before = math.log(one.prior / ranking.prior_none)
        after = math.log(one.belief / ranking.none_of_these)
        assert after == pytest.approx(before + math.fsum(m.log_odds for m in one.moved))


@settings(max_examples=40, deadline=None)
@given(some_causes(), some_runs, st.integers(0, 99))
def test_advice_is_the_same_for_every_order_and_never_repeats_a_look(causes, runs, seed):
    outcomes = (("x", "OK"), ("y", "CRITICAL"), ("z", "CRITICAL"))
    askable = [Askable(key=c, order=n, cost_s=1, outcomes=outcomes) for n, c in enumerate(CHECKS)]
    ranking = rank(causes, seen=runs)
    expected = advise(causes, ranking=ranking, askable=askable, seen=runs)

    shuffled = random.Random(seed)
    for items in (causes, runs, askable):
        shuffled.shuffle(items)
    again = advise(causes, ranking=ranking, askable=askable, seen=runs)

    assert again == expected
    if expected:
        assert not set(expected.checks) & {one.check for one in runs}
        assert expected.gain_bits > 0

"""Working gains out quickly gives what the definition gives, to the last digit."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.diagnosis import Askable, Cause, Condition, Rule, Seen, rank
from kb.diagnosis import evidence as ev
from kb.diagnosis.gain import Gains
from kb.diagnosis.strengths import RUNS
from tests.kb.diagnosis.plain_gain import plain_bits

CHECKS = ("a", "b", "c", "d")
OUTCOMES = (
    ("connected", "OK"),
    ("refused", "CRITICAL"),
    ("no_route", "CRITICAL"),
    ("reset", "CRITICAL"),
)
KEYS = ("broad", "narrow", "narrower", "other")
things = st.sampled_from(("", "host:80", "host:81"))
conditions = st.builds(
    Condition,
    reasons=st.frozensets(st.sampled_from([reason for reason, _ in OUTCOMES]), max_size=2),
    statuses=st.frozensets(st.sampled_from(("OK", "CRITICAL")), max_size=1),
    facts=st.sampled_from(({}, {}, {"port": 80}, {"port": [80, 81]})),
)
rules = st.tuples(
    st.dictionaries(st.sampled_from(CHECKS), conditions, max_size=3), st.sampled_from(list(RUNS))
)


@st.composite
def some_causes(draw):
    return [
        Cause(
            key=key,
            group="guide",
            order=order,
            weight=draw(st.sampled_from((0.5, 1.0, 3.0))),
            refines=draw(st.sampled_from((None, *KEYS))),
            rules=tuple(
                Rule(id=order * 10 + n, when=when, says=says)
                for n, (when, says) in enumerate(draw(st.lists(rules, max_size=4)))
            ),
        )
        for order, key in enumerate(KEYS)
    ]


@st.composite
def some_looks(draw):
    """Of each check what was seen, or that it is open."""
    looked, asked = [], []
    for order, check in enumerate(CHECKS):
        about = draw(things)
        if draw(st.integers(0, 3)):
            asked.append(Askable(key=check, order=order, cost_s=1, outcomes=OUTCOMES, about=about))
        else:
            reason, status = draw(st.sampled_from(OUTCOMES))
            facts = draw(st.sampled_from(({}, {"port": 80})))
            looked.append(
                Seen(
                    check=check,
                    run=order,
                    status=status,
                    reason_code=reason,
                    facts=facts,
                    about=about,
                )
            )
    return looked, asked


@settings(max_examples=60, deadline=None)
@given(some_causes(), some_looks())
def test_every_step_is_expected_to_tell_what_the_definition_says(causes, looks):
    seen, askable = looks
    evidence = ev.newest_evidence(seen)
    ranking = rank(causes, seen=seen)
    gains = Gains(causes, ranking=ranking, askable=askable, evidence=evidence)

    steps = [s for most in (1, 2, 3) for s in itertools.combinations(askable, most)]
    quick = [gains.bits([check.key for check in step]) for step in steps]

    assert quick == [plain_bits(step, causes, ranking=ranking, evidence=evidence) for step in steps]

"""A fixed order of checks, played quickly, costs what walking it step by step costs."""

import pytest

from kb.diagnosis import Seen
from kb.diagnosis.walking import Policy, walk
from tests.kb.diagnosis.connection import cause, when
from tests.kb.diagnosis.test_walking import CONNECTION, LATE, LOOPBACK_LOOKS, asked, looks
from tests.lab.orders import run_in_order

THIRD = (*LATE, cause("c", 2, (when(first="yes"), "for")))
SAID = looks(first="yes", second="no", last="yes")
SHARED = {**SAID, "second": Seen(check="second", run=1, status="OK", reason_code="no")}


@pytest.mark.parametrize("policy", ["author", "random"])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("inputs", "recorded"),
    [
        (asked(LATE, "first", "second", "last"), SAID),
        (asked(THIRD, "last", "second", "first"), SAID),
        (asked(THIRD, "first", "second", "last"), SHARED),
        (asked(THIRD, "first", "second", "unrecorded", "last"), SAID),
        (CONNECTION, LOOPBACK_LOOKS),
    ],
    ids=["last tells", "first tells", "two checks, one look", "one without a look", "starter"],
)
def test_it_stops_where_a_walk_stops(inputs, recorded, policy: Policy, seed: int) -> None:
    slow = walk(inputs, recorded, policy=policy, seed=seed)

    quick = run_in_order(inputs, recorded, policy=policy, seed=seed)

    assert (quick.run, quick.most, quick.ended_with) == (slow.run, slow.most, slow.ended_with)

"""What a repair changed, and which outcome that proposes."""

from itertools import product

import pytest

from kb.diagnosis.repairs import Change, Look, Proposal, change, proposal


def looked(text: str) -> Look | None:
    """`CRITICAL refused`; empty for no look."""
    status, _space, reason_code = text.partition(" ")
    return Look(status=status, reason_code=reason_code) if text else None


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("CRITICAL refused", "OK connected", Change.REPAIRED),
        ("WARNING bound_loopback_only", "OK listening", Change.REPAIRED),
        ("OK connected", "OK connected", Change.STILL_OK),
        ("", "OK connected", Change.NOW_OK),
        ("UNKNOWN no_agent", "OK connected", Change.NOW_OK),
        ("CRITICAL refused", "CRITICAL refused", Change.SAME),
        ("CRITICAL refused", "CRITICAL timed_out_connect", Change.OTHERWISE),
        ("CRITICAL refused", "WARNING slow", Change.OTHERWISE),
        ("OK connected", "CRITICAL refused", Change.WORSE),
        ("WARNING slow", "CRITICAL refused", Change.WORSE),
        ("", "CRITICAL refused", Change.NOW_BAD),
        ("CRITICAL refused", "UNKNOWN no_agent", Change.BLIND),
        ("CRITICAL refused", "", Change.NOT_LOOKED),
    ],
)
def test_what_became_of_a_check(before: str, after: str, expected: Change) -> None:
    assert change(looked(before), looked(after)) == expected


@pytest.mark.parametrize(
    ("changes", "outcome", "why"),
    [
        ("", "", "no_checks"),
        ("not_looked", "", "not_looked_after"),
        ("repaired", "worked", "all_repaired"),
        ("repaired still_ok now_ok", "worked", "all_repaired"),
        ("repaired same", "partly", "some_repaired"),
        ("repaired worse blind", "partly", "some_repaired"),
        ("same", "failed", "none_repaired"),
        ("otherwise still_ok", "failed", "none_repaired"),
        ("now_bad", "failed", "none_repaired"),
        ("blind", "unknown", "could_not_look"),
        ("repaired blind", "unknown", "could_not_look"),
        ("repaired not_looked", "unknown", "could_not_look"),
        ("same blind", "unknown", "could_not_look"),
        ("still_ok", "unknown", "nothing_was_wrong"),
        ("now_ok still_ok", "unknown", "not_looked_before"),
    ],
)
def test_outcome_that_the_changes_propose(changes: str, outcome: str, why: str) -> None:
    seen = [Change(name) for name in changes.split()]

    assert proposal(seen) == Proposal(outcome=outcome, why=why)


def test_nothing_is_said_to_have_worked_that_was_not_seen_to_be_wrong_before() -> None:
    for seen in product(Change, repeat=3):
        if proposal(seen).outcome == "worked":
            assert Change.REPAIRED in seen
            assert set(seen) <= {Change.REPAIRED, Change.STILL_OK, Change.NOW_OK}


def test_order_and_repetition_change_no_proposal() -> None:
    for seen in product(Change, repeat=3):
        assert proposal(seen) == proposal([*reversed(seen), seen[0]])

"""What a repair changed: its verifying checks before and after, and the outcome this proposes."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Change(StrEnum):
    """What became of one check. OK means well, by the check's own baseline."""

    REPAIRED = "repaired"
    STILL_OK = "still_ok"
    NOW_OK = "now_ok"
    SAME = "same"
    OTHERWISE = "otherwise"
    WORSE = "worse"
    NOW_BAD = "now_bad"
    BLIND = "blind"
    NOT_LOOKED = "not_looked"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one run of a check saw."""

    status: str
    reason_code: str


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """`outcome` is worked, partly, failed or unknown; empty where nothing can be proposed yet."""

    outcome: str
    why: str


_BAD = {Change.SAME, Change.OTHERWISE, Change.WORSE, Change.NOW_BAD}
_UNSEEN = {Change.BLIND, Change.NOT_LOOKED}
_SEVERITY = ("OK", "WARNING", "CRITICAL")


def change(before: Look | None, after: Look | None) -> Change:
    """What became of a check. A look that saw nothing (UNKNOWN) says no more than none before."""
    if after is None:
        return Change.NOT_LOOKED
    if after.status == "UNKNOWN":
        return Change.BLIND
    if before is None or before.status == "UNKNOWN":
        return Change.NOW_OK if after.status == "OK" else Change.NOW_BAD
    if after.status == "OK":
        return Change.STILL_OK if before.status == "OK" else Change.REPAIRED
    if _SEVERITY.index(after.status) > _SEVERITY.index(before.status):
        return Change.WORSE
    is_same = after.reason_code == before.reason_code
    return Change.SAME if is_same else Change.OTHERWISE


def proposal(changes: Collection[Change]) -> Proposal:
    """The outcome of a repair by what became of its verifying checks.

    Where something could not be looked at, neither "worked" nor "failed" is known. All OK after
    proves nothing where nothing was seen to be wrong before.
    """
    seen = set(changes)
    if seen <= {Change.NOT_LOOKED}:
        return Proposal(outcome="", why="not_looked_after" if changes else "no_checks")
    if seen & _BAD and Change.REPAIRED in seen:
        return Proposal(outcome="partly", why="some_repaired")
    if seen & _UNSEEN:
        return Proposal(outcome="unknown", why="could_not_look")
    if seen & _BAD:
        return Proposal(outcome="failed", why="none_repaired")
    if Change.REPAIRED in seen:
        return Proposal(outcome="worked", why="all_repaired")
    was_unseen = Change.NOW_OK in seen
    return Proposal(
        outcome="unknown", why="not_looked_before" if was_unseen else "nothing_was_wrong"
    )

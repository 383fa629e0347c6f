"""A case by two sets of rules: what comes first, whether that is better, which rules moved it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kb import diagnosis
from kb.diagnosis.stopping import likeliest
from kb.models import Cause, Investigation


@dataclass(frozen=True, kw_only=True)
class Believed:
    """What came first under one set of rules, and where the confirmed cause stood.

    `first` is a cause's key, empty for "none of these". `state` and `confirmed` (its belief) are
    empty and 0 where no cause was confirmed, or the rules do not know it.
    """

    first: str
    belief: float
    state: str = ""
    confirmed: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RuleMoved:
    """What a rule over these checks said about a cause, before and after; empty where none held."""

    cause: str
    checks: tuple[str, ...]
    reason_codes: tuple[str, ...]
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A case that would end otherwise. `verdict`: better, worse or other, by what was confirmed.

    `rules` are those that moved it, what moved most first; empty where a weight, a refinement or
    a symptom did.
    """

    investigation: Investigation
    confirmed: Cause | None
    before: Believed
    after: Believed
    verdict: str
    rules: tuple[RuleMoved, ...]


def changed_case(
    case: Investigation, stored: diagnosis.Inputs, other: diagnosis.Inputs
) -> Changed | None:
    """The case, where its first cause or the state of its confirmed one would be another."""
    before, _advice = diagnosis.conclude(stored)
    after, _advice = diagnosis.conclude(other)
    confirmed = _confirmed(case)
    was, would_be = _believed(before, confirmed), _believed(after, confirmed)
    if (was.first, was.state) == (would_be.first, would_be.state):
        return None
    concerned = [was.first, would_be.first, confirmed.key if confirmed else ""]
    return Changed(
        investigation=case,
        confirmed=confirmed,
        before=was,
        after=would_be,
        verdict=_verdict(was, would_be, confirmed),
        rules=tuple(_moved(before, after, concerned)),
    )


def _confirmed(case: Investigation) -> Cause | None:
    """The cause the case ended in, unless that was only presumed."""
    is_presumed = case.confirmation == Investigation.Confirmation.PRESUMED
    return None if is_presumed else case.concluded_cause


def _believed(ranking: diagnosis.Ranking, confirmed: Cause | None) -> Believed:
    first, beliefs = likeliest(ranking), ranking.by_key()
    own = beliefs.get(confirmed.key) if confirmed else None
    return Believed(
        first=first,
        belief=beliefs[first].belief if first else ranking.none_of_these,
        state=own.state if own else "",
        confirmed=own.belief if own else 0.0,
    )


def _verdict(before: Believed, after: Believed, confirmed: Cause | None) -> str:
    """By which rules the confirmed cause comes first, else by which more is believed of it."""
    if confirmed is None:
        return "other"
    was, would_be = before.first == confirmed.key, after.first == confirmed.key
    if was != would_be:
        return "better" if would_be else "worse"
    if round(after.confirmed - before.confirmed, 2) == 0:
        return "other"
    return "better" if after.confirmed > before.confirmed else "worse"


class _Said(NamedTuple):
    """What a rule said about a cause, and of which codes; without a rule nothing."""

    says: str = ""
    log_odds: float = 0.0
    reason_codes: tuple[str, ...] = ()


_ByChecks = Mapping[tuple[str, ...], _Said]


def _moved(
    before: diagnosis.Ranking, after: diagnosis.Ranking, concerned: Iterable[str]
) -> list[RuleMoved]:
    """The rules of the concerned causes that said something else, what moved most first."""
    was, would_be = before.by_key(), after.by_key()
    found = [
        change
        for key in dict.fromkeys(concerned)
        if key in was or key in would_be
        for change in _differences(key, _says(was.get(key)), _says(would_be.get(key)))
    ]
    # sorted() is stable: equals stay with the cause that came first.
    return [one for _amount, one in sorted(found, key=lambda pair: -pair[0])]


def _says(belief: diagnosis.Belief | None) -> _ByChecks:
    return {
        one.checks: _Said(one.says, one.log_odds, one.reason_codes)
        for one in (belief.moved if belief else ())
        if one.checks
    }


def _differences(
    cause: str, before: _ByChecks, after: _ByChecks
) -> Iterator[tuple[float, RuleMoved]]:
    """Each with how far it moved the cause."""
    for checks in sorted(before.keys() | after.keys()):
        was, would_be = before.get(checks, _Said()), after.get(checks, _Said())
        if was.says != would_be.says:
            moved = RuleMoved(
                cause=cause,
                checks=checks,
                reason_codes=was.reason_codes or would_be.reason_codes,
                before=was.says,
                after=would_be.says,
            )
            yield round(abs(would_be.log_odds - was.log_odds), 9), moved

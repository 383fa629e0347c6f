"""Which check to run next: the one that is expected to tell most per second.

The gain is the mutual information between the cause and what the check would say, in bits
(decision-theoretic troubleshooting: Heckerman, Breese, Rommelse, CACM 38(3), 1995).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.diagnosis import evidence as ev
from kb.diagnosis.gain import Gains
from kb.diagnosis.strengths import RUNS
from kb.diagnosis.values import Askable, Cause, Ranking, Rule, Seen

# A step takes a person's time to start and to read, however fast the probe is. Without it a
# probe of a millisecond that tells nothing would win over one of a second that tells all.
STEP_S = 2.0
# Under a hundredth of a bit a check would not change anybody's mind.
LEAST_GAIN_BITS = 0.01
# A joint rule that still needs more checks than this is reached one check at a time.
_MOST_TOGETHER = 3


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What one result would mean: these reason codes, and the cause most moved by them."""

    check: str
    reason_codes: tuple[str, ...]
    cause: str
    says: str


@dataclass(frozen=True, kw_only=True)
class Advice:
    """The check, or the checks a joint rule needs, with why as data.

    `predictions` say what results would decide, what changes most first. `instead_of` is the check the
    author would have run first, where this advice departs from the author's order.
    """

    checks: tuple[str, ...]
    gain_bits: float
    cost_s: float
    predictions: tuple[Prediction, ...]
    instead_of: str | None


def advise(
    causes: Iterable[Cause], *, ranking: Ranking, askable: Iterable[Askable], seen: Iterable[Seen]
) -> Advice | None:
    """The best next step, or None when nothing left to look at would tell anything."""
    causes = sorted(causes, key=lambda cause: (cause.order, cause.key))
    evidence = ev.newest_evidence(seen)
    rules = _rules_in_question(causes, ranking)
    named = {check for rule in rules for check in rule.when}
    open_checks = {
        a.key: a for a in askable if a.outcomes and a.key in named and a.key not in evidence
    }
    gains = Gains(causes, ranking=ranking, askable=open_checks.values(), evidence=evidence)
    scored = [(together, gains.bits(together)) for together in _candidates(rules, open_checks)]
    useful = [(together, gain) for together, gain in scored if gain >= LEAST_GAIN_BITS]
    if not useful:
        return None
    best, gain = min(useful, key=lambda one: _most_per_second(one[0], one[1], open_checks))
    first = min((t[0] for t, _ in useful), key=lambda key: (open_checks[key].order, key))
    return Advice(
        checks=best,
        gain_bits=gain,
        cost_s=_cost_s(best, open_checks),
        predictions=_predictions(best, causes, ranking, evidence),
        instead_of=None if first in best else first,
    )


def _rules_in_question(causes: Sequence[Cause], ranking: Ranking) -> list[Rule]:
    """The rules of causes that runs have not ruled out, and of the broader ones above them.

    A check that only tells among causes already ruled out would decide nothing.
    """
    beliefs = ranking.by_key()
    lines = ev.lines(causes)
    open_lines = [lines[c.key] for c in causes if beliefs[c.key].state != "ruled_out"]
    return [rule for line in open_lines for cause in line for rule in cause.rules]


def _candidates(rules: Iterable[Rule], open_checks: Mapping[str, Askable]) -> list[tuple[str, ...]]:
    """Every open check alone, and what is still open of every joint rule together."""

    def ordered(keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(keys, key=lambda key: (open_checks[key].order, key)))

    joint = {ordered(rule.when.keys() & open_checks.keys()) for rule in rules}
    singles = {(key,) for key in open_checks}
    return sorted(singles | {keys for keys in joint if 1 < len(keys) <= _MOST_TOGETHER})


def _cost_s(together: Sequence[str], open_checks: Mapping[str, Askable]) -> float:
    return STEP_S + math.fsum(open_checks[key].cost_s for key in together)


def _most_per_second(
    together: tuple[str, ...], gain: float, open_checks: Mapping[str, Askable]
) -> tuple[float, tuple[int, ...], tuple[str, ...]]:
    per_second = round(gain / _cost_s(together, open_checks), 9)
    return (-per_second, tuple(open_checks[key].order for key in together), together)


def _predictions(
    together: Sequence[str],
    causes: Sequence[Cause],
    ranking: Ranking,
    evidence: Mapping[str, Seen],
) -> tuple[Prediction, ...]:
    """What the rules say that this step could complete; what would change most comes first."""
    beliefs = ranking.by_key()
    known = evidence.keys() | set(together)
    found = [
        (abs(math.log(RUNS[rule.says])) * beliefs[cause.key].belief, cause, rule, key)
        for cause in causes
        for rule in cause.rules
        if rule.when.keys() <= known
        for key in together
        if key in rule.when
    ]
    found.sort(key=lambda one: (-round(one[0], 9), one[1].order, one[2].id, one[3]))
    return tuple(
        Prediction(
            check=key,
            reason_codes=tuple(sorted(rule.when[key].reasons)),
            cause=cause.key,
            says=rule.says,
        )
        for _, cause, rule, key in found
    )

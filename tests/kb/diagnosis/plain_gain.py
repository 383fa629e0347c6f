"""What a step is expected to tell, by its definition: every rule weighed anew for every result."""

import itertools
import math
from collections.abc import Mapping, Sequence

from kb.diagnosis import Askable, Cause, Condition, Ranking, Seen
from kb.diagnosis import evidence as ev
from kb.diagnosis.imagined import reaches
from kb.diagnosis.strengths import SELDOM_SO


def plain_bits(
    step: Sequence[Askable],
    causes: Sequence[Cause],
    *,
    ranking: Ranking,
    evidence: Mapping[str, Seen],
) -> float:
    """The mutual information of the cause and the result of a step."""
    results = list(itertools.product(*(_groups(check, causes) for check in step)))
    weights = [_weight(groups, evidence) for groups in results]
    lines = ev.lines(causes)
    beliefs = ranking.by_key()
    chances = [
        (beliefs[key].belief, _chances(line, results, weights, evidence))
        for key, line in lines.items()
    ]
    chances.append((ranking.none_of_these, _shared_out(weights)))
    gains = []
    for number in range(len(results)):
        overall = math.fsum(share * of_cause[number] for share, of_cause in chances)
        gains += [
            share * of_cause[number] * math.log2(of_cause[number] / overall)
            for share, of_cause in chances
            if share > 0
        ]
    return max(0.0, math.fsum(gains))


def _chances(line, results, weights, evidence) -> list[float]:
    asked = {group[0].check for group in results[0]}
    if all(asked.isdisjoint(rule.when) for cause in line for rule in cause.rules):
        return _shared_out(weights)
    return _shared_out(
        [
            weight * _ratio(line, {**evidence, **{group[0].check: group[0] for group in groups}})
            for groups, weight in zip(results, weights, strict=True)
        ]
    )


def _ratio(line, evidence) -> float:
    return math.exp(math.fsum(moved.log_odds for moved in ev.moves(line, evidence)))


def _shared_out(weights) -> list[float]:
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def _groups(check: Askable, causes: Sequence[Cause]) -> list[list[Seen]]:
    """The outcomes, bare and with the facts a condition asks for, that every rule treats alike."""
    conditions = [r.when[check.key] for c in causes for r in c.rules if check.key in r.when]
    wanted = [_fulfilling(condition) for condition in conditions if condition.facts]
    outcomes = [
        Seen(check=check.key, run=0, status=s, reason_code=r, facts=facts, about=check.about)
        for r, s in check.outcomes
        for facts in [{}, *wanted]
    ]
    groups: dict[tuple[bool, ...], list[Seen]] = {}
    for seen in outcomes:
        groups.setdefault(tuple(c.holds(seen) for c in conditions), []).append(seen)
    return list(groups.values())


def _fulfilling(condition: Condition) -> dict[str, object]:
    """For facts without dots, each with one value or a list."""
    return {k: v[0] if isinstance(v, list) else v for k, v in condition.facts.items()}


def _weight(groups: Sequence[Sequence[Seen]], evidence: Mapping[str, Seen]) -> float:
    """A twentieth for each thing asked about that some looks reach and some do not."""
    told = [(one.about, reaches(one.reason_code)) for one in evidence.values()]
    for group in groups:
        agreed = {reaches(seen.reason_code) for seen in group}
        told.append((group[0].about, agreed.pop() if len(agreed) == 1 else None))
    things = {group[0].about for group in groups} - {""}
    torn = [t for t in things if {(t, True), (t, False)} <= set(told)]
    return math.prod([SELDOM_SO] * len(torn))

"""Which runs are evidence, and through which rule each check counts for a cause."""

import math
from collections.abc import Iterable, Mapping, Sequence

from kb.diagnosis.strengths import RULED_OUT, RUNS, SUPPORTED
from kb.diagnosis.values import Cause, Moved, Rule, Seen


def newest_evidence(seen: Iterable[Seen]) -> dict[str, Seen]:
    """The newest run of each check that counts. Order and repetition of `seen` do not matter."""
    newest: dict[str, Seen] = {}
    for one in seen:
        if one.is_evidence and (one.check not in newest or newest[one.check].run < one.run):
            newest[one.check] = one
    return newest


def counted(rules: Iterable[Rule], evidence: Mapping[str, Seen]) -> list[Rule]:
    """The rules that hold and count.

    Each check counts once: through the rule with most checks, which is the most specific, then
    the strongest, then the lowest id. Otherwise a joint rule and its own halves would count the
    same observation three times.
    """
    used: set[str] = set()
    chosen = []
    for rule in sorted((r for r in rules if _holds(r, evidence)), key=_specific_first):
        if used.isdisjoint(rule.when):
            used.update(rule.when)
            chosen.append(rule)
    return chosen


def moves(cause: Cause, evidence: Mapping[str, Seen]) -> tuple[Moved, ...]:
    return tuple(_moved(rule, evidence) for rule in counted(cause.rules, evidence))


def ratio(cause: Cause, evidence: Mapping[str, Seen]) -> float:
    """How many times likelier the evidence is with this cause; 1 where no rule names it."""
    return math.prod(RUNS[rule.says] for rule in counted(cause.rules, evidence))


def state(cause: Cause, moved: Sequence[Moved], evidence: Mapping[str, Seen]) -> str:
    """`supported`, `ruled_out`, `unclear` (looked, and nothing decides) or `not_looked_at`."""
    total = math.fsum(one.log_odds for one in moved)
    if moved and total <= RULED_OUT:
        return "ruled_out"
    if moved and total >= SUPPORTED:
        return "supported"
    looked = any(check in evidence for rule in cause.rules for check in rule.when)
    return "unclear" if looked else "not_looked_at"


def _holds(rule: Rule, evidence: Mapping[str, Seen]) -> bool:
    return bool(rule.when) and all(
        check in evidence and condition.holds(evidence[check])
        for check, condition in rule.when.items()
    )


def _specific_first(rule: Rule) -> tuple[int, float, int]:
    return (-len(rule.when), -abs(math.log(RUNS[rule.says])), rule.id)


def _moved(rule: Rule, evidence: Mapping[str, Seen]) -> Moved:
    looked = [evidence[check] for check in sorted(rule.when)]
    return Moved(
        says=rule.says,
        log_odds=math.log(RUNS[rule.says]),
        rule=rule.id,
        checks=tuple(one.check for one in looked),
        runs=tuple(one.run for one in looked),
        reason_codes=tuple(one.reason_code for one in looked),
    )

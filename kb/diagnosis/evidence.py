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
    return _counted_apart(rules, evidence, used=set())


def moves(line: Sequence[Cause], evidence: Mapping[str, Seen]) -> tuple[Moved, ...]:
    """What the evidence says about the first cause of a line; the others are broader, in order.

    What a cause's own rules do not name says of it what it says of the broader cause: who is
    narrower is that, too. A check that its own rules used does not count again above.
    """
    used: set[str] = set()
    return tuple(
        _moved(rule, evidence, inherited_from="" if cause is line[0] else cause.key)
        for cause in line
        for rule in _counted_apart(cause.rules, evidence, used=used)
    )


def ratio(line: Sequence[Cause], evidence: Mapping[str, Seen]) -> float:
    """How many times likelier the evidence is with this cause; 1 where no rule names it."""
    used: set[str] = set()
    return math.prod(
        RUNS[rule.says]
        for cause in line
        for rule in _counted_apart(cause.rules, evidence, used=used)
    )


def state(cause: Cause, moved: Sequence[Moved], evidence: Mapping[str, Seen]) -> str:
    """`supported`, `ruled_out`, `unclear` (looked, and nothing decides) or `not_looked_at`.

    What supports the broader cause alone supports none of the narrower ones; what rules it out
    rules them all out.
    """
    total = math.fsum(one.log_odds for one in moved)
    own = math.fsum(one.log_odds for one in moved if not one.inherited_from)
    if moved and total <= RULED_OUT:
        return "ruled_out"
    if min(own, total) >= SUPPORTED:
        return "supported"
    looked = any(check in evidence for rule in cause.rules for check in rule.when)
    return "unclear" if looked else "not_looked_at"


def lines(causes: Iterable[Cause]) -> dict[str, tuple[Cause, ...]]:
    """Each cause with the broader ones above it that take part, nearest first.

    Where a line runs into a circle of refinements, the cause stands alone.
    """
    known = {cause.key: cause for cause in causes}
    return {key: _line(cause, known) for key, cause in known.items()}


def _line(cause: Cause, known: Mapping[str, Cause]) -> tuple[Cause, ...]:
    line = [cause]
    while (above := known.get(line[-1].refines or "")) is not None:
        if above in line:
            return (cause,)
        line.append(above)
    return tuple(line)


def _counted_apart(
    rules: Iterable[Rule], evidence: Mapping[str, Seen], *, used: set[str]
) -> list[Rule]:
    """The counting rules that share no check with `used`, which they join."""
    chosen = []
    for rule in sorted((r for r in rules if _holds(r, evidence)), key=_specific_first):
        if used.isdisjoint(rule.when):
            used.update(rule.when)
            chosen.append(rule)
    return chosen


def _holds(rule: Rule, evidence: Mapping[str, Seen]) -> bool:
    return bool(rule.when) and all(
        check in evidence and condition.holds(evidence[check])
        for check, condition in rule.when.items()
    )


def _specific_first(rule: Rule) -> tuple[int, float, int]:
    return (-len(rule.when), -abs(math.log(RUNS[rule.says])), rule.id)


def _moved(rule: Rule, evidence: Mapping[str, Seen], *, inherited_from: str) -> Moved:
    looked = [evidence[check] for check in sorted(rule.when)]
    return Moved(
        says=rule.says,
        log_odds=math.log(RUNS[rule.says]),
        rule=rule.id,
        inherited_from=inherited_from,
        checks=tuple(one.check for one in looked),
        runs=tuple(one.run for one in looked),
        reason_codes=tuple(one.reason_code for one in looked),
    )

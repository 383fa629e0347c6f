"""Which runs are evidence, and through which rule each check counts for a cause."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.diagnosis.strengths import FURTHER, RULED_OUT, RUNS, SUPPORTED
from kb.diagnosis.values import Askable, Cause, Moved, Rule, Seen


def newest_evidence(seen: Iterable[Seen]) -> dict[str, Seen]:
    """The newest run of each check that counts. Order and repetition of `seen` do not matter."""
    newest: dict[str, Seen] = {}
    for one in seen:
        if one.is_evidence and (one.check not in newest or newest[one.check].run < one.run):
            newest[one.check] = one
    return newest


def moves(line: Sequence[Cause], evidence: Mapping[str, Seen]) -> tuple[Moved, ...]:
    """What the evidence says about the first cause of a line; the others are broader, in order.

    What a cause's own rules do not name says of it what it says of the broader cause: who is
    narrower is that, too. A check that its own rules used does not count again above.
    """
    return tuple(
        _moved(one, evidence, inherited_from="" if one.cause is line[0] else one.cause.key)
        for one in _weighed(line, evidence)
    )


def ratio(held: Iterable[tuple[Cause, Rule]], things: Mapping[str, str]) -> float:
    """How many times likelier these rules make a cause, of which each holds; 1 where none does."""
    return math.exp(math.fsum(one.log_odds for one in _counting(held, things)))


def state(
    cause: Cause,
    moved: Sequence[Moved],
    evidence: Mapping[str, Seen],
    *,
    attempts: Sequence[Moved] = (),
) -> str:
    """`supported`, `ruled_out`, `unclear` (looked, and nothing decides) or `not_looked_at`.

    What supports the broader cause alone supports none of the narrower ones; what rules it out
    rules them all out. Failed attempts can take a support away; only runs rule out.
    """
    total = math.fsum(one.log_odds for one in moved)
    own = math.fsum(one.log_odds for one in moved if not one.inherited_from)
    if moved and total <= RULED_OUT:
        return "ruled_out"
    if min(own, total) + math.fsum(one.log_odds for one in attempts) >= SUPPORTED:
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


def rules_of(line: Iterable[Cause]) -> list[tuple[Cause, Rule]]:
    """Every rule of a line, in the order in which they count: the nearest cause's first.

    Of one cause the rule with most checks, which is the most specific, then the strongest, then
    the lowest id.
    """
    return [
        (cause, rule)
        for cause in line
        for rule in sorted(cause.rules, key=_specific_first)
        if rule.when
    ]


def may_hold(rule: Rule, evidence: Mapping[str, Seen]) -> bool:
    """Whether nothing that was seen refutes the rule."""
    return all(
        condition.holds(evidence[check])
        for check, condition in rule.when.items()
        if check in evidence
    )


def things_of(seen: Iterable[Seen], askable: Iterable[Askable] = ()) -> dict[str, str]:
    """What each check looks at: the named thing, or one of the check's own."""
    looked_at = {one.check: one.about or one.check for one in seen}
    return looked_at | {one.key: one.about or one.key for one in askable}


@dataclass(frozen=True, kw_only=True)
class _Weighed:
    """A rule that counts for a cause, whose own or broader `cause` it is, and how much of it."""

    cause: Cause
    rule: Rule
    counted: float

    @property
    def log_odds(self) -> float:
        return self.counted * math.log(RUNS[self.rule.says])


def _weighed(line: Iterable[Cause], evidence: Mapping[str, Seen]) -> Iterator[_Weighed]:
    """The counting rules of a line."""
    held = ((cause, rule) for cause, rule in rules_of(line) if _holds(rule, evidence))
    return _counting(held, things_of(evidence.values()))


def _counting(held: Iterable[tuple[Cause, Rule]], things: Mapping[str, str]) -> Iterator[_Weighed]:
    """Of rules that hold, in order, those that count: each check once and each thing once in full.

    Each check counts through its first rule: otherwise a joint rule and its own halves would
    count the same observation three times. Two looks at one thing mostly say the same twice:
    what a further one says in the same direction counts half of the one before (in logarithms),
    as with messages of one paste.
    """
    used: set[str] = set()
    times: Counter[tuple[bool, str]] = Counter()
    for cause, rule in held:
        if used.isdisjoint(rule.when):
            used.update(rule.when)
            said = {(RUNS[rule.says] > 1, things[check]) for check in rule.when}
            yield _Weighed(
                cause=cause, rule=rule, counted=FURTHER ** min(times[one] for one in said)
            )
            times.update(said)


def _holds(rule: Rule, evidence: Mapping[str, Seen]) -> bool:
    return rule.when.keys() <= evidence.keys() and may_hold(rule, evidence)


def _specific_first(rule: Rule) -> tuple[int, float, int]:
    return (-len(rule.when), -abs(math.log(RUNS[rule.says])), rule.id)


def _moved(one: _Weighed, evidence: Mapping[str, Seen], *, inherited_from: str) -> Moved:
    looked = [evidence[check] for check in sorted(one.rule.when)]
    return Moved(
        says=one.rule.says,
        log_odds=one.log_odds,
        counted=one.counted,
        rule=one.rule.id,
        inherited_from=inherited_from,
        checks=tuple(one.check for one in looked),
        runs=tuple(one.run for one in looked),
        reason_codes=tuple(one.reason_code for one in looked),
    )

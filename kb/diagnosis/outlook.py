"""What results that nobody saw yet would say about one cause."""

import functools
import itertools
import operator
from collections.abc import Iterable, Mapping, Sequence

from kb.diagnosis import evidence as ev
from kb.diagnosis.imagined import Answer, Step
from kb.diagnosis.values import Cause, Seen


class Outlook:
    """How many times likelier each result of a step makes a cause, beside what was seen.

    By definition the ratio of all evidence, the result included: `evidence.ratio` of the rules
    that hold then. Here each rule is one bit. What was seen refutes some rules for good, an
    answer refutes those whose condition it does not meet, and a rule can hold once nothing it
    asks for is open. The bits that the answers of a result leave together are its rules, and the
    same rules are weighed once, however many results and steps come to them.
    """

    def __init__(
        self, line: Sequence[Cause], evidence: Mapping[str, Seen], things: Mapping[str, str]
    ) -> None:
        self._named = {check for cause in line for rule in cause.rules for check in rule.when}
        self._rules = [one for one in ev.rules_of(line) if ev.may_hold(one[1], evidence)]
        self._open = [rule.when.keys() - evidence.keys() for _, rule in self._rules]
        self._things = things
        self._left: dict[str, list[int]] = {}
        self._ratios: dict[int, float] = {}

    def is_named(self, checks: Iterable[str]) -> bool:
        """Whether any rule of the line asks for one of the checks."""
        return not self._named.isdisjoint(checks)

    def ratios(self, step: Step) -> list[float]:
        """One for each result of the step."""
        ready = sum(1 << n for n, asks in enumerate(self._open) if asks <= step.keys())
        left = (self._left_by(check, answers) for check, answers in step.items())
        return [
            self._ratio(functools.reduce(operator.and_, bits, ready))
            for bits in itertools.product(*left)
        ]

    def _left_by(self, check: str, answers: Iterable[Answer]) -> list[int]:
        """The rules that each answer to a check leaves: all but those it refutes."""
        if check not in self._left:
            asking = [
                (1 << n, rule.when[check])
                for n, (_, rule) in enumerate(self._rules)
                if check in rule.when
            ]
            self._left[check] = [
                ~sum(bit for bit, condition in asking if not condition.holds(answer.seen))
                for answer in answers
            ]
        return self._left[check]

    def _ratio(self, bits: int) -> float:
        if bits not in self._ratios:
            held = [one for n, one in enumerate(self._rules) if bits >> n & 1]
            self._ratios[bits] = ev.ratio(held, self._things)
        return self._ratios[bits]

"""Plays a recorded case: check by check in some order, until the stop rule says enough."""

import math
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kb.diagnosis.advice import Advice
from kb.diagnosis.inputs import Inputs, conclude
from kb.diagnosis.stopping import Settled, is_settled, likeliest
from kb.diagnosis.values import Ranking, Seen

# As the diagnosis advises; as the documents say, one check after the other; by lot.
Policy = Literal["advised", "author", "random"]
POLICIES: tuple[Policy, ...] = ("advised", "author", "random")


@dataclass(frozen=True, kw_only=True)
class Step:
    """What was looked at together, and what was believed after it. The first step looked at nothing."""

    checks: tuple[str, ...]
    likeliest: str
    belief: float
    none_of_these: float


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A case played to its end. `most` is how many checks there were to run in all.

    `right` in its questions are the keys of the causes that were there, none of them where
    nobody wrote the cause down.
    """

    steps: tuple[Step, ...]
    settled: Settled
    ranking: Ranking
    most: int

    @property
    def run(self) -> int:
        return sum(len(step.checks) for step in self.steps)

    @property
    def ended_with(self) -> str:
        """The cause it came to; empty for "none of these"."""
        return likeliest(self.ranking)

    def is_right(self, right: Collection[str]) -> bool:
        return self.ended_with in right if right else not self.ended_with

    def counted(self, right: Collection[str]) -> int:
        """The checks it cost: all there are, where it stopped on something wrong.

        Who stops early on a wrong cause would otherwise look quick.
        """
        return self.run if self.is_right(right) else self.most

    def belief_in(self, right: Collection[str]) -> float:
        """What it believed in the end of what was right: of all the right causes together."""
        if not right:
            return self.ranking.none_of_these
        beliefs = self.ranking.by_key()
        return math.fsum(beliefs[key].belief for key in sorted(right) if key in beliefs)


def walk(inputs: Inputs, looks: Mapping[str, Seen], *, policy: Policy, seed: int = 0) -> Walk:
    """Run the askable checks of `inputs` by `policy` until the diagnosis is settled.

    `looks` holds what each check says, recorded once. Checks whose looks have the same `run` are
    one look: whoever makes it for one of them has seen it for all. A check without a look, or
    with one that could not look, costs a check and tells nothing; it is not asked again.
    """
    ordered = _ordered(inputs, looks, policy, seed)
    most = len(ordered)
    ranking, advice = conclude(inputs)
    steps = [_step((), ranking)]
    while not (settled := is_settled(ranking, advice)):
        checks = _next(ordered, advice, looks, policy)
        answered = {key for check in checks for key in _shared(check, looks)}
        ordered = [check for check in ordered if check not in answered]
        inputs = _after(inputs, answered, looks)
        ranking, advice = conclude(inputs)
        steps.append(_step(checks, ranking))
    return Walk(steps=tuple(steps), settled=settled, ranking=ranking, most=most)


def _ordered(inputs: Inputs, looks: Mapping[str, Seen], policy: Policy, seed: int) -> list[str]:
    """One check of each look, the authors' order first or by lot."""
    keys = [one.key for one in sorted(inputs.askable, key=lambda one: (one.order, one.key))]
    firsts = list(_firsts(keys, looks))
    if policy == "random":
        random.Random(seed).shuffle(firsts)  # noqa: S311 - a lot that can be drawn again
    return firsts


def _firsts(keys: Sequence[str], looks: Mapping[str, Seen]) -> Iterator[str]:
    known: set[str] = set()
    for key in keys:
        if key not in known:
            known |= _shared(key, looks)
            yield key


def _next(
    ordered: Sequence[str], advice: Advice | None, looks: Mapping[str, Seen], policy: Policy
) -> tuple[str, ...]:
    if policy == "advised" and advice is not None:
        return tuple(_firsts(advice.checks, looks))
    return tuple(ordered[:1])


def _shared(check: str, looks: Mapping[str, Seen]) -> set[str]:
    """The check and those that the same look answers."""
    if check not in looks:
        return {check}
    return {key for key, look in looks.items() if look.run == looks[check].run} | {check}


def _after(inputs: Inputs, checks: Collection[str], looks: Mapping[str, Seen]) -> Inputs:
    return replace(
        inputs,
        seen=[*inputs.seen, *(looks[key] for key in sorted(checks) if key in looks)],
        askable=[one for one in inputs.askable if one.key not in checks],
    )


def _step(checks: tuple[str, ...], ranking: Ranking) -> Step:
    first = likeliest(ranking)
    belief = ranking.by_key()[first].belief if first else ranking.none_of_these
    return Step(checks=checks, likeliest=first, belief=belief, none_of_these=ranking.none_of_these)

"""Whether beliefs deserve their numbers, in worlds drawn from the table of strengths."""

import math
import random
from dataclasses import dataclass

from kb.diagnosis import Cause, Condition, Rule, Seen, rank
from kb.diagnosis.strengths import NONE_OF_THESE, RUNS

CAUSES, THINGS, LOOKS, WORLDS = 5, 3, 3, 250
SEEN = Condition(reasons=frozenset({"x"}))
# How often a look sees something that the cause does not touch.
BASE = 0.2


@dataclass(frozen=True)
class World:
    causes: list[Cause]
    true: str
    shown: list[tuple[int, int]]

    def belief(self, *, is_one_thing: bool) -> tuple[float, bool]:
        """What is believed of the true cause, and whether it came first."""
        runs = [
            Seen(
                check=f"{thing}.{look}",
                run=thing * LOOKS + look,
                status="CRITICAL",
                reason_code="x",
                about=f"thing {thing}" if is_one_thing else "",
            )
            for thing, look in self.shown
        ]
        ranking = rank(self.causes, seen=runs)
        known = {one.key: one.belief for one in ranking.beliefs}
        return known.get(self.true, ranking.none_of_these), ranking.beliefs[0].key == self.true


def a_world(chance: random.Random, copies: float) -> World:
    """Each look at a thing repeats the first one with the chance `copies`."""
    says: dict[tuple[int, int], str] = {
        (cause, thing): chance.choice(list(RUNS))
        for cause in range(CAUSES)
        for thing in range(THINGS)
        if chance.random() < 0.5
    }
    causes = [
        Cause(
            key=str(cause),
            group="guide",
            order=cause,
            rules=tuple(
                Rule(id=thing * LOOKS + look, when={f"{thing}.{look}": SEEN}, says=word)
                for (whose, thing), word in says.items()
                if whose == cause
                for look in range(LOOKS)
            ),
        )
        for cause in range(CAUSES)
    ]
    shares = [(1 - NONE_OF_THESE) / CAUSES] * CAUSES + [NONE_OF_THESE]
    true = chance.choices(range(CAUSES + 1), shares)[0]
    shown = []
    for thing in range(THINGS):
        likely = min(0.97, BASE * RUNS.get(says.get((true, thing), ""), 1.0))
        first = chance.random() < likely
        for look in range(LOOKS):
            repeats = look == 0 or chance.random() < copies
            if first if repeats else chance.random() < likely:
                shown.append((thing, look))
    return World(causes=causes, true=str(true), shown=shown)


def measured(copies: float, *, is_one_thing: bool) -> tuple[float, float]:
    """The mean log loss, and how often the true cause came first."""
    chance = random.Random(7)
    told = [a_world(chance, copies).belief(is_one_thing=is_one_thing) for _ in range(WORLDS)]
    loss = math.fsum(-math.log(belief) for belief, _first in told) / WORLDS
    return loss, sum(first for _belief, first in told) / WORLDS


def test_looks_that_copy_each_other_make_beliefs_less_sure_and_the_order_no_worse():
    in_full, right = measured(0.8, is_one_thing=False)
    halved, still_right = measured(0.8, is_one_thing=True)

    assert halved < 0.9 * in_full
    assert still_right > right - 0.03

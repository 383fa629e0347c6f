"""Which of a text's terms are asked: the rare ones that the base knows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kb.matching.terms import CONCEPT, FACT
from kb.matching.values import Term

# A small base knows nothing about how rare a word is: as if so many guides stood beside it.
_IMAGINED_GUIDES = 20
_MOST_CHOSEN = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A term with how rare it is; `rarity` in hundredths.

    `worth` is worked out once: forty guides ask for it several times each.
    """

    term: Term
    rarity: int
    is_known: bool
    worth: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "worth", self.term.weight * self.rarity)


def choose(terms: Sequence[Term], frequencies: Mapping[str, int], guides: int) -> list[Chosen]:
    """Every term with its rarity, the worthiest first; only the first known ones are asked."""
    chosen = [
        Chosen(
            term=term,
            rarity=rarity(frequencies.get(term.key, 0), guides),
            is_known=term.key in frequencies,
        )
        for term in terms
    ]
    return sorted(chosen, key=lambda c: (-c.worth, c.term.key))


def asked(chosen: Sequence[Chosen]) -> list[Chosen]:
    return [c for c in chosen if c.is_known][:_MOST_CHOSEN]


def looked_at(chosen: Sequence[Chosen]) -> set[str]:
    """What is read of a candidate: the asked terms, and every idea and fact, which may contradict."""
    exact = (c for c in chosen if c.is_known and c.term.kind in (CONCEPT, FACT))
    return {c.term.key for c in [*asked(chosen), *exact]}


def rarity(frequency: int, guides: int) -> int:
    """BM25's inverse document frequency in hundredths; never below zero."""
    frequency = max(1, frequency)
    total = max(guides, frequency) + _IMAGINED_GUIDES
    return round(100 * math.log(1 + (total - frequency + 0.5) / (frequency + 0.5)))

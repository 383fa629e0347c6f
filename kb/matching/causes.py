"""How well a text's words point at each cause of a guide."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from kb.matching.candidate import Candidate
from kb.matching.chosen import Chosen, asked
from kb.matching.impacts import FULL_IMPACT

# A text that shares less than this with every cause (about two telling words) points at none.
_LITTLE = 250.0


def point_at_causes(
    candidates: Sequence[Candidate], chosen: Sequence[Chosen]
) -> list[dict[str, float]]:
    """By guide, per cause 0 to 1: how much the text shares with it, beside the best cause of all."""
    worth = _worth(candidates, chosen)
    told = [
        {slug: _shared(terms, worth) for slug, terms in guide.causes.items()}
        for guide in candidates
    ]
    most = max((share for shares in told for share in shares.values()), default=0.0)
    return [
        {slug: round(share / max(most, _LITTLE), 4) for slug, share in shares.items() if share}
        for shares in told
    ]


def _shared(terms: Mapping[str, int], worth: Mapping[str, float]) -> float:
    return math.fsum(worth.get(key, 0.0) * impact for key, impact in terms.items()) / FULL_IMPACT


def _worth(candidates: Sequence[Candidate], chosen: Sequence[Chosen]) -> dict[str, float]:
    """What each asked term is worth for telling causes apart: how loud it is, and how rare.

    Rare among the causes in question: what stands in every one of them tells none of them.
    """
    causes = [terms for guide in candidates for terms in guide.causes.values()]
    counts = Counter(key for terms in causes for key in terms)
    total = len(causes)
    return {
        term.key: term.weight * math.log(1 + (total - count + 0.5) / (count + 0.5))
        for term in (choice.term for choice in asked(chosen))
        if (count := counts[term.key])
    }

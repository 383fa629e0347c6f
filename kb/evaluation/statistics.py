"""Figures of a ranking and how sure they are. Pure; the same values give the same figures."""

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

DEPTH = 10
RESAMPLES = 2_000
# A resampled AUROC is slower to take than a mean, and its ends move less than the third digit.
_AUROC_RESAMPLES = 500
_TRUE_MATCHES = 0.95
_SEED = 20260101


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value with the ends of its bootstrap 95 % confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How much better the first of two systems is on the same texts.

    `p` is two-sided: how often a difference so large comes by chance, if which system earned which
    of a text's two figures were drawn by lot.
    """

    difference: Figure
    p: float


def ndcg(got: Sequence[str], relevant: Mapping[str, int]) -> float:
    """nDCG@10 with gain 2^grade - 1."""
    best = sorted(relevant.values(), reverse=True)
    return _gain([relevant.get(name, 0) for name in got]) / _gain(best)


def reciprocal_rank(got: Sequence[str], relevant: Mapping[str, int]) -> float:
    """1 / rank of the first document of the highest grade among ten, else 0."""
    wanted = _best(relevant)
    ranks = (rank for rank, name in enumerate(got[:DEPTH], start=1) if name in wanted)
    return 1 / next(ranks, math.inf)


def recall(got: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """The share of the documents of the highest grade among the first `depth`."""
    wanted = _best(relevant)
    return len(wanted & set(got[:depth])) / len(wanted)


def mean(values: Sequence[float]) -> Figure:
    value = math.fsum(values) / len(values)
    generator = random.Random(_SEED)  # noqa: S311 (a resample, no secret)
    means = [
        math.fsum(generator.choices(values, k=len(values))) / len(values) for _ in range(RESAMPLES)
    ]
    return _figure(value, means)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a text with an answer is trusted more than one without; ties count half."""
    ordered = sorted(negative)
    wins = sum(bisect_left(ordered, p) + bisect_right(ordered, p) for p in positive) / 2
    return wins / (len(positive) * len(negative))


def false_matches(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The share of texts without an answer that are trusted where 95 % of the others are."""
    needed = math.ceil(_TRUE_MATCHES * len(positive))
    threshold = sorted(positive, reverse=True)[needed - 1]
    return sum(n >= threshold for n in negative) / len(negative)


def resampled(
    measure: Callable[[Sequence[float], Sequence[float]], float],
    positive: Sequence[float],
    negative: Sequence[float],
) -> Figure:
    """A figure of two samples, each resampled by itself."""
    generator = random.Random(_SEED)  # noqa: S311 (a resample, no secret)
    values = [
        measure(
            generator.choices(positive, k=len(positive)),
            generator.choices(negative, k=len(negative)),
        )
        for _ in range(_AUROC_RESAMPLES)
    ]
    return _figure(measure(positive, negative), values)


def compared(ours: Sequence[float], theirs: Sequence[float]) -> Comparison:
    """Paired: both give one figure for each text, in the same order."""
    differences = [a - b for a, b in zip(ours, theirs, strict=True)]
    return Comparison(difference=mean(differences), p=_sign_flips(differences))


def _sign_flips(differences: Sequence[float]) -> float:
    """A paired randomisation test: equals cannot change a sum, so only the others are flipped."""
    moving = [abs(difference) for difference in differences if difference]
    observed = abs(math.fsum(differences))
    generator = random.Random(_SEED)  # noqa: S311 (a resample, no secret)
    as_large = 0
    for _ in range(RESAMPLES):
        bits = generator.getrandbits(len(moving) or 1)
        total = sum(d if bits >> place & 1 else -d for place, d in enumerate(moving))
        as_large += abs(total) >= observed - 1e-9
    return (as_large + 1) / (RESAMPLES + 1)


def _best(relevant: Mapping[str, int]) -> set[str]:
    highest = max(relevant.values())
    return {name for name, grade in relevant.items() if grade == highest}


def _gain(grades: Sequence[int]) -> float:
    return sum(float(2**g - 1) / math.log2(rank + 2) for rank, g in enumerate(grades[:DEPTH]))


def _figure(value: float, resamples: list[float]) -> Figure:
    resamples.sort()
    cut = round(len(resamples) * 0.025)
    return Figure(value=value, low=resamples[cut], high=resamples[-cut - 1])

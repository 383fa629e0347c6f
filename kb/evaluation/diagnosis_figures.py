"""Figures of played cases: how often right, at what cost, and whether beliefs mean what they say."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kb.diagnosis import wilson
from kb.evaluation.diagnosis import Played

# A belief of nothing in what was right would cost without end; it is counted as this much.
LEAST_BELIEF = 1e-6
# Up to one half a first cause is a guess among several; above, every tenth is told apart.
BINS = ((0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.0))


def figures(played: Mapping[str, Sequence[Played]]) -> dict[str, Any]:
    """By policy. `of_author`: checks as a share of what the documents' order took."""
    author = played.get("author")
    return {policy: _policy(walks, author) for policy, walks in played.items()}


def by_scenario(played: Mapping[str, Sequence[Played]]) -> dict[str, dict[str, Any]]:
    """By scenario and policy: cases right of all, and mean checks."""
    names = dict.fromkeys(one.case.scenario for walks in played.values() for one in walks)
    return {
        name: {
            policy: _short([one for one in walks if one.case.scenario == name])
            for policy, walks in played.items()
        }
        for name in names
    }


def misses(played: Iterable[Played]) -> list[dict[str, Any]]:
    """What ended wrong, with what came first in place of what."""
    return [
        {
            "scenario": one.case.scenario,
            "text": one.case.text.strip().partition("\n")[0][:80],
            "right": list(one.case.right),
            "first": one.walk.ended_with,
            "belief": one.walk.steps[-1].belief,
            "belief_in_right": one.walk.belief_in(one.case.right),
            "settled": one.walk.settled,
            "run": [check for step in one.walk.steps for check in step.checks],
        }
        for one in played
        if not one.is_right
    ]


def log_loss(walks: Sequence[Played]) -> float:
    """Mean of -ln(belief in what was right), "none of these" included; 0 is perfect."""
    losses = [-math.log(max(one.walk.belief_in(one.case.right), LEAST_BELIEF)) for one in walks]
    return math.fsum(losses) / len(losses)


def reliability(walks: Sequence[Played]) -> list[dict[str, Any]]:
    """By bins of the stated belief in what came first: how often that was right.

    Where beliefs mean what they say, `right` of `count` is near `stated`, the bin's mean belief,
    and `low` to `high` (Wilson, 95 %) holds it.
    """
    rows = []
    for low, high in BINS:
        inside = [one for one in walks if low <= _stated(one) < high or _stated(one) == high == 1]
        if inside:
            rows.append({"from": low, "to": high, **_bin(inside)})
    return rows


def _policy(walks: Sequence[Played], author: Sequence[Played] | None) -> dict[str, Any]:
    right = sum(one.is_right for one in walks)
    mean = _mean_checks(walks)
    authors = _mean_checks(author) if author else 0.0
    return {
        "walks": len(walks),
        "right": right,
        "top1": right / len(walks),
        "top1_interval": wilson(right, len(walks)),
        "checks": mean,
        "of_author": mean / authors if authors else None,
        "wrong_stops": sum(one.is_wrong_stop for one in walks),
        "log_loss": log_loss(walks),
        "reliability": reliability(walks),
    }


def _short(walks: Sequence[Played]) -> dict[str, Any]:
    right = sum(one.is_right for one in walks)
    return {"walks": len(walks), "right": right, "checks": _mean_checks(walks)}


def _mean_checks(walks: Sequence[Played]) -> float:
    return sum(one.checks for one in walks) / len(walks)


def _stated(one: Played) -> float:
    return one.walk.steps[-1].belief


def _bin(inside: Sequence[Played]) -> dict[str, Any]:
    right = sum(one.is_right for one in inside)
    low, high = wilson(right, len(inside))
    stated = math.fsum(map(_stated, inside)) / len(inside)
    return {"count": len(inside), "right": right, "stated": stated, "low": low, "high": high}

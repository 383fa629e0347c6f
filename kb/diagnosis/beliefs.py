"""From priors, symptoms, runs and attempts to a ranking of causes. Same inputs, same order.

Naive Bayes over causes and "none of these" (Heckerman, Breese, Rommelse, CACM 38(3), 1995):
observations count as independent given the cause, except for looks at one thing, messages of
one paste and attempts, of which each further one counts half. Everything is a contribution to
log-odds against "none of these", and a belief is nothing but their sum: they explain it exactly.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from kb.diagnosis import evidence as ev
from kb.diagnosis.attempts import attempt_moves, failed_attempts
from kb.diagnosis.priors import prior_moves
from kb.diagnosis.strengths import BROADER_KEEPS, NONE_OF_THESE
from kb.diagnosis.values import Attempt, Belief, Cause, Moved, Ranking, Seen, Symptom

# Beliefs closer than this are a tie for the author's order: the last bits of a float may differ
# from machine to machine.
_TIE_DIGITS = 9


def rank(
    causes: Iterable[Cause],
    *,
    symptoms: Iterable[Symptom] = (),
    seen: Iterable[Seen] = (),
    attempts: Iterable[Attempt] = (),
) -> Ranking:
    """Every cause with its belief; beliefs and `none_of_these` sum to 1."""
    ordered = sorted(causes, key=lambda cause: (cause.order, cause.key))
    evidence = ev.newest_evidence(seen)
    before = prior_moves(ordered, tuple(symptoms))
    lines = ev.lines(ordered)
    moved, states = _looked(lines, evidence, failed_attempts(attempts))
    odds = {key: _odds(before[key] + moved[key]) for key in lines}
    refined = _refined(lines, odds, states)
    total = math.fsum([*refined.values(), 1.0])
    beliefs = [
        Belief(
            key=cause.key,
            belief=refined[cause.key] / total,
            prior=_odds(before[cause.key]) * NONE_OF_THESE,
            state=states[cause.key],
            before=before[cause.key],
            moved=moved[cause.key] + _refining(odds[cause.key], refined[cause.key]),
        )
        for cause in ordered
    ]
    # sorted() is stable, so ties keep the author's order.
    beliefs.sort(key=lambda one: -round(one.belief, _TIE_DIGITS))
    prior_none = NONE_OF_THESE if ordered else 1.0
    return Ranking(beliefs=tuple(beliefs), none_of_these=1.0 / total, prior_none=prior_none)


def _looked(
    lines: Mapping[str, Sequence[Cause]], evidence: Mapping[str, Seen], failed: Sequence[Attempt]
) -> tuple[dict[str, tuple[Moved, ...]], dict[str, str]]:
    """What runs and failed attempts say about each cause, and where it stands with them."""
    moved: dict[str, tuple[Moved, ...]] = {}
    states: dict[str, str] = {}
    for key, line in lines.items():
        runs, attempts = ev.moves(line, evidence), attempt_moves(line, failed)
        states[key] = ev.state(line[0], runs, evidence, attempts=attempts)
        moved[key] = runs + attempts
    return moved, states


def _odds(moved: Iterable[Moved]) -> float:
    return math.exp(math.fsum(one.log_odds for one in moved))


def _refined(
    lines: Mapping[str, Sequence[Cause]], weights: Mapping[str, float], states: Mapping[str, str]
) -> dict[str, float]:
    """Weights after supported narrower causes took their broader one's share.

    From the broadest down, so that a share travels to the narrowest supported cause.
    """
    # What supports the narrow one supports all above it.
    supported = {c.key for k, line in lines.items() if states[k] == "supported" for c in line}
    result = dict(weights)
    for broad in sorted(lines, key=lambda key: (len(lines[key]), key)):
        heirs = [k for k in lines if _is_under(broad, lines[k]) and k in supported]
        own = math.fsum(weights[key] for key in heirs)
        if not heirs or own <= 0 or states[broad] == "ruled_out":
            continue
        for key in heirs:
            result[key] += result[broad] * (1 - BROADER_KEEPS) * weights[key] / own
        result[broad] *= BROADER_KEEPS
    return result


def _is_under(broad: str, line: Sequence[Cause]) -> bool:
    return len(line) > 1 and line[1].key == broad


def _refining(before: float, after: float) -> tuple[Moved, ...]:
    if before <= 0 or after == before:
        return ()
    return (Moved(says="refined", log_odds=math.log(after / before)),)

"""From priors, symptoms and runs to a ranking of causes. Same inputs, same order.

Naive Bayes over causes and "none of these" (Heckerman, Breese, Rommelse, CACM 38(3), 1995):
observations count as independent given the cause. `evidence.counted` keeps the crudest double
counting out; what is left makes beliefs too sure, never the order arbitrary.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from kb.diagnosis import evidence as ev
from kb.diagnosis.strengths import (
    BROADER_KEEPS,
    IMAGINED_CONCLUSIONS,
    NONE_OF_THESE,
    SYMPTOMS,
    WORDS,
)
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
    priors, prior_none = _priors(ordered, tuple(symptoms))
    lines = ev.lines(ordered)
    moved = {key: ev.moves(line, evidence) for key, line in lines.items()}
    states = {cause.key: ev.state(cause, moved[cause.key], evidence) for cause in ordered}
    weights = {key: prior * _factor(moved[key]) for key, prior in priors.items()}
    refined = _refined(lines, weights, states)
    total = math.fsum([*refined.values(), prior_none])
    beliefs = [
        Belief(
            key=cause.key,
            belief=refined[cause.key] / total,
            prior=priors[cause.key],
            state=states[cause.key],
            moved=moved[cause.key] + _refining(weights[cause.key], refined[cause.key]),
        )
        for cause in ordered
    ]
    # sorted() is stable, so ties keep the author's order.
    beliefs.sort(key=lambda one: -round(one.belief, _TIE_DIGITS))
    return Ranking(beliefs=tuple(beliefs), none_of_these=prior_none / total, prior_none=prior_none)


def explained_away(symptoms: Iterable[Symptom]) -> dict[str, str]:
    """Which present symptom explains which: explained key to the explaining key.

    Two symptoms that explain each other would silence both, so a circle explains nothing.
    """
    present = {symptom.key: symptom for symptom in symptoms}
    certain = {key for key, symptom in present.items() if symptom.share >= 1}
    explained = {}
    for key, symptom in sorted(present.items()):
        for by in sorted(symptom.explained_by & certain):
            if by != key and key not in _explainers(by, present):
                explained[key] = by
                break
    return explained


def _explainers(key: str, present: Mapping[str, Symptom]) -> set[str]:
    """Everything that explains `key`, directly or through others."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        new = (present[waiting.pop()].explained_by & present.keys()) - found
        found |= new
        waiting.extend(new)
    return found


def _priors(causes: Sequence[Cause], symptoms: Sequence[Symptom]) -> tuple[dict[str, float], float]:
    """Prior per cause with the text weighed in, and the share of none: together 1."""
    explained = explained_away(symptoms)
    feeding = [symptom for symptom in symptoms if symptom.key not in explained]
    shares = _shares(causes)
    odds = {c.key: shares[c.key] * _text_odds(c, feeding) for c in causes}
    total = math.fsum(odds.values())
    if total <= 0:
        return dict.fromkeys(odds, 0.0), 1.0
    return {key: (1 - NONE_OF_THESE) * o / total for key, o in odds.items()}, NONE_OF_THESE


def _shares(causes: Sequence[Cause]) -> dict[str, float]:
    """Each cause's share of its guide's weight, after what was confirmed before.

    Dirichlet smoothing: the author's weights count as `IMAGINED_CONCLUSIONS` conclusions. A
    guide's causes share what the guide has, so a long guide outweighs no short one.
    """
    weights: dict[str, float] = {}
    conclusions: dict[str, float] = {}
    for cause in causes:
        weights[cause.group] = weights.get(cause.group, 0.0) + cause.weight
        conclusions[cause.group] = conclusions.get(cause.group, 0.0) + cause.confirmed
    return {
        c.key: c.group_weight
        * (IMAGINED_CONCLUSIONS * c.weight / weights[c.group] + c.confirmed)
        / (IMAGINED_CONCLUSIONS + conclusions[c.group])
        for c in causes
    }


def _text_odds(cause: Cause, symptoms: Iterable[Symptom]) -> float:
    """What the text says for a cause: its symptoms, strongest first, then its words.

    Symptoms of one paste often are one event seen twice, so each further one counts half as
    much (in logarithms) as the one before.
    """
    strengths = sorted(
        (
            s.share * math.log(SYMPTOMS[s.suggests[cause.key]])
            for s in symptoms
            if cause.key in s.suggests
        ),
        reverse=True,
    )
    said = math.fsum(strength / 2**n for n, strength in enumerate(strengths))
    return math.exp(said) * math.pow(WORDS, min(max(cause.words, 0.0), 1.0) ** 2)


def _factor(moved: Iterable[Moved]) -> float:
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

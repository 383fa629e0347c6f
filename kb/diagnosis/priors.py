"""What is believed before anything was looked at: weights, earlier conclusions, the text."""

import math
from collections.abc import Iterable, Mapping, Sequence

from kb.diagnosis.explaining import explained_away
from kb.diagnosis.strengths import FURTHER, IMAGINED_CONCLUSIONS, NONE_OF_THESE, SYMPTOMS, WORDS
from kb.diagnosis.values import Cause, Moved, Symptom


def prior_moves(
    causes: Sequence[Cause], symptoms: Sequence[Symptom]
) -> dict[str, tuple[Moved, ...]]:
    """What speaks for each cause against "none of these" before any run.

    Their exponentials sum to the odds of all causes together, which are always those of
    `NONE_OF_THESE`: a text tells causes apart, it cannot say that somebody wrote the right one down.
    """
    explained = explained_away(symptoms)
    shares = _shares(causes)
    text = {cause.key: _text(cause, symptoms, explained) for cause in causes}
    odds = {key: share * math.exp(_sum(text[key])) for key, share in shares.items()}
    written = _written_shares(causes)
    all_written = math.fsum(written.values())
    start = math.log((1 - NONE_OF_THESE) / NONE_OF_THESE)
    keeps = math.log(all_written / math.fsum(odds.values())) if causes else 0.0
    return {
        key: (
            Moved(says="share", log_odds=start + math.log(written[key] / all_written)),
            *_told("confirmed", math.log(shares[key] / written[key])),
            *text[key],
            *_told("none_keeps", keeps),
        )
        for key in shares
    }


def _shares(causes: Sequence[Cause]) -> dict[str, float]:
    """Each cause's share of its guide's weight, after what was confirmed before.

    Dirichlet smoothing: the author's weights count as `IMAGINED_CONCLUSIONS` conclusions.
    """
    conclusions: dict[str, float] = {}
    for cause in causes:
        conclusions[cause.group] = conclusions.get(cause.group, 0.0) + cause.confirmed
    written = _written_shares(causes)
    return {
        c.key: (IMAGINED_CONCLUSIONS * written[c.key] + c.group_weight * c.confirmed)
        / (IMAGINED_CONCLUSIONS + conclusions[c.group])
        for c in causes
    }


def _written_shares(causes: Sequence[Cause]) -> dict[str, float]:
    """Each cause's share of its guide's weight, as the author gave it.

    A guide's causes share what the guide has, so a long guide outweighs no short one.
    """
    weights: dict[str, float] = {}
    for cause in causes:
        weights[cause.group] = weights.get(cause.group, 0.0) + cause.weight
    return {c.key: c.group_weight * c.weight / weights[c.group] for c in causes}


def _text(
    cause: Cause, symptoms: Iterable[Symptom], explained: Mapping[str, str]
) -> tuple[Moved, ...]:
    """What the text says for a cause: its symptoms, strongest first, then its words.

    Symptoms of one paste often are one event seen twice, so each further one counts half as
    much (in logarithms) as the one before.
    """
    suggesting = [symptom for symptom in symptoms if cause.key in symptom.suggests]
    feeding = [symptom for symptom in suggesting if symptom.key not in explained]
    feeding.sort(key=lambda symptom: (-_strength(symptom, cause), symptom.key))
    silent = sorted(symptom.key for symptom in suggesting if symptom.key in explained)
    return (
        *(_suggested(symptom, cause, counted=FURTHER**n) for n, symptom in enumerate(feeding)),
        *(
            Moved(
                says="explained",
                log_odds=0.0,
                counted=0.0,
                symptom=key,
                explained_by=explained[key],
            )
            for key in silent
        ),
        *_told("words", min(max(cause.words, 0.0), 1.0) ** 2 * math.log(WORDS)),
    )


def _suggested(symptom: Symptom, cause: Cause, *, counted: float) -> Moved:
    return Moved(
        says=symptom.suggests[cause.key],
        log_odds=_strength(symptom, cause) * counted,
        counted=symptom.share * counted,
        symptom=symptom.key,
    )


def _strength(symptom: Symptom, cause: Cause) -> float:
    return symptom.share * math.log(SYMPTOMS[symptom.suggests[cause.key]])


def _told(says: str, log_odds: float) -> tuple[Moved, ...]:
    """Nothing where it moves nothing."""
    return (Moved(says=says, log_odds=log_odds),) if log_odds else ()


def _sum(moved: Iterable[Moved]) -> float:
    return math.fsum(one.log_odds for one in moved)

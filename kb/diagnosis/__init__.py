"""Prior and evidence in, ranking and next check out. Knows no Django."""

from kb.diagnosis.advice import Advice, Askable, Prediction, advise
from kb.diagnosis.beliefs import explained_away, rank
from kb.diagnosis.track_record import standing, wilson
from kb.diagnosis.values import (
    Belief,
    Cause,
    Condition,
    Moved,
    Ranking,
    Rule,
    Seen,
    Symptom,
)

__all__ = [
    "Advice",
    "Askable",
    "Belief",
    "Cause",
    "Condition",
    "Moved",
    "Prediction",
    "Ranking",
    "Rule",
    "Seen",
    "Symptom",
    "advise",
    "explained_away",
    "rank",
    "standing",
    "wilson",
]

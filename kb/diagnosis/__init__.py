"""Prior and evidence in, ranking and next check out. Knows no Django."""

from kb.diagnosis.advice import Advice, Askable, Prediction, advise
from kb.diagnosis.beliefs import explained_away, rank
from kb.diagnosis.inputs import Inputs, conclude
from kb.diagnosis.track_record import standing, wilson
from kb.diagnosis.values import (
    Attempt,
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
    "Attempt",
    "Belief",
    "Cause",
    "Condition",
    "Inputs",
    "Moved",
    "Prediction",
    "Ranking",
    "Rule",
    "Seen",
    "Symptom",
    "advise",
    "conclude",
    "explained_away",
    "rank",
    "standing",
    "wilson",
]

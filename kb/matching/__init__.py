"""Text in, explained matches out: facts, terms, fingerprint, scores. Knows no Django."""

from kb.matching.analysis import analyse
from kb.matching.fingerprint import FINGERPRINT_VERSION
from kb.matching.values import Analysis, Contribution, Fact, Strength, SymptomHit

__all__ = [
    "FINGERPRINT_VERSION",
    "Analysis",
    "Contribution",
    "Fact",
    "Strength",
    "SymptomHit",
    "analyse",
]

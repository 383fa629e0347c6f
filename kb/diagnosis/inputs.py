"""Everything one diagnosis is made from: keep it, and it can be computed again."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.diagnosis.advice import Advice, Askable, advise
from kb.diagnosis.beliefs import rank
from kb.diagnosis.values import Attempt, Cause, Ranking, Seen, Symptom


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What was known: of every kind of value, in any order."""

    causes: Sequence[Cause] = ()
    symptoms: Sequence[Symptom] = ()
    seen: Sequence[Seen] = ()
    attempts: Sequence[Attempt] = ()
    askable: Sequence[Askable] = ()


def conclude(inputs: Inputs) -> tuple[Ranking, Advice | None]:
    """The causes with their beliefs, and the next step; the same for the same inputs in any order."""
    ranking = rank(
        inputs.causes, symptoms=inputs.symptoms, seen=inputs.seen, attempts=inputs.attempts
    )
    advice = advise(inputs.causes, ranking=ranking, askable=inputs.askable, seen=inputs.seen)
    return ranking, advice

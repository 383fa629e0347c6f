"""What a phrase would have found among past pastes: rightly, wrongly, or nobody knows."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models.functions import Left

from kb.matching.runs import stands_in
from kb.models import Investigation

# The newest pastes; what nobody has seen for so long misleads nobody.
MOST_PAST = 500
_MOST_CHARS = 4_000


@dataclass(frozen=True, kw_only=True)
class Kin:
    """The cases a new symptom is meant for: themselves, their texts, or what they ended with."""

    cases: Collection[int] = ()
    fingerprints: Collection[str] = ()
    causes: Collection[int] = ()

    def judges(self, case: Investigation) -> str:
        """`right`, `wrong` or `open`. How a case ended says more than how its text looks."""
        if case.pk in self.cases or case.concluded_cause_id in self.causes:
            return "right"
        if case.concluded_cause_id is not None:
            return "wrong"
        return "right" if case.fingerprint in self.fingerprints else "open"


@dataclass(frozen=True, kw_only=True)
class Hits:
    """`right`: pastes it is meant for; `wrong`: ended with another cause; `open`: never concluded."""

    right: int = 0
    wrong: int = 0
    open: int = 0


def past_pastes(*, most: int = MOST_PAST) -> Sequence[Investigation]:
    """The newest pastes, each with its beginning as `text`."""
    rows = Investigation.objects.exclude(text="").annotate(begin=Left("text", _MOST_CHARS))
    cases = list(rows.defer("text").order_by("-pk")[:most])
    for case in cases:
        case.text = case.begin
    return cases


def hits_of(phrase: str, kin: Kin, past: Iterable[Investigation]) -> Hits:
    """How many of the past pastes the phrase stands in, by how they ended."""
    judged = Counter(kin.judges(case) for case in past if stands_in(phrase, case.text))
    return Hits(right=judged["right"], wrong=judged["wrong"], open=judged["open"])


def kin_of(cases: Sequence[Investigation], causes: Collection[int] = ()) -> Kin:
    ended = {case.concluded_cause_id for case in cases if case.concluded_cause_id}
    return Kin(
        cases={case.pk for case in cases},
        fingerprints={case.fingerprint for case in cases},
        causes={*causes, *ended},
    )

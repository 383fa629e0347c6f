"""What a step is expected to tell: the mutual information of the cause and the result, in bits."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from kb.diagnosis import evidence as ev
from kb.diagnosis.imagined import Step, answers_of, likely
from kb.diagnosis.outlook import Outlook
from kb.diagnosis.values import Askable, Cause, Ranking, Seen


class Gains:
    """Weighs any step of some open checks against what is believed and was seen.

    With P(r | c) for a result and a cause, and P(r) over all causes and "none of these", a step
    tells the sum of P(c) P(r | c) log2(P(r | c) / P(r)).
    """

    def __init__(
        self,
        causes: Sequence[Cause],
        *,
        ranking: Ranking,
        askable: Iterable[Askable],
        evidence: Mapping[str, Seen],
    ) -> None:
        askable = tuple(askable)
        things = ev.things_of(evidence.values(), askable)
        beliefs = ranking.by_key()
        self._evidence = evidence
        self._answers = {one.key: answers_of(one, causes) for one in askable}
        self._outlooks = [Outlook(line, evidence, things) for line in ev.lines(causes).values()]
        self._shares = [*(beliefs[cause.key].belief for cause in causes), ranking.none_of_these]

    def bits(self, checks: Iterable[str]) -> float:
        """What these checks together are expected to tell; not below 0."""
        chances = self._chances({key: self._answers[key] for key in checks})
        # Results of which every cause makes the same add the same: each such is worked out once.
        alike = Counter(zip(*chances, strict=True))
        told = (one for result, times in alike.items() for one in self._told(result) * times)
        return max(0.0, math.fsum(told))

    def _chances(self, step: Step) -> list[list[float]]:
        """P(result | cause) for each cause and for "none of these", which expects nothing."""
        weights = likely(step, self._evidence)
        even = _shared_out(weights)
        return [
            _shared_out([w * r for w, r in zip(weights, outlook.ratios(step), strict=True)])
            if outlook.is_named(step)
            else even
            for outlook in self._outlooks
        ] + [even]

    def _told(self, result: Sequence[float]) -> list[float]:
        """What one result adds, for each cause; `result` is how likely it is with each."""
        joint = [share * chance for share, chance in zip(self._shares, result, strict=True)]
        overall = math.fsum(joint)
        return [
            both * math.log2(chance / overall)
            for both, chance, share in zip(joint, result, self._shares, strict=True)
            if share > 0
        ]


def _shared_out(weights: Sequence[float]) -> list[float]:
    total = math.fsum(weights)
    return [weight / total for weight in weights]

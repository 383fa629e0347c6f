"""What moved a cause, with the rows that say so in the place of their keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb import diagnosis
from kb.models import Attempt, Cause, Check
from kb.services.diagnosing.answers import Moved, SymptomSeen
from probes.models import Run


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The rows by the keys that the diagnosis knows them by."""

    checks: Mapping[str, Check]
    causes: Mapping[str, Cause]
    runs: Mapping[int, Run]
    symptoms: Mapping[str, SymptomSeen]
    attempts: Mapping[str, Attempt]

    def shown(self, moved: Iterable[diagnosis.Moved]) -> tuple[Moved, ...]:
        return tuple(self._shown(one) for one in moved)

    def _shown(self, one: diagnosis.Moved) -> Moved:
        return Moved(
            says=one.says,
            log_odds=one.log_odds,
            counted=one.counted,
            checks=tuple(self.checks[key] for key in one.checks),
            runs=tuple(self.runs[pk] for pk in one.runs),
            reason_codes=one.reason_codes,
            inherited=self.causes.get(one.inherited_from),
            symptom=self.symptoms.get(one.symptom),
            attempt=self.attempts.get(one.attempt),
        )

"""What a diagnosis answers with: values that pages and the API show without deciding anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kb.diagnosis.track_record import Tally
from kb.index import GuideMatch
from kb.matching import Contribution, Fact
from kb.models import Attempt, Cause, Check, Guide, Investigation, Resolution, Symptom
from kb.services.cases.gaps import Gap
from kb.services.cases.similar import SimilarCase
from kb.services.cases.track_records import TrackRecord
from kb.services.diagnosing.differences import NOTHING_TO_COMPARE, Verification
from kb.services.diagnosing.findings import Finding
from kb.services.diagnosing.reasons import Reason
from probes.models import Batch, Location, Run
from probes.services import judged

Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A stretch of the text that counted. `label` is `symptom`, a fact's type, or `word`."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, kw_only=True)
class SymptomSeen:
    """A symptom that is in the text, and the present one that explains it, if any.

    `share`: how much of what its phrase tells is there, in hundredths; 100 as it is written.
    """

    symptom: Symptom
    matched: str
    span: Span
    share: int
    explained_by: Symptom | None


@dataclass(frozen=True, kw_only=True)
class ParameterValue:
    """What a guide's parameter stands at. `source`: typed, paste, service, default or empty.

    What came from the paste is not `confirmed`; `needed` says that a check waits for a value.
    """

    guide: Guide
    name: str
    label: str
    type: str
    value: Any
    source: str
    confirmed: bool
    needed: bool


@dataclass(frozen=True, kw_only=True)
class CheckState:
    """Where a check stands. `run` is the newest with the present parameters, from `location`.

    `elsewhere` holds the newest of every other place: shown, and never evidence beside `run`.

    `missing` names parameters without a value; `unconfirmed` those that came from the paste.
    `values` is what the probe would be run with, None while something is missing.
    `can_answer`: a person may say what they saw, because no runner saw it.
    """

    check: Check
    run: Run | None
    phase: str
    is_manual: bool
    location: Location
    can_answer: bool = False
    elsewhere: tuple[Run, ...] = ()
    values: Mapping[str, Any] | None = None
    missing: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.check.key

    @property
    def slug(self) -> str:
        return self.check.slug

    @property
    def missing_labels(self) -> tuple[str, ...]:
        """What a person reads for `missing`, in their language."""
        guide = self.check.guide
        return tuple(
            guide.localized_name("parameters", name, guide.parameters[name].get("label") or name)
            for name in self.missing
        )

    @property
    def is_open(self) -> bool:
        return self.phase in ("waiting", "running")

    @property
    def can_run(self) -> bool:
        """Whether a runner could take it now; a person answers the manual ones."""
        return not (self.is_manual or self.is_open or self.missing)

    @property
    def asks_witness(self) -> bool:
        """Whether a person is asked what they saw, because a runner could not look or cannot."""
        tried_or_stuck = self.run is not None or bool(self.missing)
        return self.can_answer and tried_or_stuck and not (self.is_manual or self.is_open)

    @property
    def status(self) -> str:
        """The run's status beside the check's baseline; empty without a run."""
        return judged(self.run, self.check.baseline) if self.run else ""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """How far one thing moved a cause. `says` as in `kb.diagnosis.Moved`.

    `inherited` is the broader cause that it was said of, None for the cause itself. `counted`
    (0 to 1) is below 1 for what says the same as something before it.
    """

    says: str
    log_odds: float
    counted: float = 1.0
    checks: tuple[Check, ...] = ()
    runs: tuple[Run, ...] = ()
    reason_codes: tuple[str, ...] = ()
    inherited: Cause | None = None
    symptom: SymptomSeen | None = None
    attempt: Attempt | None = None


@dataclass(frozen=True, kw_only=True)
class ResolutionView:
    """A repair with its track record and where its verification stands.

    `environment` is the case's own, empty where it has no name. `failed_here`: it was tried in
    this very case and did not help. `is_verified`: every verifying check was OK after the repair.
    `can_conclude`: a person may say that this fixed it, because it was looked at afterwards or
    nothing can verify it. `verification` compares nothing outside an investigation.
    """

    resolution: Resolution
    record: TrackRecord
    environment: str
    verify: tuple[CheckState, ...]
    is_verified: bool
    can_conclude: bool
    verification: Verification = NOTHING_TO_COMPARE
    failed_here: bool = False

    @property
    def worked(self) -> int:
        return self.record.everywhere.worked

    @property
    def tried(self) -> int:
        return self.record.everywhere.tried

    @property
    def interval(self) -> tuple[float, float]:
        return self.record.everywhere.interval

    @property
    def here(self) -> Tally | None:
        return self.record.here(self.environment)

    @property
    def is_ordered_by_here(self) -> bool:
        """Whether the case's own environment tells enough to order the repair by it alone."""
        return self.record.deciding(self.environment) is self.here


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A symptom in the text whose author says it speaks for the cause: strong, moderate, weak."""

    seen: SymptomSeen
    strength: str


@dataclass(frozen=True, kw_only=True)
class RankedCause:
    """A cause with its belief, why the text suggests it, and what runs and attempts said.

    `why` and `against` are its guide's and sum to `score`; `suggested_by` is its own. `before`
    (shares, record, text) and `moved` (runs, attempts, narrower causes) together explain the belief.
    """

    rank: int
    cause: Cause
    guide: Guide
    belief: float
    strength: str
    confidence: int
    score: float
    suggested_by: tuple[Suggestion, ...]
    why: tuple[Contribution, ...]
    against: tuple[Contribution, ...]
    state: str
    before: tuple[Moved, ...]
    moved: tuple[Moved, ...]
    resolutions: tuple[ResolutionView, ...]

    @property
    def contributions(self) -> tuple[Moved, ...]:
        """Everything that moved it; their log-odds sum to that of the belief."""
        return self.before + self.moved


@dataclass(frozen=True, kw_only=True)
class Avoid:
    """Something to leave alone; `lures` are the explained messages that tempt to it."""

    resolution: Resolution
    lures: tuple[SymptomSeen, ...]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """The next step: one check, or those that only together decide."""

    checks: tuple[CheckState, ...]
    gain_bits: float
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class WeakMatch:
    """A guide that shares words with the text and is not an answer."""

    guide: Guide
    match: GuideMatch

    @property
    def score(self) -> float:
        return self.match.score

    @property
    def why(self) -> tuple[Contribution, ...]:
        return tuple(self.match.why)


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """Everything about an investigation, computed on reading.

    `gap`: how often texts like it were asked, where no guide answers it.
    """

    investigation: Investigation
    outcome: str
    facts: tuple[Fact, ...]
    marks: tuple[Mark, ...]
    symptoms: tuple[SymptomSeen, ...]
    causes: tuple[RankedCause, ...]
    none_of_these: float
    weak: tuple[WeakMatch, ...]
    next: Advice | None
    parameters: tuple[ParameterValue, ...]
    checks: tuple[CheckState, ...]
    open_batch: Batch | None
    attempts: tuple[Attempt, ...]
    similar: tuple[SimilarCase, ...]
    gap: Gap | None
    best_guide: Guide | None
    avoid: tuple[Avoid, ...]
    findings: tuple[Finding, ...]

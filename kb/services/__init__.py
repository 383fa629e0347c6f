"""What the knowledge base does: find, investigate, rank, learn."""

from kb.services.cases.similar import SimilarCase
from kb.services.diagnosing.answers import (
    Advice,
    CheckState,
    Diagnosis,
    Mark,
    Moved,
    ParameterValue,
    RankedCause,
    ResolutionView,
    Suggestion,
    SymptomSeen,
    WeakMatch,
)
from kb.services.diagnosing.differences import Compared, FactChange, Verification
from kb.services.diagnosing.errors import (
    BadParameters,
    CannotConclude,
    MissingParameters,
    NeedsConfirmation,
)
from kb.services.diagnosing.find import find_fixes, start_from_guide
from kb.services.diagnosing.investigate import (
    answer_check,
    request_runs,
    run_checks,
    set_parameters,
)
from kb.services.diagnosing.learn import Recorded, conclude, conclude_cause, record_outcome
from kb.services.diagnosing.once import Once, look_once, outcome_of
from kb.services.diagnosing.ranking import diagnose
from kb.services.diagnosing.reasons import Outcome, Reason
from kb.services.diagnosing.repairs import resolutions_of
from kb.services.guides.guides import (
    ImportRefused,
    Saved,
    apply_import,
    file_of,
    load_starter,
    plan_import,
    publish_guide,
    record_edit,
    save_guide,
    save_translation,
)
from kb.services.guides.schedules import schedule_service

__all__ = [
    "Advice",
    "BadParameters",
    "CannotConclude",
    "CheckState",
    "Compared",
    "Diagnosis",
    "FactChange",
    "ImportRefused",
    "Mark",
    "MissingParameters",
    "Moved",
    "NeedsConfirmation",
    "Once",
    "Outcome",
    "ParameterValue",
    "RankedCause",
    "Reason",
    "Recorded",
    "ResolutionView",
    "Saved",
    "SimilarCase",
    "Suggestion",
    "SymptomSeen",
    "Verification",
    "WeakMatch",
    "answer_check",
    "apply_import",
    "conclude",
    "conclude_cause",
    "diagnose",
    "file_of",
    "find_fixes",
    "load_starter",
    "look_once",
    "outcome_of",
    "plan_import",
    "publish_guide",
    "record_edit",
    "record_outcome",
    "request_runs",
    "resolutions_of",
    "run_checks",
    "save_guide",
    "save_translation",
    "schedule_service",
    "set_parameters",
    "start_from_guide",
]

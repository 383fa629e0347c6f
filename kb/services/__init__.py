"""What the knowledge base does: find, investigate, rank, learn."""

from kb.services.answers import (
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
from kb.services.differences import Compared, FactChange, Verification
from kb.services.errors import (
    BadParameters,
    CannotConclude,
    MissingParameters,
    NeedsConfirmation,
)
from kb.services.find import find_fixes, start_from_guide
from kb.services.guide_schedules import schedule_service
from kb.services.guides import (
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
from kb.services.investigate import answer_check, request_runs, run_checks, set_parameters
from kb.services.learn import Recorded, conclude, conclude_cause, record_outcome
from kb.services.once import Once, look_once, outcome_of
from kb.services.ranking import diagnose
from kb.services.reasons import Outcome, Reason
from kb.services.repairs import resolutions_of
from kb.services.similar import SimilarCase

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

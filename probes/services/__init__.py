"""What the rest of the base does with probes: define, approve, request, run, record."""

from probes.services.definitions import approve_probe, save_probe, withdraw_approval
from probes.services.errors import (
    BadProbes,
    IdempotencyConflict,
    OwnProbe,
    ProbeChanged,
    Problem,
    RequestRefused,
    YamlComplaint,
)
from probes.services.firing import fire_due, resting
from probes.services.loading import load_probes
from probes.services.locations import policy_of, policy_or_nothing, server_location
from probes.services.looking import look_now
from probes.services.looks import judged, note_looks
from probes.services.manual import answer_manual, answer_probe, answers_of, question_of
from probes.services.masking import masked
from probes.services.pruning import prune_runs
from probes.services.recording import Answer, Recorded, record, record_all
from probes.services.reported import claim_of, record_reported
from probes.services.requests import (
    Wanted,
    batch_of_key,
    cancel_batch,
    request_batch,
    scoped_key,
)
from probes.services.running import (
    LEASE,
    MAX_TRIES,
    Claim,
    ClaimedItem,
    claim,
    claim_several,
    release,
    renew,
    sweep,
    take,
)
from probes.services.schedules import (
    Kept,
    complaints_about_schedule,
    keep_schedules,
    pause_schedule,
    resume_schedule,
    run_schedule,
    save_schedule,
)
from probes.services.standing import Standing, phase_of, standings
from probes.services.tokens import (
    AWAY_AFTER,
    NoAgentHere,
    issue_token,
    location_of_token,
    note_agent,
    revoke_token,
)
from probes.services.upkeep import Upkeep, add_chore

__all__ = [
    "AWAY_AFTER",
    "LEASE",
    "MAX_TRIES",
    "Answer",
    "BadProbes",
    "Claim",
    "ClaimedItem",
    "IdempotencyConflict",
    "Kept",
    "NoAgentHere",
    "OwnProbe",
    "ProbeChanged",
    "Problem",
    "Recorded",
    "RequestRefused",
    "Standing",
    "Upkeep",
    "Wanted",
    "YamlComplaint",
    "add_chore",
    "answer_manual",
    "answer_probe",
    "answers_of",
    "approve_probe",
    "batch_of_key",
    "cancel_batch",
    "claim",
    "claim_of",
    "claim_several",
    "complaints_about_schedule",
    "fire_due",
    "issue_token",
    "judged",
    "keep_schedules",
    "load_probes",
    "location_of_token",
    "look_now",
    "masked",
    "note_agent",
    "note_looks",
    "pause_schedule",
    "phase_of",
    "policy_of",
    "policy_or_nothing",
    "prune_runs",
    "question_of",
    "record",
    "record_all",
    "record_reported",
    "release",
    "renew",
    "request_batch",
    "resting",
    "resume_schedule",
    "revoke_token",
    "run_schedule",
    "save_probe",
    "save_schedule",
    "scoped_key",
    "server_location",
    "standings",
    "sweep",
    "take",
    "withdraw_approval",
]

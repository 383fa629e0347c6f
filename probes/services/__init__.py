"""What the rest of the base does with probes: define, approve, request, run, record."""

from probes.services.definitions import approve_probe, save_probe
from probes.services.errors import (
    BadProbes,
    IdempotencyConflict,
    OwnProbe,
    ProbeChanged,
    Problem,
    RequestRefused,
    YamlComplaint,
)
from probes.services.loading import load_probes
from probes.services.locations import policy_of, server_location
from probes.services.manual import answer_manual, answers_of, question_of
from probes.services.masking import masked
from probes.services.recording import Recorded, record
from probes.services.reported import claim_of, record_reported
from probes.services.requests import Wanted, batch_of_key, cancel_batch, request_batch
from probes.services.running import (
    LEASE,
    MAX_TRIES,
    RENEW_EVERY,
    Claim,
    ClaimedItem,
    claim,
    release,
    renew,
    sweep,
    take,
)
from probes.services.tokens import (
    NoAgentHere,
    issue_token,
    location_of_token,
    note_agent,
    revoke_token,
)

__all__ = [
    "LEASE",
    "MAX_TRIES",
    "RENEW_EVERY",
    "BadProbes",
    "Claim",
    "ClaimedItem",
    "IdempotencyConflict",
    "NoAgentHere",
    "OwnProbe",
    "ProbeChanged",
    "Problem",
    "Recorded",
    "RequestRefused",
    "Wanted",
    "YamlComplaint",
    "answer_manual",
    "answers_of",
    "approve_probe",
    "batch_of_key",
    "cancel_batch",
    "claim",
    "claim_of",
    "issue_token",
    "load_probes",
    "location_of_token",
    "masked",
    "note_agent",
    "policy_of",
    "question_of",
    "record",
    "record_reported",
    "release",
    "renew",
    "request_batch",
    "revoke_token",
    "save_probe",
    "server_location",
    "sweep",
    "take",
]

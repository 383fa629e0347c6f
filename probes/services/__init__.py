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
from probes.services.recording import Answer, Recorded, record, record_all
from probes.services.requests import Wanted, batch_of_key, cancel_batch, request_batch
from probes.services.running import (
    LEASE,
    MAX_TRIES,
    RENEW_EVERY,
    Claim,
    ClaimedItem,
    claim,
    claim_several,
    release,
    renew,
    sweep,
)

__all__ = [
    "LEASE",
    "MAX_TRIES",
    "RENEW_EVERY",
    "Answer",
    "BadProbes",
    "Claim",
    "ClaimedItem",
    "IdempotencyConflict",
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
    "claim_several",
    "load_probes",
    "masked",
    "policy_of",
    "question_of",
    "record",
    "record_all",
    "release",
    "renew",
    "request_batch",
    "save_probe",
    "server_location",
    "sweep",
]

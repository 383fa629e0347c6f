"""What an agent reports, believed as far as it can be checked: the host it runs on may be hostile.

What it saw is its word. How that is judged, which reasons there are, how large and how clean a
result is, and that it lies in the time of its batch, is decided here.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from probes.engine.expect import judge
from probes.engine.registry import KINDS
from probes.engine.runner import MAX_OUTPUT, MAX_SUMMARY
from probes.engine.spec import ProbeResult, Status
from probes.engine.wire import bounded_facts
from probes.models import Batch, BatchItem
from probes.services.recording import Recorded, record
from probes.services.running import LEASE, Claim

# Beside its timeout an attempt takes the runner's own grace, and waits before the next.
_PER_ATTEMPT_S = 10.0
MAX_LATENESS_S = 3600.0


def record_reported(
    batch: Batch, *, epoch: int, reported: Mapping[int, Mapping[str, Any]], lease: timedelta = LEASE
) -> Recorded:
    """Record results by item id as `services.record` does; other items' are refused."""
    items = batch.items.filter(pk__in=list(reported)).select_related("batch")
    results = {item.pk: _result(item, reported[item.pk]) for item in items}
    return record(claim_of(batch, epoch=epoch, lease=lease), results)


def claim_of(batch: Batch, *, epoch: int, lease: timedelta = LEASE) -> Claim:
    """The claim an agent says it has; whether it does, the database decides."""
    return Claim(batch_id=batch.pk, public_id=batch.public_id, epoch=epoch, items=(), lease=lease)


def _result(item: BatchItem, given: Mapping[str, Any]) -> ProbeResult:
    code = given["reason_code"]
    status = _judged(item, code)
    is_known = status is not None
    return ProbeResult(
        status=status or Status.UNKNOWN,
        reason_code=code if is_known else "agent_outdated",
        facts=bounded_facts(given["facts"]) if is_known else {},
        summary=given["summary"][:MAX_SUMMARY] if is_known else _OTHER_VERSION,
        output=given["output"][:MAX_OUTPUT],
        attempts=list(_attempts(item, given["attempts"])),
        started_at=_in_time(given["started_at"], item.batch),
        elapsed_s=min(given["elapsed_s"], _longest_s(item)),
        lateness_s=min(given["lateness_s"], MAX_LATENESS_S),
    )


_OTHER_VERSION = (
    "The agent answered with a reason that this base does not know: the two are of different "
    "versions. Fetch agent.pyz from the base again and start it anew."
)


def _judged(item: BatchItem, reason_code: str) -> Status | None:
    """The status by this base's own rules; None for a reason that the kind does not have."""
    kind = KINDS.get(item.kind)
    if kind is None or reason_code not in kind.reasons:
        return None
    return judge(
        reason_code,
        reasons=kind.reasons,
        judging=kind.judging(item.params),
        expectation=item.expectation,
    )


def _attempts(item: BatchItem, given: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for attempt in list(given)[: item.retries + 1]:
        if status := _judged(item, attempt["reason_code"]):
            began = attempt.get("started_at")
            yield {
                "status": str(status),
                "reason_code": attempt["reason_code"],
                "summary": attempt["summary"][:MAX_SUMMARY],
                **({"started_at": _in_time(began, item.batch).isoformat()} if began else {}),
                "elapsed_s": min(attempt["elapsed_s"], _longest_s(item)),
            }


def _in_time(started_at: datetime, batch: Batch) -> datetime:
    """Not before it was asked for, and not in the future."""
    return min(max(started_at, batch.created_at), timezone.now())


def _longest_s(item: BatchItem) -> float:
    return (item.timeout_s + _PER_ATTEMPT_S) * (item.retries + 1)

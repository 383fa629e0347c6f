"""A case from a report: what was seen, what was tried in which order, and when it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from kb.models import Attempt, Investigation
from kb.services.cases.case_facts import open_to_others, remember_facts
from kb.services.cases.reading import read_text
from kb.services.diagnosing.find import as_stored
from probes.services import masked

_WHAT_LENGTH = 300


@dataclass(frozen=True, kw_only=True)
class Tried:
    """`outcome` is one of Attempt's: worked, partly, failed, unknown."""

    what: str
    outcome: str
    note: str = ""


def record_case(
    text: str,
    tried: Sequence[Tried],
    *,
    at: datetime,
    ended_at: datetime | None,
    environment: str = "",
    by: User | None,
) -> Investigation:
    """Store the case. Where it ended, later cases that show the same find what worked.

    No cause is concluded: a report tells what somebody thought, not what was looked at here.
    Nobody asked, so it counts as no search that found nothing.
    """
    kept, redactions = as_stored(text)
    analysis = read_text(kept)
    investigation = Investigation.objects.create(
        text=kept,
        redactions=redactions,
        fingerprint=analysis.fingerprint,
        environment=environment,
        started_by=by,
        created_at=at,
        concluded_at=ended_at,
        concluded_by=by if ended_at else None,
    )
    remember_facts(investigation, analysis)
    Attempt.objects.bulk_create(
        Attempt(
            investigation=investigation,
            what=masked(one.what)[:_WHAT_LENGTH],
            outcome=one.outcome,
            note=masked(one.note),
            by=by,
            position=position,
            at=ended_at or at,
        )
        for position, one in enumerate(tried)
    )
    if ended_at is not None:
        open_to_others(investigation)
    return investigation

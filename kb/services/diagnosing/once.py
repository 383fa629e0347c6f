"""A guide's checks, run once from where an agent stands, and what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from kb.models import Guide, Investigation
from kb.services.diagnosing.answers import CheckState, Diagnosis
from kb.services.diagnosing.find import MAX_CHARS, as_stored, start_from_guide
from kb.services.diagnosing.investigate import run_checks, set_parameters
from kb.services.diagnosing.ranking import diagnose
from probes.models import Location
from probes.services import Claim, take


@dataclass(frozen=True, kw_only=True)
class Once:
    """`claimed` is already the asking agent's; None when no check could run."""

    investigation: Investigation
    claimed: Claim | None
    states: tuple[CheckState, ...]


@transaction.atomic
def look_once(
    guide: Guide,
    *,
    location: Location,
    runner: str,
    text: str = "",
    values: Mapping[str, Any],
    confirm: bool = False,
) -> Once:
    """Ask for every check of the guide that can run, and give it to this runner at once.

    Claimed in the same transaction: another agent of the location stands on another host.
    Raises BadParameters, NeedsConfirmation and RequestRefused; then nothing was stored.
    """
    investigation = _about(start_from_guide(guide, by=None), text)
    if values:
        set_parameters(investigation, values, by=None)
    states = diagnose(investigation).checks
    checks = [s.check for s in states if s.can_run and s.check.probe.is_approved]
    claimed = None
    if checks:
        batch = run_checks(investigation, checks, by=None, confirm=confirm, location=location)
        claimed = take(batch, runner=runner)
    return Once(investigation=investigation, claimed=claimed, states=states)


def outcome_of(diagnosis: Diagnosis) -> str:
    """`ok`: every check that ran was OK. `found`: one was not, or a cause is supported.

    `unknown`: nothing was found, but something could not be looked at, or nothing ran.
    """
    statuses = {state.status for state in diagnosis.checks if state.run}
    is_supported = any(cause.state == "supported" for cause in diagnosis.causes)
    if is_supported or statuses & {"WARNING", "CRITICAL"}:
        return "found"
    return "ok" if statuses == {"OK"} else "unknown"


def _about(investigation: Investigation, text: str) -> Investigation:
    if text.strip():
        investigation.text, investigation.redactions = as_stored(text)
        investigation.truncated = len(text) > MAX_CHARS
        investigation.save(update_fields=["text", "redactions", "truncated"])
    return investigation

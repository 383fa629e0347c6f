"""An investigation as a file tells it: what was pasted long ago, and how that ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from kb.models import CaseFact, Cause, Guide, Investigation, Resolution
from kb.services.cases.case_facts import remember_facts
from kb.services.cases.reading import read_text


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How an investigation was concluded, and what makes its cause more than a guess."""

    at: datetime
    by: User | None
    cause: Cause | None
    resolution: Resolution | None
    confirmation: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """An investigation as it is told. `text` holds no secrets any more."""

    text: str
    guide: Guide | None
    typed: Mapping[str, Any]
    started_at: datetime
    by: User | None
    services: Sequence[str]
    environment: str
    ending: Ending | None


def restore(found: Investigation | None, told: Told) -> Investigation:
    """Write it down, in the row `found` or in a new one, so that later cases find it.

    Nothing is counted and no gap is opened: what a file tells was not asked just now.
    """
    case = found or Investigation(
        services=list(told.services),
        environment=told.environment,
        created_at=told.started_at,
        started_by=told.by,
    )
    was = case.text if found else None
    case.text, case.guide, case.typed = told.text, told.guide, dict(told.typed)
    _end(case, told.ending)
    if was != told.text:
        _read_anew(case, is_concluded=told.ending is not None)
    else:
        case.save()
        CaseFact.objects.filter(investigation=case).update(is_concluded=told.ending is not None)
    return case


def _end(case: Investigation, ending: Ending | None) -> None:
    case.concluded_at = ending.at if ending else None
    case.concluded_by = ending.by if ending else None
    case.concluded_cause = ending.cause if ending else None
    case.concluded_resolution = ending.resolution if ending else None
    case.confirmation = ending.confirmation if ending else ""


def _read_anew(case: Investigation, *, is_concluded: bool) -> None:
    analysis = read_text(case.text)
    case.fingerprint = analysis.fingerprint if case.text else _of_no_text(case)
    case.save()
    CaseFact.objects.filter(investigation=case).delete()
    if case.text:
        remember_facts(case, analysis, is_concluded=is_concluded)


def _of_no_text(case: Investigation) -> str:
    """Two cases without a text must not look like the same text."""
    return f"guide:{case.guide.slug}" if case.guide else f"case:{case.public_id}"

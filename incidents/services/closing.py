"""Ending an incident with what fixed it, so that it counts the next time."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Incident
from incidents.services.errors import CannotClose
from incidents.services.known_errors import is_open_known_error, only_workaround
from incidents.services.moving import locked, move
from incidents.services.notes import write_note
from kb.models import Attempt, Cause, Investigation, Resolution
from kb.services.diagnosing.find import start_from_guide
from kb.services.diagnosing.learn import conclude_cause, conclude_in_words, record_outcome


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What a person says ended it. `confirmed`: the cause is more than presumed; None is unsaid."""

    kind: str = Incident.ResolutionKind.FIX
    resolution: Resolution | None = None
    cause: Cause | None = None
    known_error: Cause | None = None
    confirmed: bool | None = None
    note: str = ""

    @property
    def found(self) -> Cause | None:
        return self.resolution.cause if self.resolution else self.cause

    @property
    def is_workaround(self) -> bool:
        return self.kind == Incident.ResolutionKind.WORKAROUND

    @property
    def says_nothing(self) -> bool:
        return not (self.resolution or self.cause or self.known_error or self.note.strip())


def close_incident(
    incident: Incident,
    *,
    by: User | None,
    resolution: Resolution | None = None,
    cause: Cause | None = None,
    kind: str = Incident.ResolutionKind.FIX,
    note: str = "",
    known_error: Cause | None = None,
    confirmed: bool | None = None,
    at: datetime | None = None,
    to: str = Incident.Status.CLOSED,
) -> Incident:
    """End the incident with what fixed it, closed or, with `to`, resolved and still watched.

    A fix needs a known resolution, a confirmed cause, or words. A workaround needs an open known
    error, which its resolution's cause is where it can be. Whatever it was is concluded in the
    incident's investigation; words become a note where something known was named. One that was
    resolved so before is closed without a word. Raises CannotClose, IllegalMove, BadTime, and
    CannotConclude where the investigation ended with something else.
    """
    ending = Ending(
        kind=kind,
        resolution=resolution,
        cause=cause,
        known_error=known_error,
        confirmed=confirmed,
        note=note,
    )
    return _end(incident, _completed(ending), to=to, by=by, at=at)


@transaction.atomic
def _end(
    incident: Incident, ending: Ending, *, to: str, by: User | None, at: datetime | None
) -> Incident:
    stored = locked(incident)
    is_told_before = bool(stored.resolution_kind) and ending.says_nothing
    if not is_told_before and (problems := _problems(ending)):
        raise CannotClose(problems)
    change = move(incident, to=to, by=by, at=at)
    if not is_told_before:
        _learn(incident, ending, by=by, at=change.at)
    return incident


def _completed(ending: Ending) -> Ending:
    """What follows from what was said: a guide's workaround is none the less one here."""
    resolution = ending.resolution
    if ending.is_workaround and resolution is None and ending.known_error:
        resolution = None if ending.note.strip() else only_workaround(ending.known_error)
    is_theirs = resolution is not None and resolution.kind == Resolution.Kind.WORKAROUND
    kind = Incident.ResolutionKind.WORKAROUND if is_theirs else ending.kind
    ending = replace(ending, resolution=resolution, kind=kind)
    if not ending.is_workaround:
        return replace(ending, known_error=None)
    if ending.known_error is None and ending.found and is_open_known_error(ending.found):
        return replace(ending, known_error=ending.found)
    return ending


def _problems(ending: Ending) -> dict[str, str]:
    """Everything that is missing, by the field that has to change."""
    problems = {}
    if ending.is_workaround and not (
        ending.known_error and is_open_known_error(ending.known_error)
    ):
        problems["known_error"] = _(
            "A workaround leaves something open: choose the known error, a cause that is not"
            " fixed yet and has a workaround in its guide. If there is none, have it recorded in"
            " a guide first."
        )
    is_told = ending.resolution or ending.note.strip()
    if ending.cause and not ending.confirmed and not is_told and not ending.is_workaround:
        problems["note"] = _(
            "A presumed cause alone does not say what fixed it: choose a fix or write it down."
        )
    elif not is_told and not ending.cause:
        problems["note"] = _("Say what fixed it: choose a known fix, or write it down.")
    return problems


def _learn(incident: Incident, ending: Ending, *, by: User | None, at: datetime) -> None:
    investigation = incident.investigation
    is_open = investigation is not None and investigation.concluded_at is None
    if investigation is not None and is_open and ending.found is None:
        conclude_in_words(investigation, ending.note, by=by)
    elif ending.note.strip():
        write_note(incident, text=ending.note, by=by, at=at, now=timezone.now())
    incident.investigation = _concluded(investigation, ending, by=by)
    incident.resolution_kind = ending.kind
    incident.known_error = ending.known_error
    incident.save(update_fields=["resolution_kind", "known_error", "investigation"])


def _concluded(
    investigation: Investigation | None, ending: Ending, *, by: User | None
) -> Investigation | None:
    """The investigation, concluded where it was said what the cause was."""
    if ending.found is None:
        return investigation
    if investigation is None:
        investigation = start_from_guide(ending.found.guide, by=by)
    if ending.resolution is not None:
        record_outcome(
            investigation,
            ending.resolution,
            outcome=Attempt.Outcome.WORKED,
            # The form asks for the cause apart: only presumed, unless somebody says more.
            was_cause=ending.confirmed or None,
            implies_cause=False,
            by=by,
        )
    elif investigation.concluded_at is None:
        conclude_cause(investigation, ending.found, by=by, is_presumed=not ending.confirmed)
    return investigation

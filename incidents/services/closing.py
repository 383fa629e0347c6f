"""Closing an incident with what fixed it, so that it counts the next time."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import Incident
from incidents.services.errors import CannotClose
from incidents.services.moving import move
from incidents.services.notes import add_note
from kb.models import Cause, Investigation, Resolution
from kb.services.find import start_from_guide
from kb.services.learn import conclude, conclude_cause, conclude_in_words


@transaction.atomic
def close_incident(
    incident: Incident,
    *,
    by: User | None,
    resolution: Resolution | None = None,
    cause: Cause | None = None,
    kind: str = Incident.ResolutionKind.FIX,
    note: str = "",
) -> Incident:
    """Close with what fixed it: a known resolution, a known cause, or a note where neither is.

    Whichever it is, it is concluded in the incident's investigation, so that what helped here
    counts the next time; the words become a note where there is none. Raises CannotClose without any of the three, IllegalMove when closed before.
    """
    if resolution is None and cause is None and not note.strip():
        raise CannotClose(_("Say what fixed it: choose a known fix, or write it down."))
    move(incident, to=Incident.Status.CLOSED, by=by)
    found, known = incident.investigation, resolution or cause
    if found is not None and found.concluded_at is None and known is None:
        conclude_in_words(found, note, by=by)
    elif note.strip():
        add_note(incident, text=note, by=by, at=incident.closed_at)
    incident.resolution_kind = kind
    incident.investigation = _learned(incident, resolution=resolution, cause=cause, by=by)
    incident.save(update_fields=["resolution_kind", "investigation"])
    return incident


def _learned(
    incident: Incident, *, resolution: Resolution | None, cause: Cause | None, by: User | None
) -> Investigation | None:
    """The incident's investigation, concluded where it says what fixed it."""
    investigation = incident.investigation
    found = resolution.cause if resolution else cause
    if found is None:
        return investigation
    if investigation is None:
        investigation = start_from_guide(found.guide, by=by)
    if investigation.concluded_at is not None:
        return investigation
    if resolution is not None:
        conclude(investigation, resolution, worked=True, by=by)
    else:
        conclude_cause(investigation, found, by=by)
    return investigation

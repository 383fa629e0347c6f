"""What was tried in an incident, in the order it was tried."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from incidents.models import Incident
from incidents.services.moving import locked
from incidents.services.when import happened_at
from kb.models import Attempt, Cause, Investigation, Resolution
from kb.services.diagnosing.find import find_fixes
from probes.services import masked

_LONGEST = 300


@transaction.atomic
def add_attempt(
    incident: Incident,
    what: str,
    *,
    outcome: str,
    by: User | None,
    resolution: Resolution | None = None,
    addresses: Iterable[Cause] = (),
    note: str = "",
    at: datetime | None = None,
) -> Attempt:
    """Write down what was tried; `addresses` are the causes that were out of the way after it.

    One that happened earlier goes before the later ones. An incident without an error gets an
    investigation of no text. Raises BadTime.
    """
    stored = locked(incident)
    at = happened_at(at, now=timezone.now())
    investigation = _investigation(stored, by)
    attempt = investigation.attempts.create(
        what=masked(what)[:_LONGEST],
        outcome=outcome,
        resolution=resolution,
        note=masked(note),
        by=by,
        at=at,
        position=_make_room(investigation, at),
    )
    attempt.addresses.set(addresses)
    incident.investigation = investigation
    return attempt


def _investigation(incident: Incident, by: User | None) -> Investigation:
    if incident.investigation is None:
        slugs = [service.slug for service in incident.services.all()]
        incident.investigation = find_fixes(
            "", by=by, services=slugs, environment=incident.environment
        )
        incident.save(update_fields=["investigation"])
    return incident.investigation


def _make_room(investigation: Investigation, at: datetime) -> int:
    """The place after everything that was not later; what was later moves one on."""
    later = investigation.attempts.filter(at__gt=at).order_by("position", "id").first()
    if later is None:
        last = investigation.attempts.last()
        return last.position + 1 if last else 0
    position = later.position
    investigation.attempts.filter(position__gte=position).update(position=F("position") + 1)
    return position

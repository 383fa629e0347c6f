"""What people write down while an incident goes on."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from incidents.models import Incident, Note
from incidents.services.when import happened_at
from probes.services import masked


def add_note(incident: Incident, *, text: str, by: User | None, at: datetime | None = None) -> Note:
    """Write a note down; `at` is when it happened, where that is not now.

    It may tell of what was before the incident began. Raises BadTime for the future.
    """
    now = timezone.now()
    return write_note(incident, text=text, by=by, at=happened_at(at, now=now), now=now)


def write_note(
    incident: Incident, *, text: str, by: User | None, at: datetime, now: datetime
) -> Note:
    return Note.objects.create(
        incident=incident, text=masked(text), author=by, occurred_at=at, recorded_at=now
    )

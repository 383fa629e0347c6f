"""What people write down while an incident goes on."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from incidents.models import Incident, Note
from probes.services import masked


def add_note(incident: Incident, *, text: str, by: User | None, at: datetime | None = None) -> Note:
    """Write a note down; `at` is when it happened, where that is not now."""
    now = timezone.now()
    return Note.objects.create(
        incident=incident, text=masked(text), author=by, occurred_at=at or now, recorded_at=now
    )

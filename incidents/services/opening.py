"""Opening an incident, with the error as it was shown looked up at once."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from incidents.models import Incident
from kb.models import Investigation, Service
from kb.services.find import find_fixes
from probes.services import masked


def open_incident(
    title: str,
    *,
    by: User | None,
    text: str = "",
    investigation: Investigation | None = None,
    report: str = "",
    severity: str = Incident.Severity.MINOR,
    services: Iterable[Service] = (),
    started_at: datetime | None = None,
) -> Incident:
    """Open an incident; `text` is the error as it was shown, and is looked up at once.

    With an `investigation` the incident hangs on it, and `text` is not looked up again.
    """
    services = list(services)
    # Taken first: looking the error up comes after it began.
    started_at = started_at or timezone.now()
    with transaction.atomic():
        if investigation is None and text.strip():
            slugs = [service.slug for service in services]
            investigation = find_fixes(text, by=by, services=slugs)
        incident = Incident.objects.create(
            title=masked(title),
            severity=severity,
            report=masked(report),
            investigation=investigation,
            reporter=by,
            started_at=started_at,
        )
        incident.services.set(services)
    return incident

"""Opening an incident, with the error as it was shown looked up at once."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from incidents.models import Incident
from incidents.services.when import happened_at
from kb.models import Guide, Investigation, Service
from kb.services.diagnosing.find import find_fixes, start_from_guide
from probes.services import masked


@transaction.atomic
def open_incident(
    title: str,
    *,
    by: User | None,
    text: str = "",
    investigation: Investigation | None = None,
    guide: Guide | None = None,
    report: str = "",
    severity: str = Incident.Severity.MINOR,
    services: Iterable[Service] = (),
    environment: str = "",
    language: str = "",
    assignee: User | None = None,
    started_at: datetime | None = None,
) -> Incident:
    """Open an incident; `text` is the error as it was shown, and is looked up at once.

    With an `investigation` the incident hangs on it, and `text` is not looked up again. With a
    `guide` and no text, the guide's own checks and causes are what is looked at. Raises BadTime
    where it began in the future.
    """
    services = list(services)
    # Taken first: looking the error up comes after it began.
    now = timezone.now()
    started_at = happened_at(started_at, now=now)
    if investigation is None and text.strip():
        slugs = [service.slug for service in services]
        investigation = find_fixes(text, by=by, services=slugs, environment=environment)
    elif investigation is None and guide is not None:
        investigation = start_from_guide(guide, by=by)
    incident = Incident.objects.create(
        title=masked(title),
        severity=severity,
        report=masked(report),
        investigation=investigation,
        reporter=by,
        assignee=assignee,
        environment=environment,
        language=language,
        started_at=started_at,
        created_at=now,
    )
    incident.services.set(services)
    return incident

"""An incident that came back: what was said to have ended it is taken back."""

from incidents.models import Incident
from kb.services.cases.reopening import take_back


def take_back_outcome(incident: Incident, *, reason: str) -> None:
    """Forget how it ended, here and in its investigation, unless another incident ended by it."""
    incident.resolution_kind = ""
    incident.known_error = None
    incident.save(update_fields=["resolution_kind", "known_error"])
    investigation = incident.investigation
    if investigation is None or _ended_others(incident):
        return
    take_back(investigation, reason=reason)


def _ended_others(incident: Incident) -> bool:
    others = Incident.objects.filter(investigation=incident.investigation_id)
    return others.exclude(pk=incident.pk).exclude(resolution_kind="").exists()

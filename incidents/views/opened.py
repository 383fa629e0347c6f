"""An incident as its pages and deeds read it: with what is known about its error now."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from incidents.forms import fixes_of
from incidents.models import Incident
from kb.models import Cause, Resolution
from kb.services.diagnosing.answers import Diagnosis
from kb.services.diagnosing.ranking import diagnose

MOST_LIKELIEST = 3


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An incident with what is known about its error now."""

    incident: Incident
    diagnosis: Diagnosis | None

    @property
    def causes(self) -> Sequence[Cause]:
        return [ranked.cause for ranked in self.diagnosis.causes] if self.diagnosis else []

    @property
    def fixes(self) -> QuerySet[Resolution]:
        """The fixes of the guides that answered; without an answer, of all."""
        return fixes_of({cause.guide for cause in self.causes})


def incident_of(public_id: str) -> Incident:
    incidents = Incident.objects.select_related(
        "investigation__concluded_cause__guide",
        "investigation__concluded_resolution__cause__guide",
        "investigation__started_by",
        "investigation__concluded_by",
        "known_error__guide",
        "merged_into",
        "reporter",
        "assignee",
    ).prefetch_related("services", "status_changes", "guides__translations")
    return get_object_or_404(incidents, public_id=public_id)


def opened(public_id: str) -> Opened:
    incident = incident_of(public_id)
    found = incident.investigation
    return Opened(incident=incident, diagnosis=diagnose(found) if found else None)

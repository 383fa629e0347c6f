"""The incident that an investigation was logged as, for pages that would offer to log one."""

from django import template

from incidents.models import Incident
from kb.models import Investigation

register = template.Library()


@register.simple_tag
def incident_of(investigation: Investigation) -> Incident | None:
    """The newest one; None while nobody logged any."""
    return Incident.objects.filter(investigation=investigation).order_by("-pk").first()

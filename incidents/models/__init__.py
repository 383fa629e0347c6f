"""What happened: incidents, their notes and the work that remains."""

from incidents.models.incidents import Incident, StatusChange
from incidents.models.records import ActionItem, Note
from incidents.models.templates import IncidentTemplate

__all__ = ["ActionItem", "Incident", "IncidentTemplate", "Note", "StatusChange"]

"""Incidents in the admin."""

from incidents.admin.action_items import ActionItemAdmin
from incidents.admin.incidents import IncidentAdmin
from incidents.admin.templates import IncidentTemplateAdmin

__all__ = ["ActionItemAdmin", "IncidentAdmin", "IncidentTemplateAdmin"]

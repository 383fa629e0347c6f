"""Deeds on incidents: open, note, move on, close with what fixed it."""

from incidents.services.closing import close_incident
from incidents.services.errors import CannotClose, IllegalMove
from incidents.services.moving import change_status, next_statuses
from incidents.services.notes import add_note
from incidents.services.opening import open_incident

__all__ = [
    "CannotClose",
    "IllegalMove",
    "add_note",
    "change_status",
    "close_incident",
    "next_statuses",
    "open_incident",
]

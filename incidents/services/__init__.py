"""Deeds on incidents: open, note, move on, merge, close with what fixed it."""

from incidents.services.action_items import (
    add_action_item,
    change_action_item,
    days_overdue,
    done_items,
    open_items,
    overdue_items,
    set_done,
)
from incidents.services.attempts import add_attempt
from incidents.services.closing import close_incident
from incidents.services.editing import edit_incident
from incidents.services.errors import BadTime, CannotClose, CannotMerge, IllegalMove
from incidents.services.known_errors import open_known_errors
from incidents.services.merging import duplicates_of, merge, root_of, unmerge
from incidents.services.moving import MOVES, SETTLED, change_status, is_back, next_statuses
from incidents.services.notes import add_note
from incidents.services.opening import open_incident
from incidents.services.recurrence import (
    Recurrence,
    recurrence_of,
    recurring,
    with_times_before,
)
from incidents.services.similar import Known, look_for_similar
from incidents.services.statistics import GROUPINGS, Statistics, statistics_by, statistics_of
from incidents.services.templates import load_starter_templates, templates_offered
from incidents.services.times import MILESTONES, Times, incident_times

__all__ = [
    "GROUPINGS",
    "MILESTONES",
    "MOVES",
    "SETTLED",
    "BadTime",
    "CannotClose",
    "CannotMerge",
    "IllegalMove",
    "Known",
    "Recurrence",
    "Statistics",
    "Times",
    "add_action_item",
    "add_attempt",
    "add_note",
    "change_action_item",
    "change_status",
    "close_incident",
    "days_overdue",
    "done_items",
    "duplicates_of",
    "edit_incident",
    "incident_times",
    "is_back",
    "load_starter_templates",
    "look_for_similar",
    "merge",
    "next_statuses",
    "open_incident",
    "open_items",
    "open_known_errors",
    "overdue_items",
    "recurrence_of",
    "recurring",
    "root_of",
    "set_done",
    "statistics_by",
    "statistics_of",
    "templates_offered",
    "unmerge",
    "with_times_before",
]

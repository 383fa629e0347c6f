"""Forms of the incident pages."""

from incidents.forms.authoring import ImportForm, PromoteForm
from incidents.forms.fields import fixes_of, lead_to_first_error
from incidents.forms.reporting import DetailsForm, IncidentForm
from incidents.forms.steps import CloseForm, MergeForm, NoteForm, StatusForm, complain
from incidents.forms.work import ActionItemForm, AttemptForm

__all__ = [
    "ActionItemForm",
    "AttemptForm",
    "CloseForm",
    "DetailsForm",
    "ImportForm",
    "IncidentForm",
    "MergeForm",
    "NoteForm",
    "PromoteForm",
    "StatusForm",
    "complain",
    "fixes_of",
    "lead_to_first_error",
]

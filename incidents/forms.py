"""Forms of the incident pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from kb.models import Service


class IncidentForm(forms.Form):
    """What is known when an incident is opened."""

    title = forms.CharField(
        label=_("What is wrong?"),
        max_length=200,
        help_text=_("One line that a colleague understands without having seen it."),
    )
    text = forms.CharField(
        label=_("The error as it was shown"),
        required=False,
        strip=False,
        help_text=_("Secrets are masked before it is stored. Known causes are looked up from it."),
        widget=forms.Textarea(attrs={"class": "paste", "rows": 6, "spellcheck": "false"}),
    )
    severity = forms.ChoiceField(
        label=_("Severity"), choices=Incident.Severity.choices, initial=Incident.Severity.MINOR
    )
    services = forms.ModelMultipleChoiceField(
        Service.objects.all(),
        label=_("Services"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class NoteForm(forms.Form):
    """One note for the timeline."""

    text = forms.CharField(
        label=_("Add a note"),
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": _("What did you see, try or decide?")}
        ),
    )

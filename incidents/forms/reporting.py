"""What is known of an incident when it is opened, and what is set right later."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.forms.fields import MomentField, PersonField, ServicesField, not_in_future
from incidents.models import Incident


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
    # The investigation whose text it is, when it is logged from a page of results.
    investigation = forms.SlugField(required=False, widget=forms.HiddenInput)
    # The guide from whose page it is logged.
    guide = forms.SlugField(required=False, widget=forms.HiddenInput)
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=Incident.Severity.choices,
        initial=Incident.Severity.MINOR,
        widget=forms.RadioSelect,
    )
    environment = forms.CharField(
        label=_("Environment"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "prod"}),
    )
    started_at = MomentField(label=_("Started at"), help_text=_("Left empty, it means now."))
    services = ServicesField()
    report = forms.CharField(
        label=_("Report"),
        required=False,
        strip=False,
        help_text=_("Markdown. It can wait until the fire is out."),
        widget=forms.Textarea(attrs={"class": "code", "rows": 14}),
    )

    def clean_started_at(self) -> datetime | None:
        return not_in_future(self.cleaned_data["started_at"])


class DetailsForm(forms.Form):
    """What is known about an incident, changed afterwards."""

    title = forms.CharField(label=_("What is wrong?"), max_length=200)
    severity = forms.ChoiceField(label=_("Severity"), choices=Incident.Severity.choices)
    environment = forms.CharField(label=_("Environment"), max_length=60, required=False)
    assignee = PersonField(label=_("Who has it"))
    reporter = PersonField(label=_("Reported by"))
    started_at = MomentField(label=_("Started at"), required=True)
    services = ServicesField()
    report = forms.CharField(
        label=_("Report"),
        required=False,
        strip=False,
        help_text=_("Markdown."),
        widget=forms.Textarea(attrs={"class": "code", "rows": 16}),
    )

"""What people say while an incident goes on: notes, steps, its end, that it is another."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from incidents.forms.fields import (
    CauseChoiceField,
    FixChoiceField,
    MomentField,
    not_in_future,
    offer_some,
)
from incidents.models import Incident
from incidents.services.errors import BadTime, CannotClose
from incidents.services.known_errors import open_known_errors
from kb.models import Cause, Resolution


class NoteForm(forms.Form):
    """One note for the timeline."""

    text = forms.CharField(
        label=_("Add a note"),
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(
            attrs={"rows": 2, "placeholder": _("What did you see, try or decide?")}
        ),
    )
    at = MomentField(label=_("When it happened"))

    def clean_at(self) -> datetime | None:
        return not_in_future(self.cleaned_data["at"])


class StatusForm(forms.Form):
    """A step: where to, when it happened, and why where it goes back."""

    status = forms.CharField(max_length=14)
    at = MomentField(label=_("When it happened"))
    reason = forms.CharField(
        label=_("Why is it looked at again?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CloseForm(forms.Form):
    """What fixed it: one of the guides' fixes, or words; and what stays open."""

    resolution = FixChoiceField(
        Resolution.objects.none(),
        label=_("What fixed it?"),
        required=False,
        empty_label=_("Something no guide knows yet"),
    )
    kind = forms.ChoiceField(
        label=_("Was it repaired or worked around?"),
        choices=Incident.ResolutionKind.choices,
        initial=Incident.ResolutionKind.FIX,
    )
    known_error = CauseChoiceField(
        Cause.objects.none(),
        label=_("Which known error stays open?"),
        required=False,
        empty_label=_("None"),
        help_text=_("Needed for a workaround: the cause that is still there."),
    )
    confirmed = forms.ChoiceField(
        label=_("How sure is the cause?"),
        choices=[("", _("Only presumed")), ("yes", _("Confirmed"))],
        required=False,
    )
    note = forms.CharField(
        label=_("In your words"),
        required=False,
        help_text=_("Needed when no known fix is chosen."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    at = MomentField(label=_("When it happened"), help_text=_("Left empty, it means now."))

    def __init__(self, *args: Any, fixes: QuerySet[Resolution], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolution"].queryset = fixes  # type: ignore[attr-defined]
        self.fields["known_error"].queryset = open_known_errors()  # type: ignore[attr-defined]
        for name in ("resolution", "known_error"):
            offer_some(self.fields[name])

    def clean_confirmed(self) -> bool:
        return bool(self.cleaned_data["confirmed"])


def complain(form: CloseForm, refused: CannotClose | BadTime) -> None:
    """Say at each field what the service refused."""
    problems = refused.problems if isinstance(refused, CannotClose) else {"at": str(refused)}
    for name, problem in problems.items():
        form.add_error(name, problem)


class MergeForm(forms.Form):
    """The incident that this one turned out to be: one of those offered, or by its id."""

    candidate = forms.CharField(required=False, max_length=20)
    into = forms.CharField(
        label=_("Or its id"),
        required=False,
        max_length=200,
        help_text=_("Its id, like inc_7k2m9qd4x1tz."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    @property
    def named(self) -> str:
        """What was typed says more than what was ticked before it."""
        return str(self.cleaned_data["into"] or self.cleaned_data["candidate"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("into") or cleaned.get("candidate")):
            self.add_error("into", _("Choose an incident, or give its id."))
        return cleaned

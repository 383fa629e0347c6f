"""Forms of the incident pages."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from kb.models import Guide, Resolution, Service
from kb.templatetags.localized import cause_title, resolution_title


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


class FixChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A fix, after the cause it is for."""

    def label_from_instance(self, fix: Resolution) -> str:
        return f"{cause_title(fix.cause)} → {resolution_title(fix)}"


class CloseForm(forms.Form):
    """What fixed it: one of the guides' fixes, or words."""

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
    note = forms.CharField(
        label=_("In your words"),
        required=False,
        help_text=_("Needed when no known fix is chosen."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, fixes: QuerySet[Resolution], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolution"].queryset = fixes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("resolution") and not cleaned.get("note", "").strip():
            self.add_error("note", _("Say what fixed it: choose a known fix, or write it down."))
        return cleaned


class ImportForm(forms.Form):
    """A document to read: a file, or its text."""

    document = forms.FileField(
        label=_("A Markdown file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".md,.markdown,.txt,text/markdown,text/plain"}),
    )
    pasted = forms.CharField(
        label=_("or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "paste", "rows": 12, "spellcheck": "false"}),
    )


def fixes_of(guides: Collection[Guide]) -> QuerySet[Resolution]:
    """What may have ended an incident: the fixes of these guides, of every one without any."""
    fixes = Resolution.objects.exclude(kind=Resolution.Kind.AVOID)
    fixes = fixes.filter(cause__guide__state=Guide.State.PUBLISHED)
    if guides:
        fixes = fixes.filter(cause__guide__in=guides)
    return (
        fixes.select_related("cause__guide")
        .prefetch_related("cause__guide__translations")
        .order_by("cause__guide__slug", "cause__position", "position")
    )

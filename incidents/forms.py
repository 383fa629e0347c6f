"""Forms of the incident pages."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from kb.models import Cause, Guide, Resolution, Service
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


class CauseChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A cause, after the guide it is in."""

    def label_from_instance(self, cause: Cause) -> str:
        return f"{cause.guide.localized('title')} → {cause_title(cause)}"


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


class PromoteForm(forms.Form):
    """What a person takes over from an incident's record into a guide."""

    phrases = forms.MultipleChoiceField(
        label=_("Symptoms"), required=False, widget=forms.CheckboxSelectMultiple
    )
    own_phrase = forms.CharField(
        label=_("Other words people will paste"), required=False, max_length=80
    )
    looks = forms.MultipleChoiceField(
        label=_("Checks"), required=False, widget=forms.CheckboxSelectMultiple
    )
    fix = forms.CharField(
        label=_("What fixed it?"),
        required=False,
        max_length=200,
        help_text=_("Left empty, the guide says that no fix is known yet."),
    )
    is_workaround = forms.BooleanField(label=_("It is a workaround, not a fix"), required=False)
    avoid = forms.MultipleChoiceField(
        label=_("What did not help"), required=False, widget=forms.CheckboxSelectMultiple
    )
    title = forms.CharField(label=_("Title of the guide"), required=False, max_length=200)
    cause = forms.CharField(label=_("The cause"), required=False, max_length=200)
    is_confirmed = forms.BooleanField(label=_("The cause is confirmed"), required=False)
    existing = CauseChoiceField(
        Cause.objects.none(),
        label=_("Cause in an existing guide"),
        required=False,
        empty_label=_("Choose a cause"),
    )

    def __init__(self, *args: Any, choices: Mapping[str, Any], **kwargs: Any) -> None:
        """`choices` maps `phrases`, `looks` and `avoid` to what may be taken, `existing` to causes."""
        super().__init__(*args, **kwargs)
        for name in ("phrases", "looks", "avoid"):
            self.fields[name].choices = choices[name]  # type: ignore[attr-defined]
        self.fields["existing"].queryset = choices["existing"]  # type: ignore[attr-defined]

    @property
    def extends(self) -> bool:
        return self.data.get("deed") == "extend"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.extends:
            self._need("existing", _("Choose the cause that these symptoms belong to."))
        else:
            self._need("title", _("A guide needs a title."))
            self._need("cause", _("Say what the cause is, as far as it is known."))
        return cleaned

    def _need(self, name: str, message: Any) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, message)

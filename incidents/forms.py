"""Forms of the incident pages."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem, Incident
from incidents.services.errors import BadTime, CannotClose
from incidents.services.known_errors import open_known_errors
from kb.models import Attempt, Cause, Guide, Resolution, Service
from kb.templatetags.localized import cause_title, resolution_title


class MomentField(forms.DateTimeField):
    """When something happened, to the minute, in the base's time zone."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(**{"widget": widget, "required": False, **kwargs})


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody with an account that still opens."""

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.filter(is_active=True).order_by("username")
        super().__init__(people, **{"required": False, "empty_label": _("Nobody"), **kwargs})


class ServicesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Service.objects.all(),
            label=_("Services"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )


class FixChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A fix, after the cause it is for."""

    def label_from_instance(self, fix: Resolution) -> str:
        return f"{cause_title(fix.cause)} → {resolution_title(fix)}"


class CauseChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, cause: Cause) -> str:
        return f"{cause_title(cause)} ({cause.guide.localized('title')})"


class CausesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, cause: Cause) -> str:
        return cause_title(cause)


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
        label=_("Severity"), choices=Incident.Severity.choices, initial=Incident.Severity.MINOR
    )
    environment = forms.CharField(
        label=_("Environment"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "prod"}),
    )
    started_at = MomentField(label=_("Started at"), help_text=_("Leave it empty for now."))
    services = ServicesField()
    report = forms.CharField(
        label=_("Report"),
        required=False,
        strip=False,
        help_text=_("Markdown. It can wait until the fire is out."),
        widget=forms.Textarea(attrs={"class": "code", "rows": 14}),
    )

    def clean_started_at(self) -> datetime | None:
        return _not_in_future(self.cleaned_data["started_at"])


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
        return _not_in_future(self.cleaned_data["at"])


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
    at = MomentField(label=_("When it happened"), help_text=_("Leave it empty for now."))

    def __init__(self, *args: Any, fixes: QuerySet[Resolution], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolution"].queryset = fixes  # type: ignore[attr-defined]
        self.fields["known_error"].queryset = open_known_errors()  # type: ignore[attr-defined]

    def clean_confirmed(self) -> bool:
        return bool(self.cleaned_data["confirmed"])


def complain(form: CloseForm, refused: CannotClose | BadTime) -> None:
    """Say at each field what the service refused."""
    problems = refused.problems if isinstance(refused, CannotClose) else {"at": str(refused)}
    for name, problem in problems.items():
        form.add_error(name, problem)


class AttemptForm(forms.Form):
    """What was tried, and what came of it."""

    what = forms.CharField(label=_("What was tried?"), max_length=300)
    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=Attempt.Outcome.choices,
        initial=Attempt.Outcome.FAILED,
    )
    resolution = FixChoiceField(
        Resolution.objects.none(),
        label=_("Is it a fix of a guide?"),
        required=False,
        empty_label=_("No guide has it"),
    )
    addresses = CausesField(
        Cause.objects.none(),
        label=_("Which causes were out of the way after it?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    at = MomentField(label=_("When it was tried"))
    note = forms.CharField(
        label=_("What was seen"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        *args: Any,
        fixes: QuerySet[Resolution],
        causes: Collection[Cause] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolution"].queryset = fixes  # type: ignore[attr-defined]
        chosen = Cause.objects.filter(pk__in=[cause.pk for cause in causes])
        self.fields["addresses"].queryset = chosen.select_related("guide").prefetch_related(  # type: ignore[attr-defined]
            "guide__translations"
        )

    def clean_at(self) -> datetime | None:
        return _not_in_future(self.cleaned_data["at"])


class ActionItemForm(forms.Form):
    """Work that remains: what, who, until when."""

    what = forms.CharField(label=_("What has to be done?"), max_length=300)
    owner = PersonField(label=_("Owner"))
    due = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    horizon = forms.ChoiceField(
        label=_("Horizon"), required=False, choices=[("", "–"), *ActionItem.Horizon.choices]
    )
    detail = forms.CharField(
        label=_("Detail"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class MergeForm(forms.Form):
    """The incident that this one turned out to be."""

    into = forms.CharField(
        label=_("Which incident is it really?"),
        max_length=200,
        help_text=_("Its id, like inc_7k2m9qd4x1tz."),
        widget=forms.TextInput(attrs={"list": "other-incidents", "autocomplete": "off"}),
    )


def _not_in_future(at: datetime | None) -> datetime | None:
    if at is not None and at > timezone.now():
        raise forms.ValidationError(_("This is in the future."))
    return at


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

"""From a document or a record to what the base knows."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.forms.fields import (
    CauseChoiceField,
)
from kb.models import Cause


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
    verify = forms.MultipleChoiceField(
        label=_("What shows that it worked"), required=False, widget=forms.CheckboxSelectMultiple
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
        """`choices`: by name of field what may be taken; `existing` has the causes of guides."""
        super().__init__(*args, **kwargs)
        for name in ("phrases", "looks", "verify", "avoid"):
            self.fields[name].choices = choices[name]  # type: ignore[attr-defined]
        self.fields["existing"].queryset = choices["existing"]  # type: ignore[attr-defined]

    def offer(self, causes: Sequence[Cause]) -> None:
        """Show only these; any cause of a guide may be sent, for there are thousands of them."""
        field: Any = self.fields["existing"]
        shown = [(cause.pk, field.label_from_instance(cause)) for cause in causes]
        field.widget.choices = [("", field.empty_label), *shown]

    @property
    def seeks(self) -> bool:
        """Only other causes are looked for: nothing is written and nothing is missing yet."""
        return self.data.get("deed") == "seek"

    @property
    def extends(self) -> bool:
        return self.data.get("deed") == "extend"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.seeks:
            return cleaned
        if self.extends:
            self._need("existing", _("Choose the cause that these symptoms belong to."))
        else:
            self._need("title", _("A guide needs a title."))
            self._need("cause", _("Say what the cause is, as far as it is known."))
        return cleaned

    def _need(self, name: str, message: Any) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, message)

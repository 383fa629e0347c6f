"""Forms of the knowledge base's pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kb.models import Guide, Service


class PasteForm(forms.Form):
    """An error as someone copied it."""

    text = forms.CharField(
        label=_("The error"),
        # Leading blanks tell a traceback's depth; only what is nothing but blanks is refused.
        strip=False,
        error_messages={"required": _("Paste an error first: a line is enough.")},
        widget=forms.Textarea(
            attrs={
                "class": "paste",
                "rows": 6,
                "autofocus": True,
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": "GET http://localhost:8001/ net::ERR_CONNECTION_REFUSED",
            }
        ),
    )
    service = forms.ModelChoiceField(
        Service.objects.all(),
        label=_("Service"),
        required=False,
        empty_label=_("Any service"),
        to_field_name="slug",
    )

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        if not text.strip():
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        return text

    @property
    def services(self) -> list[str]:
        chosen = self.cleaned_data["service"]
        return [chosen.slug] if chosen else []


class GuideFilterForm(forms.Form):
    """What narrows the list of guides. Every field may be empty."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Search the guides"),
                "aria-label": _("Search the guides"),
            }
        ),
    )
    service = forms.ModelChoiceField(
        Service.objects.all(),
        label=_("Service"),
        required=False,
        empty_label=_("Any service"),
        to_field_name="slug",
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("Any language")), *settings.LANGUAGES],
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any state")), *Guide.State.choices],
    )

    @property
    def chosen(self) -> dict[str, Any]:
        """The fields that narrow; a field with a wrong value narrows nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

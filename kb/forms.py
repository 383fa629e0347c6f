"""Forms of the knowledge base's pages."""

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from kb.models import Guide, GuideRevision, Service

LARGEST_GUIDE_BYTES = 600_000


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
                "rows": 5,
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


class _Revisions(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, revision: GuideRevision) -> str:
        day = date_format(localtime(revision.created_at), "Y-m-d")
        return " · ".join(filter(None, [f"r{revision.number}", day, revision.note]))


class ReplayForm(forms.Form):
    """Other rules for a guide: a file, its text, or an older revision. The first given counts."""

    document = forms.FileField(
        label=_("Markdown file"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".md,text/markdown"}),
    )
    pasted = forms.CharField(
        label=_("or the text of the guide"),
        required=False,
        strip=False,
        max_length=LARGEST_GUIDE_BYTES,
        widget=forms.Textarea(attrs={"class": "code", "rows": 10, "spellcheck": "false"}),
    )
    revision = _Revisions(
        GuideRevision.objects.none(),
        label=_("or a revision"),
        required=False,
        empty_label=_("none"),
        to_field_name="number",
    )

    def __init__(self, *args: Any, guide: Guide, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        revisions = GuideRevision.objects.filter(guide=guide)
        self.fields["revision"].queryset = revisions  # type: ignore[attr-defined]

    def clean_document(self) -> Any:
        document = self.cleaned_data["document"]
        if document and document.size > LARGEST_GUIDE_BYTES:
            raise forms.ValidationError(_("This file is larger than 600 KB; no guide is."))
        return document

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(self._offered(cleaned)):
            raise forms.ValidationError(_("Choose a file, paste the guide's text, or a revision."))
        return cleaned

    def _offered(self, cleaned: dict[str, Any]) -> tuple[Any, str, Any]:
        return cleaned.get("document"), cleaned.get("pasted", "").strip(), cleaned.get("revision")

    @property
    def file(self) -> tuple[str, bytes | str]:
        """Its name, for complaints, and what is in it."""
        document, pasted, revision = self._offered(self.cleaned_data)
        if document:
            return str(document.name), document.read()
        if pasted:
            # A browser sends every line end as CRLF, whatever the text had.
            return "pasted.md", f"{pasted}\n".replace("\r\n", "\n")
        return f"revision-{revision.number}.md", str(revision.file)

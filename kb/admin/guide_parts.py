"""The rows of a guide's form: symptoms, causes, checks and translations."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kb.admin.fields import LinesField, MarkdownField, YamlField
from kb.admin.inlines import RowForm, Rows
from kb.ingest import snippets
from kb.models import Cause, Check, GuideTranslation, Symptom
from probes.models import Probe


class SymptomForm(RowForm):
    phrases = LinesField(
        label=capfirst(_("phrases")),
        required=False,
        help_text=_("Exact words, one phrase per line."),
    )

    class Meta:
        help_texts = {"pattern": _("A regular expression (RE2), found anywhere in the text.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pattern"].widget = forms.Textarea(attrs={"rows": 3, "cols": 48})


class SymptomRows(Rows, admin.StackedInline):
    model = Symptom
    said = _("What people see and paste: exact phrases, or a pattern. By these the guide is found.")
    form = SymptomForm
    template = "admin/kb/rows.html"
    fields = [
        ("slug", "position", "language", "provenance"),
        ("phrases", "pattern"),
        "explained_by",
    ]
    prefetched = ("explained_by",)
    choices_from = {
        "explained_by": lambda guide: Symptom.objects.filter(guide_id=guide.pk),
    }


class CauseRows(Rows, admin.StackedInline):
    """The causes' own lines; the rest of a cause has a page of its own."""

    model = Cause
    template = "admin/kb/rows.html"
    said = _(
        "Why it happens. What checks say about a cause and what mends it is written on the cause's "
        "own page, once the guide is saved."
    )
    change_said = _("Evidence and fixes")
    fields = [("title", "slug"), ("section", "standing"), ("weight", "position")]
    show_change_link = True


class CheckForm(RowForm):
    parameters = YamlField(
        parse=snippets.parse_values,
        dump=snippets.dump_mapping,
        label=capfirst(_("parameters")),
        required=False,
        help_text=_("A value for each of the probe's placeholders: port: ${port}"),
    )


class CheckRows(Rows, admin.StackedInline):
    model = Check
    said = _("How the guide looks at what is there: a probe with its values, in the order to look.")
    form = CheckForm
    template = "admin/kb/rows.html"
    fields = [
        ("slug", "position", "provenance"),
        ("name", "probe"),
        "parameters",
        ("role", "section"),
        ("baseline", "schedule"),
    ]
    choices_from = {"probe": lambda guide: Probe.objects.all()}


class TranslationForm(RowForm):
    body = MarkdownField(label=capfirst(_("body")), required=False)
    names = YamlField(
        parse=snippets.parse_names,
        dump=snippets.dump_mapping,
        label=capfirst(_("names")),
        required=False,
        help_text=_(
            "What parts are called or say: causes, checks and parameters by slug; resolutions, "
            "cautions and rollbacks by cause/resolution."
        ),
    )


class TranslationRows(Rows, admin.StackedInline):
    model = GuideTranslation
    said = _("The same guide in another language. Commands and names of sections stay the same.")
    form = TranslationForm
    template = "admin/kb/rows.html"
    fields = ["language", "title", "summary", "body", "names", "of_revision"]
    readonly_fields = ["of_revision"]

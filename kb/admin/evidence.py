"""Evidence in a cause's form: each row a sentence, its answers chosen and not spelled."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kb.admin.fields import YamlField
from kb.admin.inlines import GuideRows, RowForm, Rows
from kb.ingest import snippets
from kb.models import Cause, Check, Evidence
from kb.services.authoring.evidence_words import Answer, answers_of, sentence_of

When = dict[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class AskedCheck:
    """A check of the guide with everything it can answer."""

    slug: str
    name: str
    answers: tuple[Answer, ...]


def asked_checks(cause: Cause) -> list[AskedCheck]:
    translated = _names_of(cause).get("checks", {})
    checks = Check.objects.filter(guide_id=cause.guide_id).select_related("probe")
    return [
        AskedCheck(
            slug=one.slug,
            name=translated.get(one.slug) or one.name,
            answers=tuple(answers_of(one)),
        )
        for one in checks
    ]


def _names_of(cause: Cause) -> Mapping[str, Mapping[str, str]]:
    """The words of the guide's translation for the reader; none in the guide's own language."""
    translation = cause.guide.translation() if cause.guide_id else None
    return translation.names if translation else {}


class AnswerBoxes(forms.CheckboxSelectMultiple):
    """The answers of the checks that a row names, as boxes; `row` names it for screen readers."""

    row = ""
    also = ""
    checks: Iterable[AskedCheck] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        chosen = set(value or ())
        named = {one.partition(":")[0] for one in chosen} | {self.also}
        shown = [check for check in self.checks if check.slug in named]
        context = {"name": name, "chosen": chosen, "checks": shown, "row": self.row}
        return render_to_string("admin/kb/cause/answers.html", context)


class EvidenceForm(RowForm):
    answers = forms.MultipleChoiceField(
        label=gettext_lazy("answers"), required=False, widget=AnswerBoxes
    )
    also = forms.ChoiceField(label=gettext_lazy("what this check says"), required=False)
    when = YamlField(
        parse=snippets.parse_when,
        dump=snippets.dump_when,
        required=False,
        label=capfirst(gettext_lazy("when")),
        help_text=gettext_lazy(
            "One check per line with its reason code, all must hold: listener: not_listening"
        ),
    )
    checks: list[AskedCheck] = []
    cause_title = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["answers"] = _answers(self.instance.when or {})

    def offer(self, checks: list[AskedCheck], row: str) -> None:
        """Let the row choose among these checks' answers."""
        self.checks = checks
        keys = [f"{check.slug}:{answer.key}" for check in checks for answer in check.answers]
        known = _answers(self.instance.when or {})
        self.fields["answers"].choices = [(key, key) for key in dict.fromkeys([*keys, *known])]  # type: ignore[attr-defined]
        boxes = self.fields["answers"].widget
        boxes.checks, boxes.row = checks, row
        boxes.also = self["also"].value() if self.is_bound else ""
        named = [(check.slug, check.name) for check in checks]
        self.fields["also"].choices = [("", _("choose a check …")), *named]  # type: ignore[attr-defined]

    @property
    def sentence(self) -> str:
        """What is stored; empty for a row that is not."""
        row = self.instance
        names = {check.slug: check.name for check in self.checks}
        if not row.pk:
            return ""
        return sentence_of(row.when, row.says, self.cause_title, names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "when" in self.errors or "answers" in self.errors:
            return cleaned
        stored = self.instance.when or {}
        chosen = cleaned.get("answers", [])
        is_chosen = sorted(chosen) != sorted(_answers(stored))
        if is_chosen and "when" in self.changed_data:
            said = _("Choose the answers, or write the condition; both were changed.")
            raise ValidationError({"when": said})
        if is_chosen:
            cleaned["when"] = _when(chosen, stored)
        if not cleaned.get("when"):
            raise ValidationError(_("Choose a check and at least one of its answers."))
        return cleaned


def _answers(when: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [
        f"{slug}:{part}={one}"
        for slug, asked in when.items()
        for part in ("reason", "status")
        for one in asked.get(part, ())
    ]


def _when(chosen: Iterable[str], stored: Mapping[str, Mapping[str, Any]]) -> When:
    """What was chosen as a condition; facts, which have no boxes, stay as they are stored."""
    when: When = {}
    for one in chosen:
        slug, _colon, answer = one.partition(":")
        part, _is, said = answer.partition("=")
        when.setdefault(slug, {}).setdefault(part, []).append(said)
    for slug, asked in stored.items():
        if "facts" in asked and (slug in when or asked.keys() == {"facts"}):
            when.setdefault(slug, {})["facts"] = asked["facts"]
    return when


class EvidenceSet(GuideRows):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        number = _("row %(number)s") % {"number": index + 1} if index is not None else _("new row")
        form.offer(self.asked, number)
        form.cause_title = self.cause_title

    @property
    def asked(self) -> list[AskedCheck]:
        known: list[AskedCheck] | None = self.__dict__.get("_asked")
        if known is None:
            known = self.__dict__["_asked"] = asked_checks(self.instance)
        return known

    @cached_property
    def cause_title(self) -> str:
        cause = self.instance
        return _names_of(cause).get("causes", {}).get(cause.slug) or cause.title

    def groups(self) -> Iterator[AskedCheck]:
        """For the page: each check's boxes, to put into a row that names it."""
        yield from self.asked


class EvidenceRows(Rows, admin.StackedInline):
    model = Evidence
    form = EvidenceForm
    formset = EvidenceSet
    template = "admin/kb/cause/evidence.html"
    fields = ["answers", "also", "says", "provenance", "position", "when"]
    related = ("cause",)

"""Forms whose fields come from what a probe's kind asks for."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from probes import reasons
from probes.engine import registry
from probes.engine.errors import Complaint
from probes.engine.schema import Param
from probes.engine.spec import Status as EngineStatus
from probes.engine_texts import translated
from probes.models import BatchItem, Probe
from probes.param_words import PARAM, choice_label, param_label
from probes.services.definitions import complaints_about
from probes.services.errors import Problem
from probes.templatetags.states import LOOKS

if TYPE_CHECKING:
    _Base = forms.ModelForm[Probe]
else:
    _Base = forms.ModelForm

JUDGE = "judge_"
# Values that are long as a rule.
_LONG_TYPES = ("pattern", "url")
_LONG_TEXTS = ("query", "question")
_WHOLE_PLACEHOLDER = re.compile(r"\$\{\w+\}")


class ProbeForm(_Base):
    """The part that all kinds share. `form_for_kind` adds the kind's own fields."""

    kind: registry.Kind

    class Meta:
        model = Probe
        fields = ["name", "slug", "timeout_s", "retries"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for param in self.kind.params:
            self._begin(PARAM + param.name, as_text(param, self.instance.params.get(param.name)))
        for code, status in self.instance.expectation.items():
            self._begin(JUDGE + code, status)

    def _begin(self, name: str, value: str) -> None:
        self.initial.setdefault(name, value)
        field = self.fields.get(name)
        # A placeholder stands for any value, also where the page offers a fixed choice.
        if isinstance(field, forms.ChoiceField) and not field.valid_value(value):
            field.choices = [*list(field.choices), (value, value)]  # type: ignore[arg-type]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.instance.kind = self.kind.name
        self.instance.params = self._params()
        self.instance.expectation = self._expectation()
        draft = Probe(
            kind=self.instance.kind,
            params=self.instance.params,
            expectation=self.instance.expectation,
            timeout_s=cleaned.get("timeout_s") or 3.0,
            retries=cleaned.get("retries") or 0,
        )
        for complaint in complaints_about(draft):
            self._show(complaint)
        self.instance.params = draft.params
        return cleaned

    def _params(self) -> dict[str, Any]:
        texts = {param: self.cleaned_data.get(PARAM + param.name, "") for param in self.kind.params}
        return {param.name: from_text(param, text) for param, text in texts.items() if text}

    def _expectation(self) -> dict[str, str]:
        judged = {
            name.removeprefix(JUDGE): value
            for name, value in self.cleaned_data.items()
            if name.startswith(JUDGE)
        }
        return {code: status for code, status in judged.items() if status}

    def _show(self, complaint: Complaint) -> None:
        """Beside its field; a complaint about no field of the page names what it is about."""
        name = complaint.field.replace("params.", PARAM, 1)
        if name not in self.fields:
            self.add_error(None, str(complaint))
        elif name not in self.errors:
            self.add_error(name, f"{name.removeprefix(PARAM)}: {complaint.message}")


def form_for_kind(kind: registry.Kind) -> type[ProbeForm]:
    fields: dict[str, Any] = {PARAM + param.name: _field(kind, param) for param in kind.params}
    fields |= {
        JUDGE + code: _judging_field(code)
        for code, status in kind.reasons.items()
        if status is not EngineStatus.UNKNOWN
    }
    # A class and not fields added later: the admin takes the names from the class.
    made: type[ProbeForm] = type(ProbeForm)("KindForm", (ProbeForm,), {"kind": kind, **fields})  # type: ignore[misc]
    return made


def judging_fields(kind: registry.Kind) -> list[str]:
    looked = (code for code, own in kind.reasons.items() if own is not EngineStatus.UNKNOWN)
    return [JUDGE + code for code in looked]


def example_texts(kind: registry.Kind) -> dict[str, str]:
    """The kind's example as its form shows it, by the names of the fields."""
    asked = {param.name: param for param in kind.params}
    return {PARAM + name: as_text(asked[name], value) for name, value in kind.example.items()}


def _field(kind: registry.Kind, param: Param) -> forms.Field:
    shared: dict[str, Any] = {
        "label": param_label(kind.name, param.name),
        "required": param.required,
        "help_text": _help(param),
    }
    if param.multiple or param.type == "mapping":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "cols": 60}), **shared)
    if choices := _choices(param):
        unsaid = _without_a_value(param) or "—"
        return forms.ChoiceField(choices=[("", unsaid), *choices], **shared)
    width = " wide" if param.type in _LONG_TYPES or param.name in _LONG_TEXTS else ""
    widget = forms.TextInput(attrs={"class": f"vTextField{width}"})
    return forms.CharField(max_length=2000, widget=widget, **shared)


def _choices(param: Param) -> list[tuple[str, Any]]:
    if param.type == "boolean":
        return [("true", _("yes")), ("false", _("no"))]
    return [(choice, choice_label(choice)) for choice in param.choices]


def _without_a_value(param: Param) -> str:
    """Empty where leaving it out means nothing in particular."""
    if param.default in (None, "", [], ()):
        return ""
    said = dict(_choices(param)).get(as_text(param, param.default), param.default)
    return gettext("Without a value: %(default)s.") % {"default": said}


def _help(param: Param) -> str:
    parts = [translated(param.help)] if param.help else []
    if param.multiple:
        parts.append(gettext("One per line."))
    if param.type == "mapping":
        parts.append(gettext("One `name: value` per line."))
    if not _choices(param):
        parts.append(_without_a_value(param))
    return " ".join(filter(None, parts))


def _judging_field(code: str) -> forms.ChoiceField:
    states = [EngineStatus.OK, EngineStatus.WARNING, EngineStatus.CRITICAL]
    label = f"{reasons.label(code)} ({code})"
    return forms.ChoiceField(
        label=label,
        required=False,
        widget=forms.Select(attrs={"aria-label": label}),
        choices=[
            ("", gettext("as usual")),
            *((one.value, LOOKS[one.value].word) for one in states),
        ],
    )


def as_text(param: Param, value: Any) -> str:
    """A stored value as the form shows it; `from_text` is the inverse."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return pairs_text(value)
    if isinstance(value, list):
        return "\n".join(str(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _scalar_text(value: Any) -> str:
    # Text that would read as a number or as true is quoted, so that it stays text.
    if isinstance(value, str) and not _reads_as_json(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _reads_as_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def from_text(param: Param, text: str) -> Any:
    """What the person typed, for the kind to judge."""
    # Of arguments it is the only one: a placeholder never stands for all of them.
    if _WHOLE_PLACEHOLDER.fullmatch(text) and param.type != "argument":
        return text
    if param.type == "mapping":
        return pairs(text)
    return lines(text) if param.multiple else text


def pairs(text: str) -> dict[str, Any]:
    """Names with values, as `name: value`, one to a line."""
    split = ([part.strip() for part in line.partition(":")] for line in lines(text))
    return {
        name: json.loads(value) if _reads_as_json(value) else value for name, _colon, value in split
    }


def pairs_text(values: Mapping[str, Any]) -> str:
    """What `pairs` reads as these values."""
    return "\n".join(f"{name}: {_scalar_text(value)}" for name, value in values.items())


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def run_form(probe: Probe, data: Mapping[str, Any] | None = None) -> "RunForm":
    """A field for each of the probe's placeholders, with what it was asked with the last time."""
    newest = BatchItem.objects.filter(probe=probe).order_by("-id").first()
    names = registry.placeholders(probe.params)
    return RunForm(data, placeholders=names, initial=newest.values if newest else {})


class RunForm(forms.Form):
    """A field for each placeholder of a probe."""

    def __init__(self, *args: Any, placeholders: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in sorted(placeholders):
            self.fields[name] = forms.CharField(label=name, max_length=2000)

    def show(self, problems: Iterable[Problem]) -> None:
        """Beside the field that each is about, above all fields where it is about none."""
        for problem in problems:
            if problem.field in self.fields:
                self.add_error(problem.field, problem.message)
            else:
                named = f"{problem.field}: " if problem.field else ""
                self.add_error(None, named + problem.message)

"""Form fields that read what guides hold, as it is written in their files."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kb.ingest import BadGuide
from kb.services.guides.complaints import sentence


class YamlField(forms.CharField):
    """YAML (so JSON too) on both sides of the form; a value of the model behind it."""

    def __init__(
        self,
        *,
        parse: Callable[[str], Any],
        dump: Callable[[Any], str],
        rows: int = 3,
        **options: Any,
    ) -> None:
        self._parse, self._dump = parse, dump
        widget = forms.Textarea(attrs={"rows": rows, "cols": 48, "class": "code"})
        super().__init__(widget=widget, strip=True, **options)

    def prepare_value(self, value: Any) -> Any:
        # A bound form hands back the text as it was typed, so that nothing of it is lost.
        return value if isinstance(value, str) or value is None else self._dump(value)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return {}
        try:
            return self._parse(text.replace("\r\n", "\n"))
        except BadGuide as refused:
            raise ValidationError([_with_line(c) for c in refused.complaints]) from refused

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or {}))
        except ValidationError:
            return True


class LinesField(forms.CharField):
    """A list of texts, one per line."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, "cols": 40})
        super().__init__(widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (line.strip() for line in str(super().to_python(value)).splitlines())
        return [line for line in lines if line]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class MarkdownField(forms.CharField):
    """Text that keeps its spaces; a browser's line ends become the file's."""

    def __init__(
        self, *, rows: int = 24, kind: type[forms.Textarea] = forms.Textarea, **options: Any
    ) -> None:
        widget = kind(attrs={"rows": rows, "cols": 100, "class": "code vLargeTextField"})
        super().__init__(widget=widget, strip=False, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != self.to_python(initial)


def _with_line(complaint: Any) -> str:
    return _("Line %(line)s: %(problem)s") % {
        "line": complaint.line,
        "problem": sentence(complaint),
    }

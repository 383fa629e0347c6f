"""The fields of a translation, one for each section and each name of the original."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kb.ingest import TranslationDraft
from kb.services.authoring.translating import Workbench
from kb.services.authoring.translation_pairs import Name, Pair

_SECTION, _NAME = "section:", "name:"


class TranslationForm(forms.Form):
    """Fields are called by heading ids and slugs, so that typed text finds its place again after
    the original moved on; sections that are gone meanwhile come last."""

    title = forms.CharField(label=capfirst(gettext_lazy("title")), max_length=200)
    summary = forms.CharField(
        label=capfirst(gettext_lazy("summary")),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    # What the person began from: the original's revision, and what stood of the translation.
    revision = forms.IntegerField(widget=forms.HiddenInput)
    mark = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, bench: Workbench, data: Mapping[str, Any] | None = None, *, copies: bool = False
    ) -> None:
        """`copies` puts the original's own text where nothing is translated yet."""
        super().__init__(data)
        self.bench = bench
        self._begin(bench, copies=copies)
        for pair in self.pairs:
            start = pair.translated or (pair.original or "" if copies else "")
            self.fields[_SECTION + pair.key] = _markdown(pair, start)
        for name in bench.names:
            self.fields[_NAME + name.part + ":" + name.slug] = _words(name)

    def _begin(self, bench: Workbench, *, copies: bool) -> None:
        self.fields["revision"].initial, self.fields["mark"].initial = bench.revision, bench.mark
        for head in bench.heads:
            start = head.translated or (head.original if copies else "")
            self.fields[head.slug].initial = start
            self.fields[head.slug].widget.attrs["lang"] = bench.language

    @property
    def pairs(self) -> list[Pair]:
        """Those of the workbench, then what was typed for sections that are gone."""
        known = {_SECTION + pair.key for pair in self.bench.pairs}
        sent = [name for name in self.data if name.startswith(_SECTION)]
        lost = [name for name in sent if name not in known and self.data[name].strip()]
        return [*self.bench.pairs, *(_lost(name.removeprefix(_SECTION)) for name in lost)]

    def sections(self) -> Iterator[tuple[Pair, forms.BoundField]]:
        for pair in self.pairs:
            yield pair, self[_SECTION + pair.key]

    def names(self) -> Iterator[tuple[Name, forms.BoundField]]:
        for name in self.bench.names:
            yield name, self[_NAME + name.part + ":" + name.slug]

    @property
    def typed_body(self) -> str:
        """What the sections make together, as far as they are typed."""
        texts = (str(field.value() or "").replace("\r\n", "\n") for _pair, field in self.sections())
        return "".join(
            text if text.endswith("\n") else f"{text}\n" for text in texts if text.strip()
        )

    @property
    def began_from(self) -> tuple[int, str]:
        return self.cleaned_data["revision"], self.cleaned_data["mark"]

    @property
    def draft(self) -> TranslationDraft:
        words: dict[str, dict[str, str]] = {}
        for name, field in self.names():
            if text := self.cleaned_data[field.name]:
                words.setdefault(name.part, {})[name.slug] = text
        return TranslationDraft(
            translates=self.bench.guide.slug,
            language=self.bench.language,
            title=self.cleaned_data["title"],
            summary=self.cleaned_data["summary"].replace("\r\n", "\n"),
            names=words,
            body=self.typed_body,
        )


def _lost(key: str) -> Pair:
    return Pair(key=key, name=key, original=None, before=None, translated="", is_changed=False)


def _markdown(pair: Pair, start: str) -> forms.CharField:
    rows = max(3, min(24, (pair.original or start).count("\n") + 2))
    label = pair.name or _("Before the first heading")
    area = forms.Textarea(attrs={"rows": rows, "class": "code", "spellcheck": "true"})
    return forms.CharField(label=label, required=False, strip=False, initial=start, widget=area)


def _words(name: Name) -> forms.CharField:
    is_long = len(name.original) > 80 or "\n" in name.original
    widget: Any = forms.Textarea(attrs={"rows": 2}) if is_long else forms.TextInput()
    return forms.CharField(
        label=name.original, required=False, initial=name.translated, widget=widget
    )

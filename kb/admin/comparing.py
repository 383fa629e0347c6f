"""When someone saved in between: what you began from, what they made of it, what you typed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kb.admin.filled import filled, packed, sent_by, sent_in, unpacked
from kb.difference import Fold, folded_lines, word_difference
from kb.services.guides.three_way import (
    DELETED,
    Differing,
    Filled,
    MergedText,
    Place,
    Value,
    compare,
    merge_lines,
)

# What the compare page's choices, and the values to choose among, are called.
_CHOICE, _THEIRS, _MINE, _EDITED = "choose:", "theirs:", "mine:", "edited:"


class EditConflict(Exception):
    """Someone saved the guide after this person opened it; nothing may be stored over that."""


@dataclass(frozen=True, kw_only=True)
class ShownDifference:
    """A differing field as the page shows it; `name` is what the form calls it."""

    name: str
    label: str
    row: str
    is_text: bool
    is_worded: bool
    differing: Differing
    began: str
    theirs: str
    mine: str
    put_together: MergedText | None

    @property
    def edited(self) -> str:
        return self.put_together.text if self.put_together else ""

    @property
    def overlaps(self) -> int:
        return self.put_together.overlaps if self.put_together else 0

    @property
    def lines(self) -> int:
        """How high the box is that the text is edited in."""
        return min(max(self.edited.count("\n") + 2, 3), 24)

    @property
    def is_known(self) -> bool:
        return self.differing.began is not None

    @property
    def their_folds(self) -> list[Fold]:
        return self._folds(self.theirs)

    @property
    def my_folds(self) -> list[Fold]:
        return self._folds(self.mine)

    @property
    def settled(self) -> str:
        return self.theirs if self.differing.whose == "theirs" else self.mine

    @property
    def settled_folds(self) -> list[Fold]:
        return self._folds(self.settled)

    def _folds(self, after: str) -> list[Fold]:
        """Word by word where there are words; a choice differs as a whole."""
        is_compared = self.is_known and self.is_worded
        return folded_lines(word_difference(self.began, after)) if is_compared else []

    @property
    def is_asked(self) -> bool:
        """Whether somebody has to choose."""
        return self.differing.whose == "both"

    @property
    def sent_theirs(self) -> Value:
        return self.differing.theirs or ("",)

    @property
    def sent_mine(self) -> Value:
        return self.differing.mine or ("",)


def is_compared(post: QueryDict) -> bool:
    return any(name.startswith(_CHOICE) for name in post)


def chosen(post: QueryDict) -> QueryDict:
    """The compare page's answer as the form that is saved."""
    data = post.copy()
    for key in post:
        if not key.startswith(_CHOICE):
            continue
        name = key.removeprefix(_CHOICE)
        source = {"theirs": _THEIRS, "edited": _EDITED}.get(post.get(key, ""), _MINE)
        data.setlist(name, post.getlist(source + name))
    return data


def compare_page(
    request: HttpRequest, model_admin: admin.ModelAdmin, obj: Any, theirs: Any, formsets: list[Any]
) -> HttpResponse:
    """`theirs` and `formsets` are the forms over what is stored now."""
    own = obj._meta.model_name
    stored = sent_by(theirs, formsets)
    now = filled(stored, own=own)
    typed = sent_in(request.POST)
    mine = filled(typed, own=own, known=now)
    began_from = unpacked("".join(typed.get("began", ())))
    began = filled(began_from, own=own) if began_from is not None else Filled()
    page = _Page(theirs, formsets, compare(began, now, mine), now, mine)
    context = {
        **admin.site.each_context(request),
        "title": _("Someone else saved this guide"),
        "opts": model_admin.opts,
        "original": obj,
        "differences": page.shown,
        "asked": [one for one in page.shown if one.is_asked],
        "settled": [one for one in page.shown if not one.is_asked],
        "carried": list(page.carried()),
        "revision": theirs["revision"].value(),
        "began": packed(stored),
        "address": request.path,
        "saved_by": _newest(theirs),
    }
    return TemplateResponse(request, "admin/kb/compare.html", context)


def _newest(form: Any) -> Any:
    return form.guide.revisions.select_related("author").first()


class _Page:
    """The merged form: each row gets its number, each difference its field's name."""

    def __init__(
        self, form: Any, formsets: list[Any], found: list[Differing], now: Filled, mine: Filled
    ) -> None:
        self.form, self.now, self.mine = form, now, mine
        self.formsets = {formset.prefix: formset for formset in formsets}
        self.numbers = {prefix: _numbers(now, mine, prefix) for prefix in self.formsets}
        self.merged = {one.place: one for one in found}
        self.shown = [self._shown(one) for one in found]

    def _shown(self, one: Differing) -> ShownDifference:
        field = self._field(one.place)
        said = [_said(field, value) for value in (one.began, one.theirs, one.mine)]
        widget = getattr(field, "widget", None)
        is_text = isinstance(widget, forms.Textarea)
        merged = merge_lines(*said) if one.whose == "both" and is_text else None
        return ShownDifference(
            name=self._name(one.place),
            label=_label(field, one.place),
            row=self._row(one.place),
            is_text=is_text,
            is_worded=is_text or isinstance(widget, forms.TextInput),
            differing=one,
            began=said[0],
            theirs=said[1],
            mine=said[2],
            put_together=merged,
        )

    def carried(self) -> Iterator[tuple[str, str]]:
        """Every value of the form that nobody is asked about, and the counts of its rows."""
        asked = {one.name for one in self.shown if one.is_asked}
        for name, value in self._values():
            if name not in asked:
                yield from ((name, one) for one in value)
        for prefix in self.formsets:
            stored = len(self.now.rows.get(prefix, {}))
            yield f"{prefix}-TOTAL_FORMS", str(len(self.numbers[prefix]))
            yield f"{prefix}-INITIAL_FORMS", str(stored)

    def _values(self) -> Iterator[tuple[str, Value]]:
        for field in {**self.now.fields, **self.mine.fields}:
            place = Place(rows="", row="", field=field)
            yield field, self._value(place)
        for prefix, numbers in self.numbers.items():
            for key, number in numbers.items():
                if key in self.now.rows.get(prefix, {}):
                    yield f"{prefix}-{number}-id", (key,)
                for field in self._names(prefix, key):
                    place = Place(rows=prefix, row=key, field=field)
                    yield self._name(place), self._value(place)

    def _names(self, prefix: str, key: str) -> list[str]:
        both = (self.now.rows.get(prefix, {}).get(key, {}), self.mine.rows[prefix].get(key, {}))
        return list({**both[0], **both[1], DELETED: ()})

    def _value(self, place: Place) -> Value:
        if place in self.merged:
            return self.merged[place].merged
        known = self.now.value(place)
        return (self.mine.value(place) or ()) if known is None else known

    def _name(self, place: Place) -> str:
        if not place.rows:
            return place.field
        return f"{place.rows}-{self.numbers[place.rows][place.row]}-{place.field}"

    def _field(self, place: Place) -> Any:
        if not place.rows:
            return self.form.fields.get(place.field)
        return self.formsets[place.rows].empty_form.fields.get(place.field)

    def _row(self, place: Place) -> str:
        if not place.rows:
            return ""
        row = (
            self.now.rows.get(place.rows, {}).get(place.row)
            or self.mine.rows.get(place.rows, {}).get(place.row)
            or {}
        )
        said = next((row[name][0] for name in ("slug", "title", "says") if row.get(name)), "")
        number = str(self.numbers[place.rows][place.row] + 1)
        kind = capfirst(self.formsets[place.rows].model._meta.verbose_name)
        return f"{kind} {said or number}"


def _numbers(now: Filled, mine: Filled, prefix: str) -> dict[str, int]:
    """The rows as they will stand: those stored, then those only this person has."""
    keys = dict.fromkeys([*now.rows.get(prefix, {}), *mine.rows.get(prefix, {})])
    return {key: number for number, key in enumerate(keys)}


def _label(field: Any, place: Place) -> str:
    if place.field == DELETED:
        return _("Delete this row")
    return str(getattr(field, "label", None) or place.field)


def _said(field: Any, value: Value | None) -> str:
    """A value in words: what a choice is called, not its key."""
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    named = _named(field, value or ())
    return ", ".join(named) if isinstance(field, forms.ChoiceField) else "\n".join(named)


def _named(field: Any, value: Iterable[str]) -> Iterator[str]:
    if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
        known = field.queryset.in_bulk([one for one in value if one.isdecimal()])
        yield from (str(known.get(int(one), one)) if one.isdecimal() else one for one in value)
        return
    choices = {str(key): str(said) for key, said in getattr(field, "choices", ())}
    yield from (choices.get(one, one) for one in value)

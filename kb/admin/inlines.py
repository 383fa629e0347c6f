"""Rows inside a guide's or a cause's form: labelled, in order, with few queries."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Field, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _


class RowForm(forms.ModelForm):
    """A row; one that is new and has no place yet goes to the end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].required = False
            if self.instance.pk is None:
                self.initial["position"] = None

    def clean_position(self) -> int:
        given = self.cleaned_data["position"]
        return int(str(self.prefix).rpartition("-")[2]) if given is None else int(given)


class GuideRows(BaseInlineFormSet):
    """Gives each widget a name for screen readers, and reads choices once for all rows.

    `choices_from` answers, per field, which rows the form's own guide or cause offers.
    """

    choices_from: Mapping[str, Callable[[Any], QuerySet]] = {}

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            if not field.widget.is_hidden:
                # The admin wraps choices of other rows to draw "add" and "change" beside them.
                widget = getattr(field.widget, "widget", field.widget)
                widget.attrs["aria-label"] = _label(field, name, index)
            if isinstance(field, forms.ModelChoiceField) and name in self.choices_from:
                self._offer(name, field)

    def _offer(self, name: str, field: Any) -> None:
        field.queryset = self.choices_from[name](self.instance)
        # Assigning a list makes the field forget its queryset's lazy choices, so that a form
        # of many rows asks the database once and not once per row.
        known: dict[str, list[Any]] = self.__dict__.setdefault("_known_choices", {})
        if name not in known:
            # A pattern as long as a line would make the select wider than the page.
            known[name] = [(key, Truncator(label).chars(70)) for key, label in field.choices]
        field.choices = known[name]


def _label(field: forms.Field, name: str, index: int | None) -> str:
    label = str(field.label or name)
    if index is None:
        return label
    return _("%(field)s, row %(number)s") % {"field": label, "number": index + 1}


class Rows(admin.options.InlineModelAdmin):
    """What the inlines share: no empty rows, no pop-ups, and rows read with what they name."""

    form = RowForm
    formset = GuideRows
    extra = 0
    choices_from: Mapping[str, Callable[[Any], QuerySet]] = {}
    related: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        if self.related:
            rows = rows.select_related(*self.related)
        return rows.prefetch_related(*self.prefetched)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        return type(formset.__name__, (formset,), {"choices_from": self.choices_from})

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_add_related"):
            field.widget = field.widget.widget
        return field

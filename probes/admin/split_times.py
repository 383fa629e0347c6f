"""A moment asked for as a date and a time: two inputs under one label, each named."""

from django.forms import Field, SplitDateTimeField
from django.utils.translation import gettext as _


def name_parts(field: Field | None) -> None:
    """Each input says which part it is of; other fields stay as they are."""
    if isinstance(field, SplitDateTimeField):
        for part, words in zip(field.widget.widgets, (_("date"), _("time")), strict=True):
            part.attrs["aria-label"] = f"{field.label}: {words}"

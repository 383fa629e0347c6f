"""Days and moments asked for by the browser's own inputs, each named and in a stated time zone.

The admin's own inputs are drawn a second time by a script, which moves what stands below, leaves
them without names, and opens a calendar that neither follows the theme nor fits a phone.
"""

from typing import Any

from django import forms
from django.contrib.admin.options import BaseModelAdmin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _


class Day(forms.DateInput):
    """A date as browsers send and take it, whatever the language of the page."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeOfDay(forms.TimeInput):
    """To the second, since notes of an incident follow one another within a minute."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__({"step": "1"}, format="%H:%M:%S")


class Moment(forms.SplitDateTimeWidget):
    """A day and a time of day in the time zone of the base."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        forms.MultiWidget.__init__(self, [Day(), TimeOfDay()], attrs)


class AsksForMoments(BaseModelAdmin):
    """For admins and rows with days and moments; other fields stay as they are."""

    formfield_overrides = {
        models.DateField: {"widget": Day},
        models.DateTimeField: {"widget": Moment},
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, Moment):
            _tell(field)
        return field


def _tell(field: forms.Field) -> None:
    for part, words in zip(field.widget.widgets, (_("date"), _("time")), strict=True):
        part.attrs["aria-label"] = f"{field.label}: {words}"
    zone = {"zone": timezone.get_current_timezone_name()}
    field.help_text = field.help_text or _("In the time zone of the base: %(zone)s.") % zone

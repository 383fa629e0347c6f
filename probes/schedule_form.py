"""A schedule as a person writes it: its times as text, its values one to a line."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from probes.forms import pairs, pairs_text
from probes.models import Schedule
from probes.services import complaints_about_schedule, server_location
from probes.timetable import BadTimetable, read_timetable

if TYPE_CHECKING:
    _Base = forms.ModelForm[Schedule]
else:
    _Base = forms.ModelForm

# Where the form has one field for several of the row's.
_FIELD_OF = {"every_s": "times", "cron": "times"}


class ScheduleForm(_Base):
    times = forms.CharField(
        label=capfirst(_("times")),
        max_length=120,
        help_text=_("every 5m, or five cron fields and a time zone: 0 9 * * MON-FRI Asia/Seoul"),
    )
    values = forms.CharField(
        label=capfirst(_("values")),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=_("Values for the probe's placeholders, one per line: port: 8001"),
    )

    class Meta:
        model = Schedule
        fields = ["name", "slug", "probe", "location", "jitter_s", "baseline"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("location", server_location().pk)
        if self.instance.pk:
            self.initial["times"] = str(self.instance.timetable)
            self.initial["values"] = pairs_text(self.instance.values)

    def clean_times(self) -> str:
        try:
            self.instance.timetable = read_timetable(self.cleaned_data["times"])
        except BadTimetable as wrong:
            raise forms.ValidationError(str(wrong)) from None
        return str(self.cleaned_data["times"])

    def clean_values(self) -> dict[str, Any]:
        values = pairs(self.cleaned_data["values"])
        self.instance.values = values
        return values

    def _post_clean(self) -> None:
        # Here the row has what the fields say; before, only the fields have it.
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        for complaint in complaints_about_schedule(self.instance):
            name, _dot, part = complaint.field.partition(".")
            message = f"{part}: {complaint.message}" if part else complaint.message
            self.add_error(_FIELD_OF.get(name, name), message)

"""What was tried, and what remains to be done."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from incidents.forms.fields import (
    CausesField,
    FixChoiceField,
    MomentField,
    PersonField,
    not_in_future,
    offer_some,
)
from incidents.models import ActionItem
from kb.models import Attempt, Cause, Resolution


class AttemptForm(forms.Form):
    """What was tried, and what came of it."""

    what = forms.CharField(label=_("What was tried?"), max_length=300)
    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=Attempt.Outcome.choices,
        initial=Attempt.Outcome.FAILED,
    )
    resolution = FixChoiceField(
        Resolution.objects.none(),
        label=_("Is it a fix of a guide?"),
        required=False,
        empty_label=_("No guide has it"),
    )
    addresses = CausesField(
        Cause.objects.none(),
        label=_("Which causes were out of the way after it?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    at = MomentField(label=_("When it was tried"))
    note = forms.CharField(
        label=_("What was seen"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        *args: Any,
        fixes: QuerySet[Resolution],
        causes: Collection[Cause] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolution"].queryset = fixes  # type: ignore[attr-defined]
        offer_some(self.fields["resolution"])
        chosen = Cause.objects.filter(pk__in=[cause.pk for cause in causes])
        self.fields["addresses"].queryset = chosen.select_related("guide").prefetch_related(  # type: ignore[attr-defined]
            "guide__translations"
        )

    def clean_at(self) -> datetime | None:
        return not_in_future(self.cleaned_data["at"])


class ActionItemForm(forms.Form):
    """Work that remains: what, who, until when."""

    what = forms.CharField(label=_("What has to be done?"), max_length=300)
    owner = PersonField(label=_("Owner"))
    due = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    horizon = forms.ChoiceField(
        label=_("Horizon"), required=False, choices=[("", "–"), *ActionItem.Horizon.choices]
    )
    detail = forms.CharField(
        label=_("Detail"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

"""The fields that several forms of incidents share."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.choices import CallableChoiceIterator
from django.utils.translation import gettext_lazy as _

from kb.models import Cause, Guide, GuideTranslation, Resolution, Service
from kb.templatetags.localized import cause_title, resolution_title

# A list to choose from that is longer is not read anyway, and thousands make the page slow.
MOST_OFFERED = 100


class MomentField(forms.DateTimeField):
    """When something happened, to the minute, in the base's time zone."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(**{"widget": widget, "required": False, **kwargs})


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody with an account that still opens."""

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.filter(is_active=True).order_by("username")
        super().__init__(people, **{"required": False, "empty_label": _("Nobody"), **kwargs})


class ServicesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Service.objects.all(),
            label=_("Services"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )


class FixChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A fix, after the cause it is for."""

    def label_from_instance(self, fix: Resolution) -> str:
        return f"{cause_title(fix.cause)} → {resolution_title(fix)}"


class CauseChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, cause: Cause) -> str:
        return f"{cause_title(cause)} ({cause.guide.localized('title')})"


class CausesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, cause: Cause) -> str:
        return cause_title(cause)


def offer_some(field: forms.Field) -> None:
    """Show only the first of thousands; any of them may be sent all the same."""
    chosen: Any = field

    def shown() -> list[tuple[object, str]]:
        some = chosen.queryset[:MOST_OFFERED]
        return [
            ("", str(chosen.empty_label)),
            *((one.pk, chosen.label_from_instance(one)) for one in some),
        ]

    chosen.widget.choices = CallableChoiceIterator(shown)


def not_in_future(at: datetime | None) -> datetime | None:
    if at is not None and at > timezone.now():
        raise forms.ValidationError(_("This is in the future."))
    return at


def fixes_of(guides: Collection[Guide]) -> QuerySet[Resolution]:
    """What may have ended an incident: the fixes of these guides, of every one without any."""
    fixes = Resolution.objects.exclude(kind=Resolution.Kind.AVOID)
    fixes = fixes.filter(cause__guide__state=Guide.State.PUBLISHED)
    # Without the long texts: thousands of rows are put in order before the first are shown.
    names = GuideTranslation.objects.defer("body")
    fixes = (
        fixes.select_related("cause__guide")
        .defer("cause__guide__body")
        .prefetch_related(Prefetch("cause__guide__translations", names))
    )
    if guides:
        fixes = fixes.filter(cause__guide__in=guides)
        return fixes.order_by("cause__guide__slug", "cause__position", "position")
    # Of all guides only some are shown: those that people wrote in last.
    return fixes.order_by("-cause__guide__updated_at", "cause__position", "position")


def lead_to_first_error(form: forms.Form) -> None:
    """The page is long: the browser goes to what has to change."""
    wrong = next((name for name in form.fields if name in form.errors), None)
    if wrong is not None:
        form.fields[wrong].widget.attrs["autofocus"] = True

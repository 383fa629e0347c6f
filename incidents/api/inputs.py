"""What the incidents' API takes, with every limit written down."""

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from rest_framework import serializers

from incidents.models import ActionItem, Incident
from incidents.services.statistics import GROUPINGS
from kb.models import Attempt, Cause, Investigation, Resolution, Service
from probes.strict import StrictSerializer

_LONGEST_REPORT = 200_000
_LONGEST_TEXT = 20_000


class PersonField(serializers.SlugRelatedField):
    """A user by name; null is nobody."""

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.filter(is_active=True)
        super().__init__(
            slug_field="username",
            queryset=people,
            **{"allow_null": True, "required": False} | kwargs,
        )


class CauseField(serializers.CharField):
    """A cause as `guide/cause`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=110, **kwargs)

    def to_internal_value(self, data: Any) -> Cause:  # type: ignore[override]
        guide, _slash, slug = super().to_internal_value(data).partition("/")
        cause = Cause.objects.filter(guide__slug=guide, slug=slug).select_related("guide").first()
        if cause is None:
            raise serializers.ValidationError(
                _("There is no cause %(key)s; write it as guide/cause.") % {"key": data},
                code="unknown_cause",
            )
        return cause


class ResolutionField(serializers.CharField):
    """A resolution as `guide/cause/resolution`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=160, **kwargs)

    def to_internal_value(self, data: Any) -> Resolution:  # type: ignore[override]
        guide, cause, slug = (*super().to_internal_value(data).split("/", 2), "", "")[:3]
        found = Resolution.objects.filter(cause__guide__slug=guide, cause__slug=cause, slug=slug)
        resolution = found.select_related("cause__guide").first()
        if resolution is None:
            raise serializers.ValidationError(
                _("There is no resolution %(key)s; write it as guide/cause/resolution.")
                % {"key": data},
                code="unknown_resolution",
            )
        return resolution


def _services() -> serializers.SlugRelatedField:
    return serializers.SlugRelatedField(
        slug_field="slug", many=True, queryset=Service.objects.all(), required=False
    )


class IncidentInput(StrictSerializer):
    title = serializers.CharField(max_length=200)
    text = serializers.CharField(
        max_length=1_000_000, default="", allow_blank=True, trim_whitespace=False
    )
    report = serializers.CharField(
        max_length=_LONGEST_REPORT, default="", allow_blank=True, trim_whitespace=False
    )
    severity = serializers.ChoiceField(
        choices=Incident.Severity.choices, default=Incident.Severity.MINOR
    )
    services = _services()
    environment = serializers.CharField(max_length=60, default="", allow_blank=True)
    assignee = PersonField()
    investigation = serializers.SlugRelatedField(
        slug_field="public_id", queryset=Investigation.objects.all(), default=None, allow_null=True
    )
    started_at = serializers.DateTimeField(default=None, allow_null=True)


class IncidentChange(StrictSerializer):
    """Only what is sent is changed."""

    title = serializers.CharField(max_length=200, required=False)
    report = serializers.CharField(
        max_length=_LONGEST_REPORT, required=False, allow_blank=True, trim_whitespace=False
    )
    severity = serializers.ChoiceField(choices=Incident.Severity.choices, required=False)
    services = _services()
    environment = serializers.CharField(max_length=60, required=False, allow_blank=True)
    assignee = PersonField()
    reporter = PersonField()
    started_at = serializers.DateTimeField(required=False)


class FilterQuery(StrictSerializer):
    """Which incidents: shared by the list and the statistics."""

    status = serializers.ChoiceField(choices=Incident.Status.choices, required=False)
    severity = serializers.ChoiceField(choices=Incident.Severity.choices, required=False)
    service = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.all(), required=False
    )
    assignee = PersonField()
    environment = serializers.CharField(max_length=60, required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class IncidentQuery(FilterQuery):
    recurring = serializers.BooleanField(default=False)
    before = serializers.CharField(max_length=20, required=False)
    page_size = serializers.IntegerField(min_value=1, max_value=200, default=50)


class StatisticsQuery(FilterQuery):
    by = serializers.ChoiceField(choices=GROUPINGS, required=False)


class NoteInput(StrictSerializer):
    text = serializers.CharField(max_length=_LONGEST_TEXT)
    occurred_at = serializers.DateTimeField(default=None, allow_null=True)


class StatusInput(StrictSerializer):
    """`kind` and what follows say how it ended; they go with resolved and closed only."""

    status = serializers.ChoiceField(choices=Incident.Status.choices)
    at = serializers.DateTimeField(default=None, allow_null=True)
    reason = serializers.CharField(max_length=_LONGEST_TEXT, default="", allow_blank=True)
    kind = serializers.ChoiceField(choices=Incident.ResolutionKind.choices, required=False)
    resolution = ResolutionField(required=False)
    cause = CauseField(required=False)
    known_error = CauseField(required=False)
    confirmed = serializers.BooleanField(required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=_LONGEST_TEXT, required=False, allow_blank=True)


class AttemptInput(StrictSerializer):
    what = serializers.CharField(max_length=300)
    outcome = serializers.ChoiceField(choices=Attempt.Outcome.choices)
    resolution = ResolutionField(required=False)
    addresses = serializers.ListField(child=CauseField(), max_length=50, default=list)
    note = serializers.CharField(max_length=_LONGEST_TEXT, default="", allow_blank=True)
    at = serializers.DateTimeField(default=None, allow_null=True)


class ActionItemInput(StrictSerializer):
    what = serializers.CharField(max_length=300)
    owner = PersonField()
    due = serializers.DateField(required=False, allow_null=True)
    horizon = serializers.ChoiceField(
        choices=ActionItem.Horizon.choices, required=False, allow_blank=True
    )
    detail = serializers.CharField(max_length=_LONGEST_TEXT, required=False, allow_blank=True)


class ActionItemChange(ActionItemInput):
    what = serializers.CharField(max_length=300, required=False)
    done = serializers.BooleanField(required=False)


class ActionItemQuery(StrictSerializer):
    overdue = serializers.BooleanField(default=False)
    done = serializers.BooleanField(default=False)
    owner = PersonField(allow_null=False)
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=200, default=50)


class MergeInput(StrictSerializer):
    into = serializers.SlugRelatedField(slug_field="public_id", queryset=Incident.objects.all())

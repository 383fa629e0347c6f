"""What the incidents' API takes, with every limit written down."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.models import ActionItem, Incident
from incidents.services.statistics import GROUPINGS
from kb.models import Attempt, Cause, Investigation, Resolution, Service
from probes.strict import StrictSerializer, printable

_LONGEST_REPORT = 200_000
_LONGEST_TEXT = 20_000


class NamedField(serializers.SlugRelatedField):
    """A row by its name. PostgreSQL cannot even be asked for a text with a NUL."""

    def to_internal_value(self, data: Any) -> Any:
        if "\x00" in str(data):
            self.fail("does_not_exist", slug_name=self.slug_field, value=printable(data))
        return super().to_internal_value(data)


class PersonField(NamedField):
    """A user by name; null is nobody."""

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.filter(is_active=True)
        super().__init__(
            slug_field="username",
            queryset=people,
            **{"allow_null": True, "required": False} | kwargs,
        )


class KeyField(serializers.Field):
    """Something of a guide by its key, the slugs on the way to it: `guide/cause`."""

    unknown: str
    parts: int
    find: Callable[..., Any]
    sentence: Callable[[str], str]

    def to_internal_value(self, data: Any) -> Any:
        slugs = str(data)[:200].split("/")
        is_key = len(slugs) == self.parts and "\x00" not in str(data)
        found = self.find(*slugs) if is_key else None
        if found is None:
            raise serializers.ValidationError(self.sentence(printable(data)), code=self.unknown)
        return found


@extend_schema_field(OpenApiTypes.STR)
class CauseField(KeyField):
    unknown, parts = "unknown_cause", 2

    def find(self, guide: str, slug: str) -> Cause | None:
        return Cause.objects.filter(guide__slug=guide, slug=slug).select_related("guide").first()

    def sentence(self, key: str) -> str:
        return _("There is no cause %(key)s; write it as guide/cause.") % {"key": key}


@extend_schema_field(OpenApiTypes.STR)
class ResolutionField(KeyField):
    unknown, parts = "unknown_resolution", 3

    def find(self, guide: str, cause: str, slug: str) -> Resolution | None:
        found = Resolution.objects.filter(cause__guide__slug=guide, cause__slug=cause, slug=slug)
        return found.select_related("cause__guide").first()

    def sentence(self, key: str) -> str:
        return _("There is no resolution %(key)s; write it as guide/cause/resolution.") % {
            "key": key
        }


def _services() -> NamedField:
    return NamedField(slug_field="slug", many=True, queryset=Service.objects.all(), required=False)


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
    investigation = NamedField(
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
    service = NamedField(slug_field="slug", queryset=Service.objects.all(), required=False)
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

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if said["overdue"] and said["done"]:
            message = _("What is done is no longer overdue: send one of `overdue` and `done`.")
            raise serializers.ValidationError({"overdue": [message]})
        return said


class MergeInput(StrictSerializer):
    into = NamedField(slug_field="public_id", queryset=Incident.objects.all())

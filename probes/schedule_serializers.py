"""The shapes of the schedule API, with every limit."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from probes.models import Location, Probe, Schedule
from probes.models.schedules import MAX_JITTER_S
from probes.serializers import ValuesField
from probes.services import Standing, standings
from probes.strict import StrictSerializer


class SchedulePatchSerializer(StrictSerializer):
    """`times` is written as in a guide: `every 5m`, or five cron fields and a time zone."""

    name = serializers.CharField(max_length=200)
    times = serializers.CharField(max_length=120)
    values = ValuesField(default=dict)
    location = serializers.SlugRelatedField(
        slug_field="slug", queryset=Location.objects.all(), required=False
    )
    baseline = serializers.CharField(max_length=40, default="", allow_blank=True)
    jitter_s = serializers.IntegerField(min_value=0, max_value=MAX_JITTER_S, required=False)
    is_paused = serializers.BooleanField(default=False)


class ScheduleRequestSerializer(SchedulePatchSerializer):
    slug = serializers.RegexField(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=100)
    probe = serializers.SlugRelatedField(slug_field="slug", queryset=Probe.objects.all())

    def validate_slug(self, slug: str) -> str:
        if Schedule.objects.filter(slug=slug).exists():
            raise serializers.ValidationError("This slug is taken.", code="unique")
        return slug


class PauseSerializer(StrictSerializer):
    is_paused = serializers.BooleanField(default=True)


class ScheduleListQuerySerializer(StrictSerializer):
    q = serializers.CharField(max_length=100, required=False)
    state = serializers.ChoiceField(choices=Schedule.State.choices, required=False)
    probe = serializers.SlugField(max_length=50, required=False)
    page = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=200, default=50)


class ScheduleSerializer(serializers.ModelSerializer[Schedule]):
    """`state` is what was last seen; `blind_since` says since when nothing could be seen.

    `phase` is `waiting`, `running`, `paused`, `maintenance`, `not_approved` or `broken`, where
    `problems` says why.
    """

    url = serializers.SerializerMethodField()
    probe = serializers.CharField(source="probe.slug", read_only=True)
    location = serializers.CharField(source="location.slug", read_only=True)
    times = serializers.CharField(source="timetable", read_only=True)
    phase = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()
    maintenance = serializers.SerializerMethodField()
    last_run = serializers.CharField(source="last_run.public_id", default=None, read_only=True)
    last_batch = serializers.CharField(source="last_batch.public_id", default=None, read_only=True)

    class Meta:
        model = Schedule
        fields = [
            "slug",
            "url",
            "name",
            "probe",
            "values",
            "location",
            "ref",
            "is_kept_by_guide",
            "times",
            "jitter_s",
            "baseline",
            "is_paused",
            "phase",
            "problems",
            "maintenance",
            "next_at",
            "state",
            "since",
            "consecutive",
            "is_flapping",
            "blind_since",
            "last_run",
            "last_batch",
            "recent",
        ]
        read_only_fields = fields

    def get_url(self, schedule: Schedule) -> str:
        return reverse("api_schedule", args=[schedule.slug])

    def get_phase(self, schedule: Schedule) -> str:
        return self._standing(schedule).phase

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_problems(self, schedule: Schedule) -> list[str]:
        return list(self._standing(schedule).problems)

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_maintenance(self, schedule: Schedule) -> dict[str, Any] | None:
        rest = self._standing(schedule).rest
        return {"until": rest.ends_at, "reason": rest.reason} if rest else None

    def _standing(self, schedule: Schedule) -> Standing:
        known: dict[int, Standing] = self.context["standings"]
        return known[schedule.pk]


def shown(schedules: list[Schedule]) -> list[dict[str, Any]]:
    """The schedules as the API answers with them; their standing is read once for all."""
    known = {one.schedule.pk: one for one in standings(schedules)}
    return list(ScheduleSerializer(schedules, many=True, context={"standings": known}).data)

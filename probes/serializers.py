"""The shapes of the probe API, with every limit. What is not listed is refused by name."""

import re
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from probes import reasons
from probes.engine import registry
from probes.models import Batch, BatchItem, Location, Probe, Run, Status
from probes.remedies import WHO, remedy_of
from probes.services.definitions import MAX_RETRIES, MAX_TIMEOUT_S
from probes.services.requests import MAX_ITEMS
from probes.strict import StrictSerializer

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
MAX_VALUES = 50
MAX_VALUE_CHARS = 2_000


@extend_schema_field(OpenApiTypes.OBJECT)
class ValuesField(serializers.Field[Any, Any, Any, Any]):
    """`{name: text, number or boolean}`, for a probe's placeholders."""

    default_error_messages = {
        "shape": "Send an object of names and values.",
        "many": f"At most {MAX_VALUES} values.",
        "name": "A name holds letters, digits and underscores.",
        "value": f"Each value is a number, a boolean or text up to {MAX_VALUE_CHARS} characters.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("shape")
        if len(data) > MAX_VALUES:
            self.fail("many")
        for name, value in data.items():
            if not _NAME.fullmatch(name):
                self.fail("name")
            if not _is_scalar(value):
                self.fail("value")
        return dict(data)

    def to_representation(self, value: Any) -> Any:
        return value


def _is_scalar(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_VALUE_CHARS and value.isprintable()
    return isinstance(value, bool | int | float)


class WantedSerializer(StrictSerializer):
    probe = serializers.SlugField(max_length=50)
    values = ValuesField(default=dict)
    ref = serializers.CharField(max_length=200, default="", allow_blank=True)


class BatchRequestSerializer(StrictSerializer):
    items = serializers.ListField(child=WantedSerializer(), max_length=MAX_ITEMS, allow_empty=False)
    # Diagnosing and verifying belong to an investigation, which asks for its own batches.
    purpose = serializers.ChoiceField(choices=[Batch.Purpose.TRY], default=Batch.Purpose.TRY)
    location = serializers.SlugRelatedField(
        slug_field="slug", queryset=Location.objects.all(), required=False
    )


class KindParamSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    default = serializers.JSONField(allow_null=True)
    choices = serializers.ListField(child=serializers.CharField())
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    multiple = serializers.BooleanField()
    help = serializers.CharField()


class KindSerializer(serializers.Serializer[Any]):
    """Only described, never read: `kind_pages.described` makes the answer."""

    name = serializers.CharField()
    title = serializers.CharField()
    help = serializers.CharField()
    params = KindParamSerializer(many=True)
    reasons = serializers.DictField(child=serializers.CharField())
    facts = serializers.DictField(child=serializers.CharField())
    example = serializers.DictField()
    cost_s = serializers.FloatField()


class ProbeRequestSerializer(StrictSerializer):
    slug = serializers.RegexField(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=50)
    name = serializers.CharField(max_length=120)
    kind = serializers.CharField(max_length=40)
    params = serializers.DictField(default=dict)
    expectation = serializers.DictField(child=serializers.CharField(max_length=20), default=dict)
    timeout_s = serializers.FloatField(min_value=0.01, max_value=MAX_TIMEOUT_S, default=3.0)
    retries = serializers.IntegerField(min_value=0, max_value=MAX_RETRIES, default=0)

    def validate_slug(self, slug: str) -> str:
        if Probe.objects.filter(slug=slug).exists():
            raise serializers.ValidationError(_("This slug is taken."), code="unique")
        return slug


class ApprovalRequestSerializer(StrictSerializer):
    definition_hash = serializers.RegexField(r"^[0-9a-f]{64}\Z", required=False)


class ProbeListQuerySerializer(StrictSerializer):
    q = serializers.CharField(max_length=100, required=False)
    kind = serializers.ChoiceField(choices=list(registry.KINDS), required=False)
    approved = serializers.BooleanField(required=False, allow_null=True, default=None)
    page = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=200, default=50)


class ProbeSerializer(serializers.ModelSerializer[Probe]):
    url = serializers.SerializerMethodField()
    placeholders = serializers.SerializerMethodField()
    author = serializers.CharField(source="author.username", default=None, read_only=True)
    approved_by = serializers.CharField(source="approved_by.username", default=None, read_only=True)

    class Meta:
        model = Probe
        fields = [
            "slug",
            "url",
            "name",
            "kind",
            "params",
            "placeholders",
            "expectation",
            "timeout_s",
            "retries",
            "definition_hash",
            "is_approved",
            "author",
            "approved_by",
            "approved_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_url(self, probe: Probe) -> str:
        return reverse("api_probe", args=[probe.slug])

    def get_placeholders(self, probe: Probe) -> list[str]:
        return sorted(registry.placeholders(probe.params))


class RemedySerializer(serializers.Serializer[Any]):
    who = serializers.ChoiceField(choices=list(WHO))
    what = serializers.CharField()


class RunSerializer(serializers.ModelSerializer[Run]):
    id = serializers.CharField(source="public_id", read_only=True)
    url = serializers.SerializerMethodField()
    batch = serializers.CharField(source="item.batch.public_id", read_only=True)
    ref = serializers.CharField(source="item.ref", read_only=True)
    probe = serializers.CharField(source="item.probe_slug", read_only=True)
    kind = serializers.CharField(source="item.kind", read_only=True)
    reason = serializers.SerializerMethodField()
    remedy = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = [
            "id",
            "url",
            "batch",
            "ref",
            "probe",
            "kind",
            "status",
            "reason_code",
            "reason",
            "remedy",
            "summary",
            "facts",
            "output",
            "attempts",
            "started_at",
            "elapsed_s",
            "lateness_s",
            "recorded_at",
        ]
        read_only_fields = fields

    def get_url(self, run: Run) -> str:
        return reverse("api_run", args=[run.public_id])

    def get_reason(self, run: Run) -> str:
        return reasons.label(run.reason_code)

    @extend_schema_field(RemedySerializer(allow_null=True))
    def get_remedy(self, run: Run) -> dict[str, str] | None:
        """What to do, where the run could not look; `who` is operator, author or responder."""
        remedy = remedy_of(run.reason_code) if run.status == Status.UNKNOWN else None
        return {"who": remedy.who, "what": str(remedy.what)} if remedy else None


class ItemSerializer(serializers.ModelSerializer[BatchItem]):
    probe = serializers.CharField(source="probe_slug", read_only=True)
    run = serializers.SerializerMethodField()

    class Meta:
        model = BatchItem
        fields = ["ref", "probe", "kind", "params", "definition_hash", "run"]
        read_only_fields = fields

    def get_run(self, item: BatchItem) -> dict[str, Any] | None:
        run = getattr(item, "run", None)
        return dict(RunSerializer(run).data) if run else None


class BatchSerializer(serializers.ModelSerializer[Batch]):
    id = serializers.CharField(source="public_id", read_only=True)
    url = serializers.SerializerMethodField()
    location = serializers.CharField(source="location.slug", read_only=True)
    items = ItemSerializer(many=True, read_only=True)

    class Meta:
        model = Batch
        fields = [
            "id",
            "url",
            "purpose",
            "state",
            "location",
            "created_at",
            "finished_at",
            "items",
        ]
        read_only_fields = fields

    def get_url(self, batch: Batch) -> str:
        return reverse("api_batch", args=[batch.public_id])

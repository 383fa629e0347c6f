"""The shapes of what agents send, with every limit."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from probes.engine.redact import strip_controls
from probes.engine.spec import Policy
from probes.engine.wire import limits_as_json, spec_as_json
from probes.services import Claim
from probes.services.reported import MAX_LATENESS_S
from probes.services.requests import MAX_ITEMS
from probes.strict import StrictSerializer

_MAX_TEXT = 20_000
_MAX_EPOCH = 1_000_000
_DAY_S = 86_400.0


class NameField(serializers.CharField):
    """A name that is stored and shown: without controls and invisible characters."""

    def to_internal_value(self, data: Any) -> str:
        return strip_controls(super().to_internal_value(data))


class AboutSerializer(StrictSerializer):
    version = NameField(max_length=40)
    host = NameField(max_length=120)
    runner = NameField(max_length=120)


class ClaimSerializer(StrictSerializer):
    agent = AboutSerializer()


class HeldSerializer(StrictSerializer):
    batch = serializers.SlugField(max_length=20)
    epoch = serializers.IntegerField(min_value=0, max_value=_MAX_EPOCH)


class AttemptSerializer(serializers.Serializer[Any]):
    """Not strict: what an agent of a later version says besides is left out, not refused."""

    status = serializers.CharField(max_length=8)
    reason_code = serializers.CharField(max_length=40)
    summary = serializers.CharField(max_length=_MAX_TEXT, allow_blank=True, trim_whitespace=False)
    started_at = serializers.DateTimeField(required=False)
    elapsed_s = serializers.FloatField(min_value=0, max_value=_DAY_S)


class ResultSerializer(serializers.Serializer[Any]):
    """Not strict either."""

    item = serializers.IntegerField(min_value=1, max_value=2**62)
    status = serializers.CharField(max_length=8)
    reason_code = serializers.CharField(max_length=40)
    facts = serializers.DictField()
    summary = serializers.CharField(max_length=_MAX_TEXT, allow_blank=True, trim_whitespace=False)
    output = serializers.CharField(max_length=_MAX_TEXT, allow_blank=True, trim_whitespace=False)
    attempts = serializers.ListField(child=AttemptSerializer(), max_length=20)
    started_at = serializers.DateTimeField()
    elapsed_s = serializers.FloatField(min_value=0, max_value=_DAY_S)
    lateness_s = serializers.FloatField(min_value=0, max_value=MAX_LATENESS_S)


class RecordSerializer(HeldSerializer):
    results = serializers.ListField(child=ResultSerializer(), max_length=MAX_ITEMS)


def claim_as_json(claimed: Claim, *, policy: Policy) -> dict[str, Any]:
    """`now` lets the agent speak in this base's time, whatever its own clock says."""
    return {
        "batch": claimed.public_id,
        "epoch": claimed.epoch,
        "lease_s": claimed.lease.total_seconds(),
        "now": timezone.now().isoformat(),
        "limits": limits_as_json(policy),
        "items": [
            {"item": one.item_id, "ref": one.ref, **spec_as_json(one.spec)} for one in claimed.items
        ],
    }

"""What the API takes, with every limit written down."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import BaseParser

from kb.models import Attempt, Guide
from kb.services.upkeep.health import KINDS
from probes.models import Location
from probes.strict import StrictSerializer

# A longer text is cut by the matcher, which says so; a longer body is refused before it is read.
LONGEST_TEXT = 1_000_000
PURPOSES = ("diagnose", "verify")


class RawTextParser(BaseParser):
    """A body that is the text itself, as `curl --data-binary` sends it."""

    media_type = "text/plain"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        # Logs hold stray bytes: replaced, they cost one character and not the whole answer.
        text = stream.read().decode("utf-8", errors="replace")
        return {"text": text.replace("\x00", "\N{REPLACEMENT CHARACTER}")}


class OctetStreamParser(RawTextParser):
    media_type = "application/octet-stream"


class FormBodyParser(RawTextParser):
    """curl's own default content type; the body is read as text, not as a form."""

    media_type = "application/x-www-form-urlencoded"


class ContextInput(StrictSerializer):
    services = serializers.ListField(
        child=serializers.CharField(max_length=50), max_length=20, default=list
    )
    environment = serializers.CharField(max_length=60, default="", allow_blank=True)


class MatchInput(StrictSerializer):
    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)
    # `context` is also what a serializer calls its own surroundings; here it is the client's word.
    context = ContextInput(  # type: ignore[assignment]
        default=lambda: {"services": [], "environment": ""}
    )
    parameters = serializers.DictField(child=serializers.CharField(max_length=500), default=dict)
    limit = serializers.IntegerField(min_value=1, max_value=50, default=10)

    def validate_text(self, text: str) -> str:
        if not text.strip():
            raise serializers.ValidationError(_("Send the text you see."), code="blank")
        return text


class MatchQuery(StrictSerializer):
    limit = serializers.IntegerField(min_value=1, max_value=50, required=False)
    lang = serializers.ChoiceField(choices=["ko", "en"], required=False)


class BatchInput(StrictSerializer):
    checks = serializers.ListField(
        child=serializers.CharField(max_length=110), min_length=1, max_length=50
    )
    purpose = serializers.ChoiceField(choices=PURPOSES, default="diagnose")
    # Without it, each check is looked at from its role's own place.
    location = serializers.SlugRelatedField(
        slug_field="slug", queryset=Location.objects.all(), required=False
    )
    parameters = serializers.DictField(child=serializers.CharField(max_length=500), default=dict)


class AnswerInput(StrictSerializer):
    check = serializers.CharField(max_length=110)
    answer = serializers.CharField(max_length=100)
    note = serializers.CharField(max_length=2000, default="", allow_blank=True)
    purpose = serializers.ChoiceField(choices=PURPOSES, default="diagnose")


class OutcomeInput(StrictSerializer):
    """`outcome`, or `worked` for who only knows that; `was_cause` without a word leaves it open."""

    resolution = serializers.CharField(max_length=160)
    worked = serializers.BooleanField(required=False)
    outcome = serializers.ChoiceField(choices=Attempt.Outcome.choices, required=False)
    was_cause = serializers.BooleanField(required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=2000, default="", allow_blank=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        worked, outcome = given.pop("worked", None), given.get("outcome")
        if outcome is None and worked is None:
            message = _("Send outcome (worked, partly, failed or unknown), or worked.")
            raise serializers.ValidationError({"outcome": message}, code="required")
        if outcome is not None and worked is not None and worked != (outcome == "worked"):
            message = _("worked and outcome say different things; send one of them.")
            raise serializers.ValidationError({"outcome": message}, code="contradiction")
        given["outcome"] = outcome or ("worked" if worked else "failed")
        return given


class GuideQuery(StrictSerializer):
    service = serializers.CharField(max_length=50, required=False)
    status = serializers.ChoiceField(choices=Guide.State.choices, required=False)
    q = serializers.CharField(max_length=200, required=False)
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=200, default=50)


class ImportQuery(StrictSerializer):
    name = serializers.CharField(max_length=200, default="guide.md")
    dry_run = serializers.BooleanField(default=False)


class ReviewQuery(StrictSerializer):
    reason = serializers.ChoiceField(choices=list(KINDS), default="")
    service = serializers.CharField(max_length=50, default="")
    owner = serializers.CharField(max_length=150, default="")
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=200, default=50)


class ReviewedInput(StrictSerializer):
    note = serializers.CharField(max_length=200, default="", allow_blank=True)


class GapQuery(StrictSerializer):
    state = serializers.ChoiceField(choices=["open", "answered"], default="open")
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=200, default=50)

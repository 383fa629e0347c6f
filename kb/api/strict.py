"""Input that is refused where it holds anything unknown, with every complaint at once."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request


class StrictSerializer(serializers.Serializer):
    """Refuses a field it does not know, naming it: a typo is never silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        complaints = {name: [_unknown(name, self.fields)] for name in unknown}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if complaints and isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **complaints}) from error
            raise
        if complaints:
            raise serializers.ValidationError(complaints)
        return value


def _unknown(name: str, known: Mapping[str, Any]) -> serializers.ErrorDetail:
    return serializers.ErrorDetail(
        f"There is no field {name!r} here; known are {', '.join(known)}.", code="unknown_field"
    )


def read(serializer: type[serializers.Serializer], data: Any) -> dict[str, Any]:
    """The validated input, or an error that names every field."""
    reader = serializer(data=data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


def read_query(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The validated query parameters; an unknown one is refused by its name."""
    return read(serializer, request.query_params.dict())

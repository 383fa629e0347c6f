"""API input that is refused where it holds anything unknown, with every complaint at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses a field it does not know, naming it: a typo is never silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        known = [name for name, field in self.fields.items() if not field.read_only]
        unknown = [name for name in data if name not in known] if isinstance(data, Mapping) else []
        complaints = {printable(name): [_unknown(name, known)] for name in unknown}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            detail = refused.detail
            raise serializers.ValidationError(
                {**detail, **complaints} if isinstance(detail, dict) else detail
            ) from None
        if complaints:
            raise serializers.ValidationError(complaints)
        return value


def printable(name: object) -> str:
    """A name from the request, fit to be repeated: half a surrogate pair cannot be encoded."""
    return str(name)[:200].encode("utf-8", "replace").decode()


def _unknown(name: object, known: Iterable[str]) -> serializers.ErrorDetail:
    words = {"name": printable(name), "known": ", ".join(known)}
    sentence = _("There is no field %(name)s here. Known are: %(known)s.") % words
    return serializers.ErrorDetail(sentence, code="unknown_field")


def read(serializer: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """The validated input, or an error that names every field."""
    reader = serializer(data=data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


def read_query(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The validated query parameters; an unknown one is refused by its name."""
    return read(serializer, request.query_params.dict())

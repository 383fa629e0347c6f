"""What the admin's search fields offer: rows by their names, permissions in words."""

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.models import Permission

from config.admin.permissions import permission_words


class Autocomplete(AutocompleteJsonView):
    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if self.model_admin.model is not Permission:
            return rows
        # An API key's scopes are those of the base's own pages.
        if self.source_field.model._meta.label == "config.ApiKey":
            return rows.filter(content_type__app_label__in=("incidents", "kb", "probes"))
        return rows

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        result: dict[str, str] = super().serialize_result(obj, to_field_name)
        return {**result, "text": permission_words(obj)} if isinstance(obj, Permission) else result

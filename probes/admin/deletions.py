"""What a deletion takes along, told in people's words: the rows themselves, and counts of the rest."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest


class TellsDeletions(admin.ModelAdmin):
    """Names the rows that were asked for; what hangs on them is counted by its name.

    Django lists every row of every table, down to records that have no name for people.
    """

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[str]]:
        rows, counts, lacking, protected = super().get_deleted_objects(objs, request)
        asked_for = [row for row in rows if not isinstance(row, list)]
        return asked_for, dict(_named(counts)), lacking, protected


def _named(counts: Mapping[Any, int]) -> list[tuple[Any, int]]:
    nameless = {
        model._meta.verbose_name_plural
        for model in apps.get_models(include_auto_created=True)
        if model._meta.auto_created or "verbose_name" not in model._meta.original_attrs
    }
    return [(name, count) for name, count in counts.items() if name not in nameless]

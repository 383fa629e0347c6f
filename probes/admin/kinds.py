"""Narrowing a list to one kind of probe."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from probes.kind_groups import kind_words
from probes.models import Probe


class KindFilter(admin.SimpleListFilter):
    """Offers the kinds of the probes there are; `field` is where a row of the list has its kind."""

    title = gettext_lazy("kind")
    parameter_name = "kind"
    field = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        names = Probe.objects.order_by("kind").values_list("kind", flat=True).distinct()
        return [(name, kind_words(name)) for name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset

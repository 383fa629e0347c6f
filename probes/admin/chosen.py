"""Filters by one row among thousands: shown once chosen by a link, never as a list of all."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _


class ChosenFilter(admin.SimpleListFilter):
    """`parameter_name` is the lookup itself, as `guide__id__exact`; `model` is what it names.

    Where there are no more than `listed` rows, all of them are offered.
    """

    model: type[Model]
    listed = 0

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        if self.listed:
            rows = list(self.model._default_manager.all()[: self.listed + 1])
            if len(rows) <= self.listed:
                return [(str(row.pk), str(row)) for row in rows]
        # Django asks before it has sorted out which parameters are this filter's.
        wanted = request.GET.get(str(self.parameter_name), "")
        one = self.model._default_manager.filter(pk=wanted).first() if wanted.isdigit() else None
        return [(wanted, str(one))] if one else []

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {
            "selected": False,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("All"),
        }
        for value, words in self.lookup_choices:
            yield {
                "selected": str(value) == self.value(),
                "query_string": changelist.get_query_string(),
                "display": words,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        wanted = self.value() or ""
        return queryset.filter(**{str(self.parameter_name): wanted}) if wanted else queryset

"""What every list of the admin shares: counts that stop, and words where there is nothing yet."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from probes import public_ids
from probes.admin.deletions import TellsDeletions
from probes.admin.moments import AsksForMoments

# Nobody turns more pages than these hold, and counting on costs a scan of the whole table.
MOST_COUNTED = 10_000
# Rare values and words have no index; this bounds what is read to find a page of them.
MOST_LOOKED_THROUGH = 100_000
WHERE_SEARCH_LOOKS = _(
    "Search and filters look through the newest 100,000. A whole id is found whatever its age."
)


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """What to do where there is nothing yet; `address` names a page, empty for words alone."""

    words: Any
    link: Any = ""
    address: str = ""


class BoundedPaginator(Paginator):
    """Counts up to `MOST_COUNTED` rows; `is_cut` says that there are more."""

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: MOST_COUNTED + 1].count())

    @property
    def is_cut(self) -> bool:
        return self._counted > MOST_COUNTED

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_COUNTED)


class ListAdmin(AsksForMoments, TellsDeletions):
    """`about` says in a sentence what the rows are; `first_step` how to come to the first."""

    about: Any = ""
    first_step: FirstStep | None = None
    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    # Facets count every row once per choice.
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "admin/change_list.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        # The thing's own name, where Django writes "Select … to change".
        context = {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        return super().changelist_view(request, context)


class HistoryList(ChangeList):
    """Very many rows, the newest first: no other order, and filters read a bounded part."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[Any]:
        return ["-pk"]

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        rows: QuerySet = super().get_queryset(request, exclude_parameters)
        if not (self.query or self.has_active_filters) or public_ids.is_one(self.query):
            return rows
        newest = self.model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0
        return rows.filter(pk__gt=newest - MOST_LOOKED_THROUGH)


class HistoryAdmin(ListAdmin):
    """Written by the services alone: read and searched, never added to or changed by hand."""

    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return HistoryList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if public_ids.is_one(search_term):
            return queryset.filter(public_id=search_term.strip()), False
        return super().get_search_results(request, queryset, search_term)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

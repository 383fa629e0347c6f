"""How guides look in their list: state and review day as chips, and what is due."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kb.models import Guide
from probes.admin.chips import chip

_STATES = {
    Guide.State.DRAFT: ("never", "✎"),
    Guide.State.IN_REVIEW: ("warning", "!"),
    Guide.State.PUBLISHED: ("ok", "✓"),
    Guide.State.ARCHIVED: ("unknown", "▫"),
}


class DueFilter(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("overdue", _("overdue")), ("none", _("no day set")), ("nobody", _("no owner"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Guide]) -> QuerySet[Guide]:
        match self.value():
            case "overdue":
                return queryset.filter(review_after__lt=timezone.now().date())
            case "none":
                return queryset.filter(review_after=None)
            case "nobody":
                return queryset.filter(owner=None)
            case _other:
                return queryset


def state_chip(guide: Guide) -> str:
    name, shape = _STATES[Guide.State(guide.state)]
    return chip(name, shape, guide.get_state_display())


def review_chip(guide: Guide) -> str:
    """The day; with a sign once it is over."""
    if guide.review_after is None:
        return "–"
    day = guide.review_after.isoformat()
    return chip("warning", "!", day) if guide.is_overdue else day

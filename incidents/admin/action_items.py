"""Action items of all incidents in the admin: what is overdue, and one action that says done."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from incidents import services
from incidents.models import ActionItem
from probes.admin.asking import say
from probes.admin.lists import FirstStep, ListAdmin
from probes.services import masked


class WhereItStands(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("overdue", _("overdue")), ("open", _("to do")), ("done", _("done"))]

    def queryset(self, request: HttpRequest, items: QuerySet[ActionItem]) -> QuerySet[ActionItem]:
        if self.value() == "overdue":
            return items.filter(done_at=None, due__lt=timezone.localdate())
        if self.value() in ("open", "done"):
            return items.filter(done_at__isnull=self.value() == "open")
        return items


@admin.register(ActionItem)
class ActionItemAdmin(ListAdmin):
    about = _("What was promised after an incident: by whom, and until when.")
    first_step = FirstStep(
        words=_("Open an incident and write down what keeps it from coming back."),
        link=_("Go to the incidents"),
        address="incidents",
    )
    list_display = ["what", "incident", "owner", "due", "horizon", "done_at"]
    list_filter = [WhereItStands, "horizon"]
    list_select_related = ["incident", "owner"]
    search_fields = ["what", "detail", "incident__title", "incident__public_id"]
    autocomplete_fields = ["incident", "owner"]
    fields = ["incident", "what", "detail", ("owner", "due", "horizon"), ("done_at", "done_by")]
    readonly_fields = ["done_at", "done_by"]
    ordering = ["due", "id"]
    actions = ["mark_done"]

    def save_model(self, request: HttpRequest, obj: ActionItem, form: Any, change: bool) -> None:
        obj.what, obj.detail = masked(obj.what), masked(obj.detail)
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Mark as done"), permissions=["change"])
    def mark_done(self, request: HttpRequest, items: QuerySet[ActionItem]) -> None:
        by: Any = request.user
        waiting = [item for item in items if item.done_at is None]
        for item in waiting:
            services.set_done(item, is_done=True, by=by)
        count = len(waiting)
        text = ngettext("%(count)d item is done.", "%(count)d items are done.", count)
        over = gettext("%(item)s was done before.")
        before = [over % {"item": item} for item in items if item not in waiting]
        say(self, request, text % {"count": count} if count else "", before)

"""History: batches and runs, to read and to search, never to change."""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from probes import reasons, services
from probes.admin.chips import status_chip
from probes.admin.kinds import KindFilter
from probes.admin.lists import WHERE_SEARCH_LOOKS, FirstStep, HistoryAdmin
from probes.models import Batch, BatchItem, Run, Status
from probes.remedies import remedy_of


class ItemInline(admin.TabularInline):
    model = BatchItem
    extra = 0
    can_delete = False
    fields = ("ref", "probe_slug", "kind", "shown_params", "shown_run")
    readonly_fields = ("ref", "probe_slug", "kind", "shown_params", "shown_run")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BatchItem]:
        return super().get_queryset(request).select_related("run")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("probes.view_run")

    @admin.display(description=gettext_lazy("parameters"))
    def shown_params(self, item: BatchItem) -> str:
        return json.dumps(item.params, ensure_ascii=False)

    @admin.display(description=gettext_lazy("run"))
    def shown_run(self, item: BatchItem) -> str:
        run = getattr(item, "run", None)
        if run is None:
            return "—"
        address = reverse("admin:probes_run_change", args=[run.pk])
        seen = f"{run.get_status_display()}: {reasons.label(run.reason_code)}"
        return format_html('<a href="{}">{}</a>', address, seen)


@admin.register(Batch)
class BatchAdmin(HistoryAdmin):
    about = gettext_lazy("Requests to run probes: who asked, for what, and how far they are.")
    first_step = FirstStep(
        words=gettext_lazy("Run a probe or a guide's checks; the request appears here."),
        link=gettext_lazy("Go to the probes"),
        address="probes",
    )
    list_display = ["public_id", "purpose", "state", "location", "requested_by", "created_at"]
    list_filter = ["state", "purpose", "location"]
    search_help_text = WHERE_SEARCH_LOOKS
    list_select_related = ["location", "requested_by"]
    search_fields = ["public_id", "items__probe_slug", "items__ref"]
    fields = [
        "public_id",
        "purpose",
        "state",
        "location",
        "requested_by",
        "created_at",
        "finished_at",
        "shown_runner",
        "tries",
    ]
    inlines = [ItemInline]
    change_form_template = "admin/probes/batch/change_form.html"

    @admin.display(description=gettext_lazy("runner"))
    def shown_runner(self, batch: Batch) -> str:
        return batch.leased_by or "—"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("probes.view_run")

    def get_urls(self) -> list[URLPattern]:
        cancel = self.admin_site.admin_view(require_POST(self.cancel_view))
        own = [path("<int:pk>/cancel/", cancel, name="probes_batch_cancel")]
        return [*own, *super().get_urls()]

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("probes.run_probe"):
            raise PermissionDenied
        batch = get_object_or_404(Batch, pk=pk)
        if services.cancel_batch(batch, by=request.user):  # type: ignore[arg-type]
            self.message_user(request, _("The batch is cancelled."), messages.SUCCESS)
        else:
            self.message_user(request, _("The batch had already ended."), messages.WARNING)
        return HttpResponseRedirect(reverse("admin:probes_batch_change", args=[pk]))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        batch = kwargs.get("obj")
        context["may_cancel"] = bool(
            batch and batch.is_open and request.user.has_perm("probes.run_probe")
        )
        return super().render_change_form(request, context, *args, **kwargs)


class RunKindFilter(KindFilter):
    """Of the probes there are: the runs themselves are too many to ask which kinds they had."""

    field = "item__kind"


@admin.register(Run)
class RunAdmin(HistoryAdmin):
    about = gettext_lazy("What each probe saw. Written once, never changed.")
    first_step = FirstStep(
        words=gettext_lazy("Run a probe; what it sees appears here."),
        link=gettext_lazy("Go to the probes"),
        address="probes",
    )
    list_display = [
        "public_id",
        "shown_probe",
        "shown_status",
        "shown_reason",
        "shown_location",
        "recorded_at",
    ]
    search_help_text = WHERE_SEARCH_LOOKS
    list_filter = ["status", RunKindFilter, "item__batch__location"]
    list_select_related = ["item__batch__location"]
    search_fields = ["public_id", "item__probe_slug", "item__ref", "reason_code", "summary"]
    # Without the permission to change, Django shows every field for reading only.
    fields = (
        "public_id",
        "shown_probe",
        "shown_batch",
        "shown_status",
        "shown_reason",
        "summary",
        "shown_remedy",
        "shown_params",
        "shown_facts",
        "output",
        "shown_attempts",
        "started_at",
        "shown_elapsed",
        "lateness_s",
        "recorded_at",
    )
    readonly_fields = (
        "shown_status",
        "shown_probe",
        "shown_batch",
        "shown_reason",
        "shown_remedy",
        "shown_params",
        "shown_facts",
        "shown_attempts",
        "shown_elapsed",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).select_related("item__batch__location")

    @admin.display(description=gettext_lazy("status"))
    def shown_status(self, run: Run) -> str:
        return status_chip(run.status)

    @admin.display(description=gettext_lazy("probe"))
    def shown_probe(self, run: Run) -> str:
        return run.item.probe_slug

    @admin.display(description=gettext_lazy("reason"))
    def shown_reason(self, run: Run) -> str:
        return f"{reasons.label(run.reason_code)} ({run.reason_code})"

    @admin.display(description=gettext_lazy("what to do"))
    def shown_remedy(self, run: Run) -> str:
        remedy = remedy_of(run.reason_code) if run.status == Status.UNKNOWN else None
        return f"{remedy.who_words}: {remedy.what}" if remedy else "—"

    @admin.display(description=gettext_lazy("location"))
    def shown_location(self, run: Run) -> str:
        return run.item.batch.location.name

    @admin.display(description=gettext_lazy("batch"))
    def shown_batch(self, run: Run) -> str:
        batch = run.item.batch
        address = reverse("admin:probes_batch_change", args=[batch.pk])
        return format_html('<a href="{}">{}</a>', address, batch.public_id)

    @admin.display(description=gettext_lazy("parameters"))
    def shown_params(self, run: Run) -> str:
        return _preformatted(run.item.params)

    @admin.display(description=gettext_lazy("facts"))
    def shown_facts(self, run: Run) -> str:
        return _preformatted(run.facts)

    @admin.display(description=Run._meta.get_field("elapsed_s").verbose_name)
    def shown_elapsed(self, run: Run) -> str:
        return f"{run.elapsed_s:.3f}"

    @admin.display(description=gettext_lazy("attempts"))
    def shown_attempts(self, run: Run) -> str:
        return _preformatted(run.attempts)


def _preformatted(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    return format_html("<pre>{}</pre>", text)

"""Incidents in the admin: what happened, notes that only grow, and closing with what fixed it."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents import services
from incidents.forms import CloseForm, complain, fixes_of
from incidents.models import ActionItem, Incident, Note, StatusChange
from incidents.services.editing import check_start
from kb.admin.inlines import GuideRows
from kb.services.errors import CannotConclude
from probes.admin.split_times import name_parts
from probes.services import masked


class NoteInline(admin.TabularInline):
    """What is written stays: notes are added, never changed."""

    model = Note
    formset = GuideRows
    fields = ["occurred_at", "text", "author"]
    readonly_fields = ["author"]
    ordering = ["occurred_at", "id"]
    extra = 1

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class StatusChangeInline(admin.TabularInline):
    model = StatusChange
    fields = ("at", "was", "became", "by")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("incidents.view_incident")


class ActionItemInline(admin.TabularInline):
    model = ActionItem
    formset = GuideRows
    fields = ["what", "owner", "due", "horizon"]
    show_change_link = True
    autocomplete_fields = ["owner"]
    extra = 1


class WhereItHappened(admin.SimpleListFilter):
    """The environments that incidents name; Django's own filter links an empty one without words."""

    title = gettext_lazy("environment")
    parameter_name = "environment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = Incident.objects.exclude(environment="").order_by("environment")
        return [(name, name) for name in named.values_list("environment", flat=True).distinct()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Incident]) -> QuerySet[Incident]:
        return rows.filter(environment=self.value()) if self.value() else rows


class IncidentForm(ModelForm):
    def clean_started_at(self) -> datetime:
        started_at: datetime = self.cleaned_data["started_at"]
        try:
            check_start(self.instance, started_at)
        except services.BadTime as refused:
            raise ValidationError(str(refused)) from refused
        return started_at


@admin.register(Incident)
class IncidentAdmin(admin.ModelAdmin):
    form = IncidentForm
    list_display = ["title", "status", "severity", "assignee", "started_at", "resolved_at"]
    list_filter = ["status", "severity", "services", WhereItHappened]
    list_select_related = ["assignee"]
    search_fields = ["title", "report", "public_id"]
    date_hierarchy = "started_at"
    autocomplete_fields = ["services", "assignee", "reporter"]
    readonly_fields = [
        "status",
        "investigated",
        "resolution_kind",
        "known_error",
        "merged_into",
        "resolved_at",
        "closed_at",
    ]
    inlines = [NoteInline, ActionItemInline, StatusChangeInline]
    change_form_template = "admin/incidents/incident/change_form.html"
    actions = ["mark_resolved"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        name_parts(field)
        return field

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        told: list[Any] = ["title", ("severity", "environment"), "services", "report", "started_at"]
        told += [("assignee", "reporter")] if obj else ["assignee"]
        return [*told, *self.readonly_fields] if obj else told

    @admin.display(description=gettext_lazy("investigation"))
    def investigated(self, incident: Incident) -> str | SafeString:
        found = incident.investigation
        if found is None:
            return "–"
        return format_html('<a href="{}">{}</a>', found.get_absolute_url(), found.title)

    def save_model(
        self, request: HttpRequest, obj: Incident, form: ModelForm, change: bool
    ) -> None:
        if not change:
            obj.reporter_id = request.user.pk
        obj.title, obj.report = masked(obj.title), masked(obj.report)
        super().save_model(request, obj, form, change)

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: Any, change: bool
    ) -> None:
        for row in formset.save(commit=False):
            if isinstance(row, Note) and row.author_id is None:
                row.author_id, row.text = request.user.pk, masked(row.text)
            elif isinstance(row, ActionItem):
                row.what = masked(row.what)
        super().save_formset(request, form, formset, change)

    @admin.action(description=gettext_lazy("Mark as resolved"), permissions=["change"])
    def mark_resolved(self, request: HttpRequest, incidents: QuerySet[Incident]) -> None:
        for incident in incidents:
            try:
                services.change_status(incident, to=Incident.Status.RESOLVED, by=_user(request))
            except services.IllegalMove as refused:
                self.message_user(request, f"{incident}: {refused}", messages.WARNING)

    def get_urls(self) -> list[URLPattern]:
        close = self.admin_site.admin_view(self.close_view)
        return [
            path("<path:object_id>/close/", close, name="incidents_incident_close"),
            *super().get_urls(),
        ]

    def close_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask what fixed it, and close."""
        incident = get_object_or_404(Incident, pk=object_id)
        if not self.has_change_permission(request, incident):
            raise PermissionDenied
        form = CloseForm(request.POST or None, fixes=fixes_of(()))
        if request.method == "POST" and form.is_valid() and self._close(request, incident, form):
            return redirect(reverse("admin:incidents_incident_change", args=[incident.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Close with what fixed it"),
            "subtitle": incident.title,
            "incident": incident,
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/incidents/incident/close.html", context)

    def _close(self, request: HttpRequest, incident: Incident, form: CloseForm) -> bool:
        try:
            services.close_incident(incident, by=_user(request), **form.cleaned_data)
        except (services.CannotClose, services.BadTime) as refused:
            complain(form, refused)
            return False
        except (services.IllegalMove, CannotConclude) as refused:
            form.add_error(None, str(refused))
            return False
        self.message_user(request, _("Closed. What fixed it counts for the next one."))
        return True


def _user(request: HttpRequest) -> Any:
    return request.user

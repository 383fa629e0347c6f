"""Incidents in the admin: what happened, notes that only grow, and closing with what fixed it."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.forms import Form, ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents import services
from incidents.forms import CloseForm, complain, fixes_of
from incidents.models import ActionItem, Incident, Note, StatusChange
from incidents.services.editing import check_start
from kb.admin.inlines import GuideRows
from kb.admin.of_guide import OfService
from kb.services.diagnosing.errors import CannotConclude
from probes.admin.asking import Asked, ask, is_answered, say
from probes.admin.chips import chip
from probes.admin.lists import FirstStep, ListAdmin
from probes.admin.moments import AsksForMoments
from probes.services import masked

_LOOKS = {
    Incident.Status.OPEN: ("critical", "✕"),
    Incident.Status.RESOLVED: ("ok", "✓"),
    Incident.Status.CLOSED: ("unknown", "▫"),
}


class NoteInline(AsksForMoments, admin.TabularInline):
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


class ActionItemInline(AsksForMoments, admin.TabularInline):
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


class TakenFilter(admin.SimpleListFilter):
    title = gettext_lazy("who has it")
    parameter_name = "taken"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", gettext_lazy("me")), ("nobody", gettext_lazy("nobody, and still open"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Incident]) -> QuerySet[Incident]:
        if self.value() == "me":
            return rows.filter(assignee=request.user.pk)
        if self.value() == "nobody":
            return rows.filter(assignee=None).exclude(status__in=services.SETTLED)
        return rows


class AssigneeForm(Form):
    assignee = ModelChoiceField(
        queryset=User.objects.filter(is_active=True).order_by("username"),
        label=capfirst(gettext_lazy("assignee")),
        required=False,
        empty_label=gettext_lazy("nobody"),
    )


class IncidentForm(ModelForm):
    def clean_started_at(self) -> datetime:
        started_at: datetime = self.cleaned_data["started_at"]
        try:
            check_start(self.instance, started_at)
        except services.BadTime as refused:
            raise ValidationError(str(refused)) from refused
        return started_at


@admin.register(Incident)
class IncidentAdmin(ListAdmin):
    form = IncidentForm
    about = gettext_lazy("What went wrong, when, who is on it, and what fixed it.")
    first_step = FirstStep(
        words=gettext_lazy("Record what is wrong now; matching guides appear while you write."),
        link=gettext_lazy("Record an incident"),
        address="incident_new",
    )
    list_display = ["title", "shown_status", "severity", "assignee", "started_at", "resolved_at"]
    list_filter = ["status", "severity", TakenFilter, "started_at", OfService, WhereItHappened]
    list_select_related = ["assignee"]
    search_fields = ["title", "report", "public_id"]
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
    actions = ["take", "assign", "mark_resolved"]

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

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, incident: Incident) -> str | SafeString:
        name, shape = _LOOKS.get(Incident.Status(incident.status), ("warning", "!"))
        return chip(name, shape, incident.get_status_display())

    @admin.action(description=gettext_lazy("Take them myself"), permissions=["change"])
    def take(self, request: HttpRequest, incidents: QuerySet[Incident]) -> None:
        self._assign(request, incidents, _user(request))

    @admin.action(description=gettext_lazy("Assign to somebody"), permissions=["change"])
    def assign(self, request: HttpRequest, incidents: QuerySet[Incident]) -> HttpResponse | None:
        form = AssigneeForm(request.POST if is_answered(request) else None)
        if not form.is_valid():
            asked = Asked(title=_("Who takes these incidents?"), button=_("Assign"))
            return ask(self, request, incidents, asked, form)
        self._assign(request, incidents, form.cleaned_data["assignee"])
        return None

    def _assign(self, request: HttpRequest, incidents: QuerySet[Incident], who: Any) -> None:
        """A settled or merged one keeps whoever had it."""
        kept = [one for one in incidents if one.status in services.SETTLED or one.merged_into_id]
        given = [one for one in incidents if one not in kept]
        for incident in given:
            services.edit_incident(incident, by=_user(request), assignee=who)
        text = ngettext(
            "%(count)d incident is assigned.", "%(count)d incidents are assigned.", len(given)
        )
        over = _("%(incident)s is over, so it keeps whoever had it.")
        done = text % {"count": len(given)} if given else ""
        say(self, request, done, [over % {"incident": one} for one in kept])

    @admin.action(description=gettext_lazy("Mark as resolved"), permissions=["change"])
    def mark_resolved(self, request: HttpRequest, incidents: QuerySet[Incident]) -> None:
        refused = list(filter(None, [self._resolve(request, one) for one in incidents]))
        count = len(incidents) - len(refused)
        text = ngettext(
            "%(count)d incident is resolved.", "%(count)d incidents are resolved.", count
        )
        say(self, request, text % {"count": count} if count else "", refused)

    def _resolve(self, request: HttpRequest, incident: Incident) -> str:
        """Why not, where it is refused."""
        try:
            services.change_status(incident, to=Incident.Status.RESOLVED, by=_user(request))
        except (services.IllegalMove, services.BadTime) as refused:
            return f"{incident}: {refused}"
        return ""

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

"""Probe definitions: a form of the kind's own fields, approval, and trying one out."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from probes import services
from probes.admin.approving import Approving
from probes.admin.chips import chip
from probes.admin.kinds import KindFilter
from probes.admin.lists import FirstStep, ListAdmin
from probes.admin.probe_page import judged_rows, page_context
from probes.admin.trying import TRY, Trying
from probes.engine import registry
from probes.engine.schema import Kind
from probes.engine_texts import translated
from probes.forms import example_texts, form_for_kind, judging_fields
from probes.kind_groups import grouped_kinds, kind_words
from probes.models import Probe
from probes.param_words import PARAM, ParamGroup, param_groups

EXAMPLE = "_example"
_OWN_FIELDS = ["name", "slug", "timeout_s", "retries"]


class ApprovalFilter(admin.SimpleListFilter):
    title = gettext_lazy("approval")
    parameter_name = "approval"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("approved", gettext_lazy("Approved")),
            ("waiting", gettext_lazy("Waiting for approval")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Probe]) -> QuerySet[Probe]:
        match self.value():
            case "approved":
                return queryset.exclude(approved_hash="")
            case "waiting":
                return queryset.filter(approved_hash="")
            case _other:
                return queryset


@admin.register(Probe)
class ProbeAdmin(Approving, Trying, ListAdmin):
    about = gettext_lazy("What the product can look at by itself. Each runs once it is approved.")
    first_step = FirstStep(
        words=gettext_lazy("Choose what to look at: a port, a page, a container, a disk."),
        link=gettext_lazy("Add a probe"),
        address="admin:probes_probe_add",
    )
    list_display = ["shown_name", "slug", "shown_kind", "shown_approval", "author", "updated_at"]
    list_filter = [ApprovalFilter, KindFilter]
    list_select_related = ["author"]
    search_fields = ["name", "slug", "kind"]
    actions = ["approve_selected", "withdraw_selected", "run_selected"]
    change_form_template = "admin/probes/probe/change_form.html"

    # --- the form

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.GET.get("kind") in registry.KINDS or not self.has_add_permission(request):
            if EXAMPLE in request.POST:
                # Shown again and not saved: what was typed stays, the example fills the rest.
                request.method = "GET"
            return super().add_view(request, form_url, extra_context)
        return self._choose_kind(request)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        kind = registry.KINDS.get(request.GET.get("kind", ""))
        if kind is None or EXAMPLE not in request.POST:
            return initial
        typed = {name: value for name, value in request.POST.items() if value}
        own = {"name": translated(kind.title), "slug": f"my-{kind.name.replace('_', '-')}"}
        return {**initial, **own, **example_texts(kind), **typed}

    def _choose_kind(self, request: HttpRequest) -> HttpResponse:
        query = request.GET.copy()
        query.pop("kind", None)
        groups = [
            {"title": group.title, "kinds": [_choice(kind, query) for kind in group.kinds]}
            for group in grouped_kinds()
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What should the probe look at?"),
            "groups": groups,
        }
        return TemplateResponse(request, "admin/probes/probe/choose_kind.html", context)

    def get_form(
        self, request: HttpRequest, obj: Probe | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kind = self._form_kind(request, obj)
        if kind is None:
            return super().get_form(request, obj, change, **kwargs)
        fixed = self.get_readonly_fields(request, obj)
        return modelform_factory(
            Probe,
            form=form_for_kind(kind),
            fields=[name for name in _OWN_FIELDS if name not in fixed],
            formfield_callback=partial(self.formfield_for_dbfield, request=request),
        )

    def _form_kind(self, request: HttpRequest, probe: Probe | None) -> registry.Kind | None:
        """Whose fields the page shows; None where the definition is only looked at."""
        if probe is None:
            return registry.KINDS.get(request.GET.get("kind", ""))
        # A kind that is gone can be looked at, not edited.
        return (
            registry.KINDS.get(probe.kind) if self.has_change_permission(request, probe) else None
        )

    def get_fieldsets(self, request: HttpRequest, obj: Probe | None = None) -> Any:
        kind = self._form_kind(request, obj)
        own = ["name", "slug", ("timeout_s", "retries")]
        if kind is None:
            return [(None, {"fields": [*own, "kind", "params", "expectation"]})]
        asked = [(group.title, _fieldset(group)) for group in param_groups(kind)]
        judges = {"fields": judging_fields(kind), "classes": ["judging"]}
        # Shown as a table: each reason with its meaning, and what it stands for here.
        return [(None, {"fields": own}), *asked, (_("What each answer means here"), judges)]

    def get_readonly_fields(self, request: HttpRequest, obj: Probe | None = None) -> Any:
        if obj is not None and self._form_kind(request, obj) is None:
            return [*_OWN_FIELDS, "kind", "params", "expectation"]
        # Guides name a probe by its slug.
        return ["slug"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Probe | None = None) -> Any:
        return {} if obj else {"slug": ("name",)}

    def has_view_permission(self, request: HttpRequest, obj: Probe | None = None) -> bool:
        # Who approves has to see what.
        return super().has_view_permission(request, obj) or self.has_approve_permission(request)

    def response_add(self, request: HttpRequest, obj: Probe, post_url_continue: Any = None) -> Any:
        if TRY in request.POST:
            return self.try_from_form(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Probe) -> Any:
        if TRY in request.POST:
            return self.try_from_form(request, obj)
        return super().response_change(request, obj)

    def save_model(self, request: HttpRequest, obj: Probe, form: Any, change: bool) -> None:
        was_approved = bool(obj.approved_hash)
        services.save_probe(obj, by=request.user)  # type: ignore[arg-type]
        if was_approved and not obj.is_approved:
            self.message_user(
                request,
                _("The definition changed, so it needs approval again before it can run."),
                messages.WARNING,
            )

    # --- pages

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/approve/",
                wrap(require_POST(self.approve_view)),
                name="probes_probe_approve",
            ),
            path("<int:pk>/run/", wrap(self.run_view), name="probes_probe_run"),
            path("<int:pk>/last/", wrap(self.last_look_view), name="probes_probe_last"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        probe = kwargs.get("obj")
        edited = self._form_kind(request, probe)
        kind = edited or (registry.KINDS.get(probe.kind) if probe else None)
        context |= page_context(
            request,
            probe,
            kind,
            may_approve=self.has_approve_permission(request),
            may_run=self.has_run_permission(request),
        )
        if edited:
            form = context["adminform"].form
            context["judged"] = list(judged_rows(form, edited, probe))
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def shown_name(self, probe: Probe) -> str:
        return str(probe)

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def shown_kind(self, probe: Probe) -> str:
        return kind_words(probe.kind)

    @admin.display(description=gettext_lazy("approval"), ordering="approved_at")
    def shown_approval(self, probe: Probe) -> str:
        if probe.is_approved:
            return chip("ok", "✓", _("Approved"))
        return chip("warning", "!", _("Waiting for approval"))


def _fieldset(group: ParamGroup) -> dict[str, Any]:
    hint = {"description": _placeholder_hint()} if group.name == "aim" else {}
    return {"fields": [PARAM + param.name for param in group.params], **hint}


def _choice(kind: Kind, query: Any) -> dict[str, str]:
    return {
        "name": kind.name,
        "title": translated(kind.title),
        "help": translated(kind.help),
        "query": _with_kind(query, kind.name),
    }


def _with_kind(query: Any, kind: str) -> str:
    chosen = query.copy()
    chosen["kind"] = kind
    return str(chosen.urlencode())


def _placeholder_hint() -> str:
    return _("A value may hold ${name}; the guide's check fills it in.")

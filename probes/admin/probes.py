"""Probe definitions: a form of the kind's own fields, approval, and trying one out."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from probes import services
from probes.admin.asking import Asked, ask, is_answered, say
from probes.admin.chips import chip
from probes.admin.lists import FirstStep, ListAdmin
from probes.admin.seen_definitions import SeenForm, definition_text
from probes.engine import registry
from probes.engine.errors import InvalidParams
from probes.engine.schema import Kind
from probes.engine_texts import translated
from probes.forms import RunForm, form_for_kind, judging_fields, param_fields
from probes.kind_groups import grouped_kinds, kind_words
from probes.models import Batch, Probe

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


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        names = Probe.objects.order_by("kind").values_list("kind", flat=True).distinct()
        return [(name, kind_words(name)) for name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Probe]) -> QuerySet[Probe]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Probe)
class ProbeAdmin(ListAdmin):
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
            return super().add_view(request, form_url, extra_context)
        return self._choose_kind(request)

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
        looks = {"fields": param_fields(kind), "description": _placeholder_hint()}
        judges = {"fields": judging_fields(kind), "classes": ["collapse"]}
        return [
            (None, {"fields": own}),
            (translated(kind.title), looks),
            (_("Judging, where it differs from the usual"), judges),
        ]

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

    def save_model(self, request: HttpRequest, obj: Probe, form: Any, change: bool) -> None:
        was_approved = bool(obj.approved_hash)
        services.save_probe(obj, by=request.user)  # type: ignore[arg-type]
        if was_approved and not obj.is_approved:
            self.message_user(
                request,
                _("The definition changed, so it needs approval again before it can run."),
                messages.WARNING,
            )

    # --- approving

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("probes.approve_probe")

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("probes.run_probe")

    @admin.action(description=gettext_lazy("Approve the selected probes"), permissions=["approve"])
    def approve_selected(
        self, request: HttpRequest, queryset: QuerySet[Probe]
    ) -> HttpResponse | None:
        """Shows the definitions first, and approves what was shown."""
        if not is_answered(request):
            return self._show_definitions(request, queryset)
        seen = request.POST.getlist("seen")
        shown = [probe for probe in queryset if f"{probe.pk}:{probe.definition_hash}" in seen]
        approved = sum(self._approve(request, probe) for probe in shown)
        text = ngettext("Approved %(count)d probe.", "Approved %(count)d probes.", approved)
        changed = _("%(probe)s: its definition was changed meanwhile. Look at it again.")
        others = [changed % {"probe": one} for one in queryset if one not in shown]
        say(self, request, text % {"count": approved} if approved else "", others)
        return None

    def _show_definitions(self, request: HttpRequest, probes: QuerySet[Probe]) -> HttpResponse:
        waiting = [probe for probe in probes if not probe.is_approved]
        if not waiting:
            return self._nothing_waits(request)
        asked = Asked(
            title=_("Approve these definitions?"),
            button=_("Approve"),
            told=_("Once approved, they may be run by everyone who may run probes."),
            named=[(probe, definition_text(probe)) for probe in waiting],
        )
        return ask(self, request, probes, asked, SeenForm.of(waiting))

    def _nothing_waits(self, request: HttpRequest) -> HttpResponse:
        self.message_user(request, _("All of them are approved already."), messages.WARNING)
        return HttpResponseRedirect(request.get_full_path())

    @admin.action(
        description=gettext_lazy("Withdraw the approval: they cannot run any more"),
        permissions=["approve"],
    )
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet[Probe]) -> None:
        withdrawn = [services.withdraw_approval(probe) for probe in queryset]
        count = sum(withdrawn)
        text = ngettext(
            "%(count)d probe cannot run any more until somebody approves it.",
            "%(count)d probes cannot run any more until somebody approves them.",
            count,
        )
        unapproved = zip(queryset, withdrawn, strict=True)
        others = [
            _("%(probe)s was not approved.") % {"probe": p} for p, was in unapproved if not was
        ]
        say(self, request, text % {"count": count} if count else "", others)

    def _approve(self, request: HttpRequest, probe: Probe) -> bool:
        try:
            services.approve_probe(probe, by=request.user)  # type: ignore[arg-type]
        except (PermissionDenied, services.ProbeChanged, InvalidParams) as refused:
            self.message_user(request, f"{probe.name}: {refused}", messages.ERROR)
            return False
        return True

    def approve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_approve_permission(request):
            raise PermissionDenied
        probe = get_object_or_404(Probe, pk=pk)
        if request.POST.get("definition_hash") != probe.definition_hash:
            text = _("The definition was changed meanwhile. Look at it again.")
            self.message_user(request, text, messages.ERROR)
        elif self._approve(request, probe):
            self.message_user(request, _("The probe is approved."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:probes_probe_change", args=[pk]))

    # --- trying one out

    @admin.action(description=gettext_lazy("Run the selected probes now"), permissions=["run"])
    def run_selected(self, request: HttpRequest, queryset: QuerySet[Probe]) -> None:
        wanted = [services.Wanted(probe=probe) for probe in queryset]
        try:
            batch = self._try_out(request, wanted)
        except services.RequestRefused as refused:
            for problem in refused.problems:
                self.message_user(request, f"{problem.ref}: {problem.message}", messages.ERROR)
            return
        self._link_to(request, batch)

    def run_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_run_permission(request):
            raise PermissionDenied
        probe = get_object_or_404(Probe, pk=pk)
        names = registry.placeholders(probe.params)
        form = RunForm(request.POST or None, placeholders=names)
        if request.method == "POST" and form.is_valid():
            wanted = services.Wanted(probe=probe, values=form.cleaned_data)
            try:
                batch = self._try_out(request, [wanted])
            except services.RequestRefused as refused:
                form.show(refused.problems)
            else:
                self._link_to(request, batch)
                return HttpResponseRedirect(reverse("admin:probes_batch_change", args=[batch.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Run %(probe)s now") % {"probe": probe.name},
            "probe": probe,
            "form": form,
        }
        return TemplateResponse(request, "admin/probes/probe/run.html", context)

    def _try_out(self, request: HttpRequest, wanted: list[services.Wanted]) -> Batch:
        return services.request_batch(wanted, purpose=Batch.Purpose.TRY, by=request.user)  # type: ignore[arg-type]

    def _link_to(self, request: HttpRequest, batch: Batch) -> None:
        address = reverse("admin:probes_batch_change", args=[batch.pk])
        text = _("The worker has the request; the runs appear here:")
        message = format_html('{} <a href="{}">{}</a>', text, address, batch.public_id)
        self.message_user(request, message, messages.SUCCESS)

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
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        probe = kwargs.get("obj")
        is_own = probe is not None and probe.author_id == request.user.pk
        context |= {
            "self_approval": settings.KNOWNFIX_SELF_APPROVAL,
            "may_approve": self.has_approve_permission(request)
            and (not is_own or settings.KNOWNFIX_SELF_APPROVAL),
            "is_own": is_own,
            "may_run": self.has_run_permission(request),
            "probe": probe,
        }
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

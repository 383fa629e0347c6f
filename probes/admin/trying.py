"""Trying a probe out: from its form, on a page of its own for its values, and several from the list."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from probes import services
from probes.engine import registry
from probes.forms import RunForm, run_form
from probes.models import Batch, BatchItem, Probe

if TYPE_CHECKING:
    _Base = admin.ModelAdmin[Probe]
else:
    _Base = object

# The names of the form's fields for what a try is asked with, and of its button.
TRY = "_try"
VALUE = "try"


class Trying(_Base):
    """The part of the admin of probes that asks for runs."""

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

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("probes.run_probe")

    # --- from the form itself

    def try_from_form(self, request: HttpRequest, probe: Probe) -> HttpResponse:
        """After the form was saved: ask for a run, or say why there is none; back to the form."""
        if not probe.is_approved:
            told = _("Saved. It was not run: its definition is not approved yet.")
            self.message_user(request, told, messages.WARNING)
        elif not self.has_run_permission(request):
            told = _("Saved. It was not run: your account may not run probes.")
            self.message_user(request, told, messages.WARNING)
        else:
            self._ask_once(request, probe)
        return HttpResponseRedirect(_beside_the_form(probe))

    def _ask_once(self, request: HttpRequest, probe: Probe) -> None:
        names = registry.placeholders(probe.params)
        given = {name: request.POST.get(f"{VALUE}-{name}", "").strip() for name in names}
        wanted = services.Wanted(probe=probe, values={n: v for n, v in given.items() if v})
        try:
            self._try_out(request, [wanted])
        except services.RequestRefused as refused:
            for problem in refused.problems:
                told = f"{problem.field}: {problem.message}".removeprefix(": ")
                self.message_user(request, told, messages.ERROR)
        else:
            told = _("Saved, and asked for. What it sees appears under “Try it”.")
            self.message_user(request, told, messages.SUCCESS)

    def last_look_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the form's page that changes while a run is under way."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        probe = get_object_or_404(Probe, pk=pk)
        return TemplateResponse(request, "admin/probes/probe/last_look.html", last_look(probe))


def last_look(probe: Probe) -> dict[str, Any]:
    """The newest thing asked of it: `item` with its `run` once there is one."""
    items = BatchItem.objects.select_related("run", "batch").filter(probe=probe)
    return {"item": items.order_by("-id").first(), "probe": probe}


def value_form(probe: Probe) -> RunForm:
    """The fields of a try, named apart from those of the definition around them."""
    form = run_form(probe)
    form.prefix = VALUE
    return form


def _beside_the_form(probe: Probe) -> str:
    return reverse("admin:probes_probe_change", args=[probe.pk]) + "#try"

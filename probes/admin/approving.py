"""Approving definitions, and taking an approval back, one by one and from the list."""

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from probes import services
from probes.admin.asking import Asked, ask, is_answered, say
from probes.admin.seen_definitions import SeenForm, definition_text
from probes.engine.errors import InvalidParams
from probes.models import Probe

if TYPE_CHECKING:
    _Base = admin.ModelAdmin[Probe]
else:
    _Base = object


class Approving(_Base):
    """The part of the admin of probes with which somebody else than the author approves."""

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("probes.approve_probe")

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

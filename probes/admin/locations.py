"""Places probes look from, what may be touched there, and the tokens of the agents there."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from probes import services
from probes.admin.chips import chip
from probes.admin.lists import ListAdmin
from probes.location_form import LocationForm
from probes.models import Location
from probes.services.locations import SERVER

_AGENT = ("token_made_at", "last_seen_at", "agent_host", "agent_version")


class AgentFilter(admin.SimpleListFilter):
    title = gettext_lazy("agent")
    parameter_name = "agent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("away", gettext_lazy("not heard of")), ("none", gettext_lazy("without a token"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        silent = Q(last_seen_at=None) | Q(last_seen_at__lt=timezone.now() - services.AWAY_AFTER)
        match self.value():
            case "away":
                return queryset.exclude(token_hash="").filter(silent)
            case "none":
                return queryset.filter(token_hash="").exclude(slug=SERVER)
            case _other:
                return queryset


@admin.register(Location)
class LocationAdmin(ListAdmin):
    form = LocationForm
    about = gettext_lazy("Where probes look from, and what they may touch there.")
    list_display = [
        "shown_name",
        "slug",
        "shown_networks",
        "shown_kinds",
        "agent_host",
        "shown_seen",
    ]
    list_filter = [AgentFilter]
    search_fields = ["name", "slug", "agent_host"]
    change_form_template = "admin/probes/location/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Batches and workers find their location by this name.
        return ["slug", *_AGENT] if obj else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        limits = list(LocationForm.Meta.fields)
        return [*limits, *_AGENT] if obj and obj.slug != SERVER else limits

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def shown_name(self, location: Location) -> str:
        return str(location)

    @admin.display(description=gettext_lazy("agent last seen at"), ordering="last_seen_at")
    def shown_seen(self, location: Location) -> str:
        if location.slug == SERVER:
            return chip("ok", "✓", _("the server itself"))
        if not location.token_hash:
            return chip("never", "○", _("no token"))
        seen = location.last_seen_at
        when = formats.date_format(timezone.localtime(seen), "Y-m-d H:i") if seen else _("never")
        is_near = seen is not None and seen > timezone.now() - services.AWAY_AFTER
        return chip("ok", "✓", when) if is_near else chip("warning", "!", when)

    @admin.display(description=gettext_lazy("networks"))
    def shown_networks(self, location: Location) -> str:
        return ", ".join(location.networks)

    @admin.display(description=gettext_lazy("kinds"))
    def shown_kinds(self, location: Location) -> str:
        return ", ".join(location.kinds) or str(_("every kind"))

    # --- tokens

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        issue, revoke = wrap(require_POST(self.issue_view)), wrap(require_POST(self.revoke_view))
        return [
            path("<int:pk>/token/", issue, name="probes_location_token"),
            path("<int:pk>/revoke/", revoke, name="probes_location_revoke"),
            *super().get_urls(),
        ]

    def issue_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The secret stands on this page only: messages travel in a cookie."""
        location = self._location(request, pk)
        try:
            secret = services.issue_token(location, by=request.user)  # type: ignore[arg-type]
        except services.NoAgentHere as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return self._back(pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Token of an agent"),
            "opts": self.opts,
            "location": location,
            "secret": secret,
            "server": request.build_absolute_uri("/").rstrip("/"),
        }
        response = TemplateResponse(request, "admin/probes/location/token.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        location = self._location(request, pk)
        if services.revoke_token(location, by=request.user):  # type: ignore[arg-type]
            self.message_user(request, _("The token is revoked: no agent can come with it."))
        else:
            self.message_user(request, _("There was no token."), messages.WARNING)
        return self._back(pk)

    def _location(self, request: HttpRequest, pk: int) -> Location:
        if not request.user.has_perm("probes.issue_agent_token"):
            raise PermissionDenied
        return get_object_or_404(Location, pk=pk)

    def _back(self, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:probes_location_change", args=[pk]))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        location = kwargs.get("obj")
        is_elsewhere = location is not None and location.slug != SERVER
        context["may_issue"] = is_elsewhere and request.user.has_perm("probes.issue_agent_token")
        return super().render_change_form(request, context, *args, **kwargs)

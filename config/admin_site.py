"""The admin of the whole base: its own front page, and models in the order people think in."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Group of the menu, and its models by label; what is not named here follows in its app's group.
MENU: Mapping[str, tuple[str | Promise, tuple[str, ...]]] = {
    "kb": (
        _("Knowledge"),
        (
            "kb.Guide",
            "kb.Cause",
            "kb.Service",
            "kb.SearchGap",
            "kb.Investigation",
            "kb.Attempt",
            "kb.GuideRevision",
        ),
    ),
    "incidents": (
        pgettext_lazy("part of the menu", "Incidents"),
        ("incidents.Incident", "incidents.ActionItem", "incidents.IncidentTemplate"),
    ),
    "probes": (
        pgettext_lazy("part of the menu", "Probes"),
        (
            "probes.Probe",
            "probes.Schedule",
            "probes.Maintenance",
            "probes.Location",
            "probes.Batch",
            "probes.Run",
        ),
    ),
    "config": (_("Access"), ("auth.User", "auth.Group", "config.ApiKey")),
}


class KnownfixAdminSite(AdminSite):
    site_header = _("Knownfix administration")
    site_title = _("Knownfix")
    index_title = _("Administration")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        found = super().get_app_list(request, app_label)
        for model in (model for app in found for model in app["models"]):
            model["about"] = getattr(self._registry[model["model"]], "about", "")
        return found if app_label else _grouped(found)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        # Read when asked for: it reads the models of every app.
        from config.dashboard import dashboard_of

        shown = {"dashboard": dashboard_of(request.user), **(extra_context or {})}  # type: ignore[arg-type]
        return super().index(request, shown)

    def autocomplete_view(self, request: HttpRequest) -> Any:
        from config.admin.autocomplete import Autocomplete

        return Autocomplete.as_view(admin_site=self)(request)


def _grouped(apps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The apps as groups of the menu; people and roles of Django's own app stand with the keys."""
    known = list(apps)
    home = {label: key for key, (_title, labels) in MENU.items() for label in labels}
    groups: dict[str, list[dict[str, Any]]] = {key: [] for key in MENU}
    for app in known:
        for model in app["models"]:
            key = home.get(model["model"]._meta.label, app["app_label"])
            groups.setdefault(key, []).append(model)
    frames = {app["app_label"]: app for app in known}
    return [_group(key, models, frames) for key, models in groups.items() if models]


def _group(key: str, models: list[Any], frames: Mapping[str, Any]) -> dict[str, Any]:
    title, order = MENU.get(key, ("", ()))
    place = {label: number for number, label in enumerate(order)}
    models.sort(key=lambda model: place.get(model["model"]._meta.label, len(place)))
    frame = frames.get(key) or frames[models[0]["model"]._meta.app_label]
    return {**frame, "name": title or frame["name"], "app_label": key, "models": models}

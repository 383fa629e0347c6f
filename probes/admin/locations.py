"""Places probes look from, and what may be touched there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from probes.location_form import LocationForm
from probes.models import Location


@admin.register(Location)
class LocationAdmin(admin.ModelAdmin):
    form = LocationForm
    list_display = ["name", "slug", "shown_networks", "shown_kinds"]
    search_fields = ["name", "slug"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Batches and workers find their location by this name.
        return ["slug"] if obj else []

    @admin.display(description=_("networks"))
    def shown_networks(self, location: Location) -> str:
        return ", ".join(location.networks)

    @admin.display(description=_("kinds"))
    def shown_kinds(self, location: Location) -> str:
        return ", ".join(location.kinds) or str(_("every kind"))

"""Where the next checks are looked at from, as a page offers it once there is a choice."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.shortcuts import get_object_or_404

from kb.services.diagnosing.answers import CheckState
from probes.models import Location
from probes.requests import PageRequest
from probes.services import server_location


@dataclass(frozen=True, kw_only=True)
class Vantage:
    """`locations` is empty where there is only the base's own host; then nothing is shown.

    `chosen` is the slug of the place that every check looks from by now, if it is not that host.
    """

    locations: tuple[Location, ...]
    chosen: str


def vantage_of(checks: Sequence[CheckState]) -> Vantage:
    locations = tuple(Location.objects.order_by("name", "slug"))
    if len(locations) < 2:
        return Vantage(locations=(), chosen="")
    places = {state.location.slug for state in checks if not state.is_manual}
    chosen = places.pop() if len(places) == 1 else ""
    return Vantage(locations=locations, chosen="" if chosen == server_location().slug else chosen)


def chosen_place(request: PageRequest) -> Location | None:
    """Where the person wants to look from; None leaves it to each check's role."""
    slug = request.POST.get("location", "")
    return get_object_or_404(Location, slug=slug) if slug else None

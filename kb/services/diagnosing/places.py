"""Where each role of a guide's checks is looked at from, so that two vantage points never mix.

A guide's checks look from two sides: at the target, and as its client does. Each side has one
place at a time, and only what was seen from there is evidence: "refused" from a laptop says
nothing about what the load balancer sees. The place is where somebody last saw something for
that side; before that, the service's binding `location` for the target, else the base's host.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.models import Check, Service
from probes.models import BatchItem, Location
from probes.services import server_location

_Side = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Places:
    """`last` is by purpose and role, `usual` by role where nobody looked yet."""

    last: Mapping[_Side, Location]
    usual: Mapping[str, Location]

    def place_of(self, check: Check, *, purpose: str) -> Location:
        """A repair is verified from where the trouble was seen."""
        seen = self.last.get((purpose, check.role)) or self.last.get(("diagnose", check.role))
        return seen or self.usual[check.role]


def places_of(
    items: Iterable[BatchItem], checks: Mapping[str, Check], *, services: Sequence[Service]
) -> Places:
    """From the items of an investigation's batches, newest first."""
    seen: dict[_Side, Location] = {}
    asked: dict[_Side, Location] = {}
    for item in items:
        # What a person says is about the place, and comes from none.
        is_word = hasattr(item, "run") and item.run.answered_by
        if item.ref in checks and item.kind != "manual" and not is_word:
            side = (item.batch.purpose, checks[item.ref].role)
            asked.setdefault(side, item.batch.location)
            if hasattr(item, "run") and item.run.status != "UNKNOWN":
                seen.setdefault(side, item.batch.location)
    server = server_location()
    usual = dict.fromkeys(Check.Role.values, server)
    return Places(last={**asked, **seen}, usual=usual | _bound(services))


def _bound(services: Sequence[Service]) -> dict[str, Location]:
    """The first service that says where its host is looked at from."""
    names = [str(one.bindings["location"]) for one in services if "location" in one.bindings]
    found = Location.objects.filter(slug=names[0]).first() if names else None
    return {Check.Role.TARGET.value: found} if found else {}

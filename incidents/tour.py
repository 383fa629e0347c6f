"""The short tour of the first page: the starter guide and incident it leads through."""

from dataclasses import dataclass
from functools import lru_cache

from incidents.ingest import decode, parse
from incidents.models import Incident
from incidents.services.starter import STARTER
from kb.models import Guide

# The starter guide whose checks look at this machine alone.
_GUIDE = "connection"


@dataclass(frozen=True, kw_only=True)
class Tour:
    """What its steps open; None for what was archived or removed here."""

    guide: Guide | None
    incident: Incident | None


def tour_of_the_starters() -> Tour:
    return Tour(
        guide=Guide.objects.published().filter(slug=_GUIDE).first(),
        incident=Incident.objects.filter(public_id__in=_starter_ids()).first(),
    )


@lru_cache(maxsize=1)
def _starter_ids() -> tuple[str, ...]:
    return tuple(parse(decode(path.read_bytes())).incident for path in sorted(STARTER.glob("*.md")))

"""Means and medians of how long incidents took, over a filter and by a grouping."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from incidents.models import Incident
from incidents.services.times import Figure, figures, incident_times

GROUPINGS = ("severity", "service", "period")


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """`key` is a severity, a service's slug or a month like `2026-11`; empty for all together."""

    key: str
    incidents: int
    open: int
    figures: Mapping[str, Figure]


def statistics_of(incidents: QuerySet[Incident]) -> Statistics:
    """Duplicates are part of what they were merged into and are not counted."""
    return _over("", _read(incidents))


def statistics_by(incidents: QuerySet[Incident], by: str) -> list[Statistics]:
    """One for each key, in order; an incident of two services counts for both."""
    groups: dict[str, list[Incident]] = {}
    for incident in _read(incidents):
        for key in _KEYS[by](incident):
            groups.setdefault(key, []).append(incident)
    return [_over(key, groups[key]) for key in sorted(groups)]


def _read(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    counted = incidents.filter(merged_into=None).defer("report")
    return counted.prefetch_related("status_changes", "services")


def _over(key: str, incidents: Iterable[Incident]) -> Statistics:
    incidents = list(incidents)
    return Statistics(
        key=key,
        incidents=len(incidents),
        open=sum(incident.is_open for incident in incidents),
        figures=figures(incident_times(incident) for incident in incidents),
    )


def _services(incident: Incident) -> list[str]:
    return [service.slug for service in incident.services.all()]


def _month(incident: Incident) -> list[str]:
    return [timezone.localtime(incident.started_at).strftime("%Y-%m")]


_KEYS: Mapping[str, Callable[[Incident], list[str]]] = {
    "severity": lambda incident: [incident.severity],
    "service": _services,
    "period": _month,
}

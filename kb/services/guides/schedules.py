"""Checks that run by themselves: a published guide's `schedule:` keys as rows of the probes' app."""

from collections.abc import Iterable, Mapping
from typing import Any

from kb.ingest import ParameterDraft
from kb.models import Check, Guide, Service
from probes.engine import registry
from probes.engine.errors import InvalidParams
from probes.services import Kept, keep_schedules
from probes.timetable import BadTimetable, read_timetable


def schedule_checks(guide: Guide) -> None:
    """Bring the schedules of the guide's checks to what the guide says now.

    Only a published guide runs by itself.
    """
    checks = guide.checks.exclude(schedule="").select_related("probe", "guide")
    published = guide.state == Guide.State.PUBLISHED
    keep_schedules(f"guide:{guide.slug}", [_kept(c) for c in checks] if published else [])


def schedule_service(service: Service) -> list[str]:
    """Bring the schedules of its guides to what the service binds now.

    Answers with a sentence for each guide whose checks cannot run with that.
    """
    problems = []
    guides = Guide.objects.filter(services=service, checks__schedule__gt="")
    for guide in guides.distinct():
        try:
            schedule_checks(guide)
        except InvalidParams as refused:
            problems.append(f"{guide.slug}: {refused}")
    return problems


def timetable_problem(text: str) -> str:
    try:
        read_timetable(text)
    except BadTimetable as wrong:
        return str(wrong)
    return ""


def names_asked(values: Mapping[str, Any]) -> frozenset[str]:
    """The guide's parameters that a check is filled in with."""
    return frozenset(registry.placeholders(values))


def standing_values(
    parameters: Mapping[str, ParameterDraft | Mapping[str, Any]], services: Iterable[Service]
) -> dict[str, Any]:
    """What parameters stand at when nobody types or pastes: bound by a service, else a default."""
    values = {
        name: _default(spec) for name, spec in parameters.items() if _default(spec) is not None
    }
    for service in services:
        values |= {name: v for name, v in service.bindings.items() if name in parameters}
    return values


def _default(spec: ParameterDraft | Mapping[str, Any]) -> Any:
    return spec.default if isinstance(spec, ParameterDraft) else spec.get("default")


def _kept(check: Check) -> Kept:
    standing = standing_values(check.guide.parameters, check.guide.services.all())
    return Kept(
        ref=check.key,
        name=check.name,
        probe=check.probe,
        times=check.schedule,
        values=registry.fill(check.parameters, standing),
        baseline=check.baseline,
    )

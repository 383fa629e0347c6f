"""Plain rows of everything the admin lists, written in bulk past the services and the index."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from config.models import ApiKey
from incidents.models import ActionItem, Incident, IncidentTemplate
from kb.models import (
    Attempt,
    Cause,
    Guide,
    GuideRevision,
    GuideTranslation,
    Investigation,
    SearchGap,
    Service,
)
from probes.models import Batch, BatchItem, Location, Maintenance, Probe, Run, Schedule

_AT_ONCE = 2_000
_STATUSES = ("OK", "OK", "OK", "OK", "OK", "OK", "WARNING", "CRITICAL", "UNKNOWN", "OK")
_REASONS = ("connected", "slow", "refused", "no_route")


def fill_knowledge(count: int, *, tag: str = "m") -> None:
    """So many guides, each with a cause, a revision, every second one with a translation."""
    now = timezone.now()
    states = Guide.State.values
    guides = _stored(
        Guide(
            slug=f"{tag}-guide-{n}",
            language="en",
            title=f"Guide {n}",
            summary="What to do.",
            body="## First\n\nLook.\n",
            state=states[n % len(states)],
            review_after=(now + timedelta(days=n % 90 - 30)).date(),
        )
        for n in range(count)
    )
    _stored(Cause(guide=one, slug="cause", title=f"Cause of {one.slug}") for one in guides)
    _stored(
        GuideRevision(guide=one, number=2, source="import", file="", sha256="0" * 64)
        for one in guides
    )
    _stored(
        GuideTranslation(guide=one, language="ko", title=one.title, of_revision=1 + n % 2)
        for n, one in enumerate(guides[::2])
    )
    _stored(Service(slug=f"{tag}-service-{n}", name=f"Service {n}") for n in range(count))
    _stored(SearchGap(fingerprint=f"{tag}{n}", count=n, sample=f"error {n}") for n in range(count))


def fill_cases(count: int, *, tag: str = "m") -> None:
    """So many investigations, each with an attempt and an incident with an action item."""
    now = timezone.now()
    found = _stored(
        Investigation(
            text=f"{tag} error {n}\n" + "x" * 400,
            fingerprint=f"{tag}{n % 997}",
            created_at=now - timedelta(minutes=n),
            concluded_at=now if n % 3 == 0 else None,
        )
        for n in range(count)
    )
    outcomes = Attempt.Outcome.values
    _stored(
        Attempt(investigation=one, what="restart", outcome=outcomes[n % len(outcomes)])
        for n, one in enumerate(found)
    )
    incidents = _stored(_incident(n, one, now) for n, one in enumerate(found))
    _stored(
        ActionItem(incident=one, what=f"Follow up {n}", due=now.date())
        for n, one in enumerate(incidents)
    )


def _incident(n: int, found: Investigation, now: datetime) -> Incident:
    statuses = Incident.Status.values
    status = statuses[n % len(statuses)]
    return Incident(
        title=f"Incident {n}",
        status=status,
        resolved_at=now if status in ("resolved", "closed") else None,
        closed_at=now if status == "closed" else None,
        investigation=found,
        started_at=now - timedelta(minutes=n),
    )


def fill_runs(count: int, *, tag: str = "m", per_batch: int = 10) -> None:
    """So many runs of twenty probes, the newest last."""
    location = Location.objects.get_or_create(slug="server", defaults={"name": "Server"})[0]
    probes = [_probe(f"{tag}-probe-{n}") for n in range(20)]
    begin = timezone.now() - timedelta(seconds=count)
    for start in range(0, count, _AT_ONCE):
        _some_runs(range(start, min(count, start + _AT_ONCE)), probes, location, begin, per_batch)


def _some_runs(
    numbers: range, probes: list[Probe], location: Location, begin: datetime, per_batch: int
) -> None:
    batches = _stored(
        Batch(
            purpose=Batch.Purpose.values[n % 4],
            location=location,
            state=Batch.State.DONE,
            created_at=begin + timedelta(seconds=n),
        )
        for n in numbers[::per_batch]
    )
    items = _stored(
        BatchItem(
            batch=batches[place // per_batch],
            position=place % per_batch,
            ref=probes[n % 20].slug,
            probe=probes[n % 20],
            probe_slug=probes[n % 20].slug,
            definition_hash="0" * 64,
            kind="tcp_connect",
            timeout_s=3,
        )
        for place, n in enumerate(numbers)
    )
    _stored(_run(n, item, begin) for n, item in zip(numbers, items, strict=True))


def _run(n: int, item: BatchItem, begin: datetime) -> Run:
    at = begin + timedelta(seconds=n)
    return Run(
        item=item,
        status=_STATUSES[n % 10],
        reason_code=_REASONS[n % 4],
        summary="127.0.0.1:8000 was looked at",
        started_at=at,
        elapsed_s=0.01,
        recorded_at=at,
    )


def _probe(slug: str) -> Probe:
    fields = {"name": slug, "kind": "tcp_connect", "params": {"host": "127.0.0.1", "port": 8000}}
    return Probe.objects.get_or_create(slug=slug, defaults=fields)[0]


def fill_the_rest(count: int, *, tag: str = "m") -> None:
    """What there is less of: people, keys, locations, schedules, planned work, templates."""
    now = timezone.now()
    people = _stored(User(username=f"{tag}-{n}") for n in range(count))
    _stored(Group(name=f"{tag} role {n}") for n in range(count))
    _stored(
        ApiKey(name=f"key {n}", user=one, digest=f"{tag}{n}".rjust(64, "0"))
        for n, one in enumerate(people)
    )
    places = _stored(Location(slug=f"{tag}-place-{n}", name=f"Place {n}") for n in range(count))
    probes = _stored(_unsaved_probe(f"{tag}-own-{n}", n) for n in range(count))
    schedules = _stored(
        Schedule(
            slug=f"{tag}-{n}",
            name=f"Check {n}",
            probe=probe,
            location=place,
            every_s=300,
            next_at=now,
        )
        for n, (probe, place) in enumerate(zip(probes, places, strict=True))
    )
    later = now + timedelta(hours=1)
    _stored(
        Maintenance(reason=f"Move {n}", starts_at=now, ends_at=later, schedule=one)
        for n, one in enumerate(schedules)
    )
    _stored(
        IncidentTemplate(slug=f"{tag}-{n}", language="en", title=f"Template {n}")
        for n in range(count)
    )
    _stored(_log_entry(one) for one in people)


def _unsaved_probe(slug: str, n: int) -> Probe:
    return Probe(slug=slug, name=slug, kind="tcp_connect", approved_hash="0" * 64 if n % 2 else "")


def _log_entry(user: User) -> LogEntry:
    kind = ContentType.objects.get_for_model(User)
    return LogEntry(
        user=user,
        content_type=kind,
        object_id=str(user.pk),
        object_repr=str(user),
        action_flag=CHANGE,
    )


def _stored(rows: Iterable[Any]) -> list[Any]:
    return [one for some in _chunks(rows) for one in _model(some).objects.bulk_create(some)]


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(rows)
    while some := list(islice(waiting, _AT_ONCE)):
        yield some


def _model(rows: list[Any]) -> Any:
    model: type[models.Model] = type(rows[0])
    return model

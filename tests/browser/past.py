"""A month that never was, for the pictures of the documentation: schedules with their runs.

Run as a program with the base's KNOWNFIX_VAR. Also imports the documentation's example guide.
"""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from tests.browser.product import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "redis-refused.md"
HOURS = 30 * 24


class Said(NamedTuple):
    status: str
    reason_code: str
    summary: str


class Told(NamedTuple):
    """A schedule's name and what it said otherwise: `{(from, to): Said}` in hours ago.

    `place` is where an agent looks from; without one it is the base's own host.
    """

    name: str
    kind: str
    params: dict
    well: Said
    otherwise: dict
    place: str = ""


_REFUSED = Said("CRITICAL", "refused", "127.0.0.1 port 6379 refused the connection")
_SLOW = Said("WARNING", "slow", "127.0.0.1 answered after 1.9 s")
_WRONG = Said("CRITICAL", "wrong_status", "127.0.0.1 answered 503")
_BLIND = Said("UNKNOWN", "engine_unreachable", "the container engine did not answer")
_CONNECTED = Said("OK", "connected", "the port accepts connections")
_ANSWERED = Said("OK", "as_expected", "answered 200")


def _page(port: int, path: str) -> dict:
    return {"url": f"http://127.0.0.1:{port}{path}"}


SCHEDULES = (
    Told("Storefront answers", "http", _page(8000, "/"), _ANSWERED, {(410, 404): _WRONG}),
    Told(
        "Checkout answers in time",
        "http",
        _page(8000, "/checkout"),
        _ANSWERED,
        {(9, 5): _SLOW, (130, 100): _SLOW, (404, 402): _WRONG},
    ),
    Told(
        "Redis accepts connections",
        "tcp_connect",
        {"host": "127.0.0.1", "port": 6379},
        _CONNECTED,
        {(2, 0): _REFUSED, (300, 296): _REFUSED},
    ),
    Told(
        "Orders database accepts connections",
        "tcp_connect",
        {"host": "127.0.0.1", "port": 5432},
        _CONNECTED,
        {},
    ),
    Told(
        "Worker's container runs",
        "docker_container",
        {"name": "worker"},
        Said("OK", "running", "worker runs"),
        {(60, 36): _BLIND},
    ),
    Told("Search answers", "http", _page(9200, "/"), _ANSWERED, {(650, 610): _WRONG}),
    Told(
        "Storefront's name resolves",
        "dns_resolve",
        {"name": "localhost"},
        Said("OK", "resolves", "the name resolves"),
        {(290, 280): Said("CRITICAL", "missing", "the name does not resolve")},
        "Branch office",
    ),
    Told(
        "Storefront answers the office",
        "http",
        _page(8000, "/office"),
        _ANSWERED,
        {(410, 404): _WRONG, (75, 60): _SLOW},
        "Branch office",
    ),
)


def lived(var: Path) -> None:
    """Give the running base of this folder its past."""
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    said = subprocess.run(
        [sys.executable, "-m", "tests.browser.past"],
        env={**environment, "KNOWNFIX_VAR": str(var), "KNOWNFIX_NO_VENV": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr


def live() -> None:
    from django.core.management import call_command
    from django.db import transaction

    call_command("import", str(EXAMPLE), yes=True, verbosity=0)
    for told in SCHEDULES:
        with transaction.atomic():
            _month(_schedule(told), told)


def _schedule(told: Told):
    from django.utils import timezone

    from probes import services
    from probes.models import Probe, Schedule

    slug = told.name.lower().replace(" ", "-").replace("'", "")
    probe = Probe(slug=slug[:50], name=told.name, kind=told.kind, params=told.params)
    services.save_probe(probe, by=None)
    Probe.objects.filter(pk=probe.pk).update(approved_hash=probe.definition_hash)
    schedule = Schedule(slug=slug, name=told.name, probe=probe, every_s=3600)
    schedule.location = _location(told.place)
    services.save_schedule(schedule)
    # Beyond the pictures: what would be looked at is not there.
    later = timezone.now() + timedelta(days=1)
    Schedule.objects.filter(pk=schedule.pk).update(next_at=later)
    return schedule


def _location(name: str):
    from probes import services
    from probes.models import Location

    if not name:
        return services.server_location()
    slug = name.lower().replace(" ", "-")
    return Location.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def _month(schedule, told: Told) -> None:
    from django.utils import timezone

    from probes import services
    from probes.models import Batch, BatchItem, Run

    now, probe = timezone.now(), schedule.probe
    times = [now - timedelta(hours=ago, minutes=4) for ago in range(HOURS, -1, -1)]
    batches = Batch.objects.bulk_create(
        Batch(
            purpose=Batch.Purpose.SCHEDULED,
            location=schedule.location,
            state=Batch.State.DONE,
            tries=1,
            created_at=at,
            finished_at=at,
        )
        for at in times
    )
    items = BatchItem.objects.bulk_create(
        BatchItem(
            batch=batch,
            position=0,
            ref=schedule.slug,
            probe=probe,
            probe_slug=probe.slug,
            definition_hash=probe.definition_hash,
            kind=probe.kind,
            params=probe.params,
            schedule=schedule,
            timeout_s=probe.timeout_s,
        )
        for batch in batches
    )
    runs = Run.objects.bulk_create(
        _run(item, _said(told, ago), ago)
        for item, ago in zip(items, range(HOURS, -1, -1), strict=True)
    )
    services.note_looks(runs, schedules={item.pk: schedule.pk for item in items})


def _said(told: Told, ago: int) -> Said:
    return next(
        (said for (begin, end), said in told.otherwise.items() if end <= ago <= begin), told.well
    )


def _run(item, said: Said, ago: int):
    from probes.models import Run

    at = item.batch.created_at
    return Run(
        item=item,
        status=said.status,
        reason_code=said.reason_code,
        facts={},
        summary=said.summary,
        attempts=[],
        started_at=at,
        elapsed_s=0.02 + (ago * 7 % 11) / 500,
        recorded_at=at,
    )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    live()


if __name__ == "__main__":
    main()

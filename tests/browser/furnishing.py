"""A base in use, for looking at: rows of every kind, made through the product's own pages.

Run as a program with the base's KNOWNFIX_VAR, beside the running product, whose worker looks.
It ends by saying the key of a session of the administrator.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

PASTES = (
    "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED",
    "ModuleNotFoundError: No module named 'jwt'",
    "GET http://127.0.0.1:8000/v1/me net::ERR_FAILED 502 (Bad Gateway)",
)
UNKNOWN = "flux capacitor: fluxion overrun in chamber 7"


def furnished(var: Path) -> str:
    """Furnish the running base of this folder; the session's key."""
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    said = subprocess.run(
        [sys.executable, "-m", "tests.browser.furnishing"],
        env={**environment, "KNOWNFIX_VAR": str(var), "KNOWNFIX_NO_VENV": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return said.stdout.split()[-1]


def furnish() -> str:
    client = _administrator()
    cases = [_case(client, text) for text in PASTES]
    _case(client, UNKNOWN)
    _look(client, cases[0])
    _incidents(client, cases[0])
    _guide_in_the_making(client)
    _newer_original()
    _service()
    _schedules()
    return client.cookies["sessionid"].value


def _administrator() -> object:
    from django.contrib.auth.models import User
    from django.test import Client

    from config.models import PasswordDue

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(is_superuser=True))
    PasswordDue.objects.all().delete()
    return client


def _case(client, text: str) -> str:
    """The address of an investigation of this text."""
    answer = client.post("/", {"text": text})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def _look(client, case: str) -> None:
    """Run the first guide's checks, wait for them, and say that a repair did not help."""
    from kb.models import Resolution

    fields = {"p-connection/host": "127.0.0.1", "p-connection/port": "8000", "check": "all"}
    client.post(f"{case}checks/", fields)
    _wait_for_runs()
    fix = Resolution.objects.filter(cause__guide__slug="connection").first()
    client.post(f"{case}outcome/", {"resolution": fix.pk, "outcome": "failed", "note": "Again."})


def _wait_for_runs(patience_s: float = 60.0) -> None:
    from probes.models import Batch

    open_ = Batch.objects.filter(state__in=("ready", "leased"))
    ends = time.monotonic() + patience_s
    while open_.exists():
        assert time.monotonic() < ends, "the worker did not finish its batches"
        time.sleep(0.2)


def _incidents(client, case: str) -> None:
    public_id = case.strip("/").split("/")[-1]
    said = {"title": "Backend on 8000 cannot be reached", "severity": "major", "text": PASTES[0]}
    opened = client.post("/incidents/new/", {**said, "investigation": public_id})
    incident = opened["Location"]
    client.post(f"{incident}note/", {"text": "The deploy of 14:02 is the first suspect."})
    client.post(f"{incident}attempt/", {"what": "Restarted the container", "outcome": "failed"})
    client.post(f"{incident}action/", {"what": "Pin the versions", "due": "2026-01-05"})
    other = {"title": "Login page is slow", "severity": "minor", "text": ""}
    client.post("/incidents/new/", other)


def _guide_in_the_making(client) -> None:
    """A draft that a gap began."""
    from kb.models import SearchGap

    for gap in SearchGap.objects.filter(answered_at=None)[:1]:
        client.post(f"/gaps/{gap.fingerprint}/draft/")


def _newer_original() -> None:
    """A guide that moved on since it was translated."""
    from django.db import transaction

    from kb import services
    from kb.models import Guide

    with transaction.atomic():
        guide = Guide.objects.get(slug="ai-api")
        guide.summary = f"{guide.summary} (2026-11)"
        guide.save()
        services.record_edit(guide, by=None)


def _service() -> None:
    from kb.models import Guide, Service

    service = Service.objects.create(slug="storefront", name="Storefront")
    Guide.objects.get(slug="connection").services.add(service)


def _schedules() -> None:
    from datetime import timedelta

    from django.utils import timezone

    from probes.models import Location, Maintenance, Probe, Schedule

    Schedule.objects.create(
        slug="backend-answers",
        name="The backend answers",
        probe=Probe.objects.get(slug="tcp"),
        values={"host": "127.0.0.1", "port": 8000},
        location=Location.objects.get(slug="server"),
        every_s=60,
        next_at=timezone.now(),
    )
    tomorrow = timezone.now() + timedelta(days=1)
    Maintenance.objects.create(
        starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=1), reason="New disks"
    )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    sys.stdout.write(furnish())


if __name__ == "__main__":
    main()

"""Probes, batches and results with honest defaults, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db.models.functions import Now

from probes import services
from probes.engine.spec import ProbeResult, Status
from probes.models import Batch, Probe, Schedule
from probes.timetable import read_timetable

STARTED = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC)


def make_user(username: str = "jisu", *permissions: str, **fields: Any) -> User:
    """A person with permissions such as `probes.run_probe`; `is_staff` opens the admin."""
    user = User.objects.create_user(username, **fields)
    for name in permissions:
        app_label, codename = name.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app_label, codename=codename)
        )
    return user


def make_probe(
    slug: str = "tcp",
    *,
    kind: str = "tcp_connect",
    params: dict[str, Any] | None = None,
    approved: bool = True,
    author: User | None = None,
    **fields: Any,
) -> Probe:
    if params is None:
        params = {"host": "${host}", "port": "${port}"}
    probe = Probe(slug=slug, name=fields.pop("name", slug), kind=kind, params=params, **fields)
    services.save_probe(probe, by=author)
    if approved:
        services.approve_probe(probe, by=make_user(f"approver-of-{slug}"))
    return probe


def make_batch(*ports: int, **request: Any) -> Batch:
    """A ready batch of one `tcp` item per port."""
    probe = Probe.objects.filter(slug="tcp").first() or make_probe()
    wanted = [
        services.Wanted(
            probe=probe, values={"host": "127.0.0.1", "port": port}, ref=f"guide/port-{port}"
        )
        for port in ports or (8000,)
    ]
    request = {"purpose": Batch.Purpose.TRY, "by": None, **request}
    return services.request_batch(wanted, **request)


def make_schedule(
    slug: str = "shop-port",
    *,
    port: int = 8001,
    times: str = "every 5m",
    probe: Probe | None = None,
    is_due: bool = False,
    **fields: Any,
) -> Schedule:
    """A schedule of the `tcp` probe, due since a second or not for an hour."""
    probe = probe or Probe.objects.filter(slug="tcp").first() or make_probe()
    values = {"host": "127.0.0.1", "port": port} if probe.slug == "tcp" else {}
    location = fields.pop("location", None) or services.server_location()
    fields = {"name": slug, "values": values, **fields}
    schedule = Schedule(slug=slug, probe=probe, location=location, **fields)
    schedule.timetable = read_timetable(times)
    services.save_schedule(schedule)
    make_due(schedule, since=timedelta(seconds=1) if is_due else -timedelta(hours=1))
    return schedule


def make_due(*schedules: Schedule, since: timedelta = timedelta(seconds=1)) -> None:
    for schedule in schedules:
        Schedule.objects.filter(pk=schedule.pk).update(next_at=Now() - since)
        schedule.refresh_from_db()


def claim(runner: str = "one", **kwargs: Any) -> services.Claim | None:
    return services.claim(location=services.server_location(), runner=runner, **kwargs)


def result(reason_code: str = "refused", **fields: Any) -> ProbeResult:
    values: dict[str, Any] = {
        "status": Status.CRITICAL,
        "reason_code": reason_code,
        "facts": {"port": 8000},
        "summary": "127.0.0.1:8000 refused the connection",
        "output": "",
        "attempts": [],
        "started_at": STARTED,
        "elapsed_s": 0.01,
        "lateness_s": 0.0,
    }
    return ProbeResult(**{**values, **fields})

"""What a full base has fewer of: people, keys, places, planned work, drafts, what waits for a look."""

from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from config.models import ApiKey
from incidents.models import ActionItem, Incident, IncidentTemplate
from kb.evaluation.many_guides import store
from kb.models import Guide
from probes.models import Location, Maintenance, Probe, Schedule

# One published guide in so many is overdue for its review.
_OVERDUE = 10
_UNPUBLISHED = (Guide.State.DRAFT, Guide.State.IN_REVIEW, Guide.State.ARCHIVED)


@transaction.atomic
def seed_others(count: int) -> None:
    """Store `count` of each, beside those that are there; more guides and work become due."""
    first = User.objects.count()
    names = [f"m-{number}" for number in range(first, first + count)]
    _seed_access(names)
    _seed_schedules(names)
    store([IncidentTemplate(slug=name, language="en", title=name) for name in names])
    store([_unpublished(name, number) for number, name in enumerate(names)])
    _make_due()


def _seed_access(names: list[str]) -> None:
    people = store([User(username=name) for name in names])
    store([Group(name=f"{name} role") for name in names])
    store(
        [ApiKey(name=one.username, user=one, digest=one.username.rjust(64, "0")) for one in people]
    )
    store([_log_entry(one) for one in people])


def _log_entry(user: User) -> LogEntry:
    kind = ContentType.objects.get_for_model(User)
    return LogEntry(
        user=user,
        content_type=kind,
        object_id=str(user.pk),
        object_repr=str(user),
        action_flag=CHANGE,
    )


def _seed_schedules(names: list[str]) -> None:
    """Each at a place of its own and of a probe of its own; every second waits for approval."""
    now = timezone.now()
    places = store([Location(slug=f"{name}-place", name=f"{name} place") for name in names])
    probes = store([_probe(name, number) for number, name in enumerate(names)])
    schedules = store(
        [
            Schedule(slug=name, name=name, probe=probe, location=place, every_s=300, next_at=now)
            for name, probe, place in zip(names, probes, places, strict=True)
        ]
    )
    later = now + timedelta(hours=1)
    store(
        [
            Maintenance(reason=one.name, starts_at=now, ends_at=later, schedule=one)
            for one in schedules
        ]
    )


def _probe(name: str, number: int) -> Probe:
    return Probe(
        slug=f"{name}-own",
        name=name,
        kind="tcp_connect",
        params={"host": "127.0.0.1", "port": 8000},
        approved_hash="0" * 64 if number % 2 else "",
    )


def _unpublished(name: str, number: int) -> Guide:
    """None of them is in the index."""
    state = _UNPUBLISHED[number % len(_UNPUBLISHED)]
    return Guide(slug=f"{name}-guide", language="en", title=name, body="## First\n", state=state)


def _make_due() -> None:
    today = timezone.now().date()
    published = Guide.objects.published()
    overdue = [pk for pk in published.values_list("pk", flat=True) if pk % _OVERDUE == 0]
    published.filter(pk__in=overdue).update(review_after=today - timedelta(days=9))
    left = Incident.objects.order_by("-pk")[:100]
    ActionItem.objects.filter(incident__in=list(left)).update(due=today - timedelta(days=2))

"""Who works on incidents, and how they are made with times that can be told apart."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone, translation

from incidents import services
from incidents.models import Incident
from kb.models import Cause, Resolution
from tests.factories import make_cause, make_guide, make_resolution, make_symptom, reindex

START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What is refused is read in one language, whatever the base's own is."""
    with translation.override("en"):
        yield


@pytest.fixture
def mina(db: None) -> User:
    return User.objects.create_user("mina")


def after(**units: float) -> datetime:
    """So long after the incident began."""
    return START + timedelta(**units)


def began(title: str = "Login is down", *, by: User | None = None, **fields) -> Incident:
    return services.open_incident(title, by=by, **{"started_at": START, **fields})


def ago(**units: float) -> datetime:
    return timezone.now() - timedelta(**units)


def make_known_error(slug: str = "proxy") -> Cause:
    """A cause of a published guide that is open and has one workaround beside its fix."""
    guide = make_guide(slug)
    cause = make_cause(guide, "pool-empty")
    make_symptom(guide, phrases=("pool exhausted",), suggests={"pool-empty": "strong"})
    make_resolution(cause, "restart", kind=Resolution.Kind.WORKAROUND)
    make_resolution(cause, "enlarge")
    reindex(guide)
    return cause

"""Two vantage points: each side of a guide looks from one place, and places never mix silently."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kb import services
from kb.models import Check, Guide, Investigation, Service
from kb.services import CheckState
from probes.models import Batch, Location
from probes.services import server_location
from tests.factories import make_user
from tests.kb.unreachable import TEXT, check, make_unreachable, see

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide() -> Guide:
    """`listener` looks at the target, `outside` from the client."""
    guide = make_unreachable()
    guide.checks.filter(slug="outside").update(role=Check.Role.CLIENT)
    return guide


@pytest.fixture
def laptop() -> Location:
    return Location.objects.create(slug="laptop", name="Laptop")


@pytest.fixture
def person() -> User:
    return make_user()


@pytest.fixture
def found(guide: Guide) -> Investigation:
    return services.find_fixes(TEXT)


def state(investigation: Investigation, slug: str) -> CheckState:
    states = services.diagnose(investigation).checks
    return next(one for one in states if one.check.slug == slug)


def test_what_another_place_saw_is_shown_and_is_no_evidence(
    found: Investigation, guide: Guide, laptop: Location
):
    see(found, guide, outside="refused")
    see(found, guide, at=laptop, outside="connected")

    outside = state(found, "outside")

    assert (outside.location, outside.run.reason_code) == (laptop, "connected")
    assert [(r.item.batch.location.slug, r.reason_code) for r in outside.elsewhere] == [
        ("server", "refused")
    ]
    seen = {run for cause in services.diagnose(found).causes for m in cause.moved for run in m.runs}
    assert {run.item.batch.location.slug for run in seen} <= {"laptop"}


def test_the_other_checks_of_that_side_no_longer_count_from_the_first_place(
    found: Investigation, guide: Guide, laptop: Location
):
    see(found, guide, listener="listening")
    guide.checks.filter(slug="outside").update(role=Check.Role.TARGET)
    see(found, guide, at=laptop, outside="refused")

    listener = state(found, "listener")

    assert listener.run is None
    assert [run.reason_code for run in listener.elsewhere] == ["listening"]
    assert listener.location == laptop


def test_the_two_sides_may_be_looked_at_from_two_places_and_weigh_together(
    found: Investigation, guide: Guide, laptop: Location
):
    see(found, guide, at=laptop, listener="not_listening")
    see(found, guide, outside="refused")

    first = services.diagnose(found).causes[0]

    assert first.cause.slug == "not-running"
    places = {run.item.batch.location.slug for moved in first.moved for run in moved.runs}
    assert places == {"laptop", "server"}


def test_place_that_saw_nothing_does_not_take_over(
    found: Investigation, guide: Guide, laptop: Location
):
    see(found, guide, outside="refused")
    see(found, guide, at=laptop, outside="no_agent")

    outside = state(found, "outside")

    assert (outside.location.slug, outside.run.reason_code) == ("server", "refused")
    assert [run.reason_code for run in outside.elsewhere] == ["no_agent"]


def test_checks_go_to_the_place_of_their_side_in_a_batch_each(
    guide: Guide, person: User, laptop: Location
):
    Service.objects.create(slug="api", name="API", bindings={"location": "laptop"})
    found = services.find_fixes(TEXT, services=["api"])
    checks = [check(guide, "listener"), check(guide, "outside")]

    batches = services.request_runs(found, checks, by=person, confirm=True)

    asked = {b.location.slug: [i.ref for i in b.items.all()] for b in batches}
    assert asked == {"laptop": ["connection/listener"], "server": ["connection/outside"]}
    assert state(found, "listener").location == laptop


def test_binding_to_a_place_that_is_gone_falls_back_to_the_base(guide: Guide):
    Service.objects.create(slug="api", name="API", bindings={"location": "gone"})
    found = services.find_fixes(TEXT, services=["api"])

    assert state(found, "listener").location == server_location()


def test_the_same_request_again_makes_no_further_batches(
    guide: Guide, person: User, laptop: Location
):
    Service.objects.create(slug="api", name="API", bindings={"location": "laptop"})
    found = services.find_fixes(TEXT, services=["api"])
    checks = [check(guide, "listener"), check(guide, "outside")]
    ask = {"by": person, "confirm": True, "idempotency_key": "k1"}

    first = services.request_runs(found, checks, **ask)
    again = services.request_runs(found, checks, **ask)

    assert first == again
    assert Batch.objects.count() == 2


def test_repair_is_verified_from_where_the_trouble_was_seen(
    found: Investigation, guide: Guide, person: User, laptop: Location
):
    see(found, guide, at=laptop, outside="refused")

    batch = services.run_checks(
        found, [check(guide, "outside")], by=person, purpose=Batch.Purpose.VERIFY, confirm=True
    )

    assert batch.location == laptop


def test_number_of_queries_does_not_grow_with_places(found: Investigation, guide: Guide):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            names = {r.item.batch.location.name for r in state(found, "outside").elsewhere}
        assert len(names) == Location.objects.count() - 2
        return len(asked)

    server_location()
    for number in range(2):
        see(found, guide, at=make_place(number), outside="refused")
    few = queries()
    for number in range(2, 6):
        see(found, guide, at=make_place(number), outside="refused")

    assert queries() == few


def make_place(number: int) -> Location:
    return Location.objects.create(slug=f"place-{number}", name=f"Place {number}")

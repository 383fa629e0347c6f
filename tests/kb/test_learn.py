"""How an investigation ends, and what later ones learn from it."""

import pytest
from django.contrib.auth.models import User

from kb import services
from kb.models import Attempt, Cause, Guide, Investigation, Resolution
from probes.models import Run
from tests.factories import make_user
from tests.kb.unreachable import TEXT, make_unreachable, see

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


@pytest.fixture
def person() -> User:
    return make_user()


@pytest.fixture
def found(guide: Guide) -> Investigation:
    return services.find_fixes(TEXT)


@pytest.fixture
def start(guide: Guide) -> Resolution:
    return Resolution.objects.get(cause__guide=guide, slug="start")


def view(investigation: Investigation, slug: str) -> services.ResolutionView:
    for cause in services.diagnose(investigation).causes:
        for one in cause.resolutions:
            if one.resolution.slug == slug:
                return one
    raise AssertionError(slug)


def test_a_verified_repair_is_kept_and_does_not_refute_its_cause(
    found: Investigation, guide: Guide, start: Resolution, person: User
):
    see(found, guide, listener="not_listening", outside="refused")
    assert not view(found, "start").can_conclude
    verified = see(found, guide, purpose="verify", listener="listening", outside="connected")
    assert view(found, "start").is_verified
    assert view(found, "start").can_conclude

    attempt = services.conclude(found, start, worked=True, by=person, note="forgot to start it")

    runs = set(Run.objects.filter(item__batch=verified))
    assert (attempt.outcome, attempt.by, attempt.note) == ("worked", person, "forgot to start it")
    assert (found.concluded_cause, found.concluded_resolution) == (start.cause, start)
    assert (found.concluded_by, set(found.verified_by.all())) == (person, runs)
    first = services.diagnose(found).causes[0]
    assert (first.cause, first.state) == (start.cause, "supported")


def test_looks_after_the_conclusion_do_not_refute_the_cause(
    found: Investigation, guide: Guide, start: Resolution, person: User
):
    see(found, guide, listener="not_listening", outside="refused")
    services.conclude(found, start, worked=True, by=person)

    see(found, guide, listener="listening", outside="connected")

    assert services.diagnose(found).causes[0].cause == start.cause


@pytest.mark.parametrize(
    "later",
    [{"purpose": "verify", "outside": "refused"}, {"purpose": "diagnose", "outside": "refused"}],
    ids=["verified-again", "diagnosed-again"],
)
def test_a_later_failing_look_takes_the_verification_back(
    found: Investigation, guide: Guide, later: dict[str, str]
):
    see(found, guide, purpose="verify", listener="listening", outside="connected")
    assert view(found, "start").is_verified

    see(found, guide, **later)

    assert not view(found, "start").is_verified


def test_half_a_verification_is_none(found: Investigation, guide: Guide):
    see(found, guide, purpose="verify", listener="listening")

    assert not view(found, "start").is_verified


def test_a_repair_without_verifying_checks_can_be_concluded(found: Investigation):
    assert view(found, "free").can_conclude
    assert not view(found, "free").is_verified


def test_what_to_leave_alone_is_no_repair(found: Investigation, person: User):
    avoid = Resolution.objects.get(slug="blame-firewall")

    with pytest.raises(services.CannotConclude):
        services.conclude(found, avoid, worked=True, by=person)

    assert not Attempt.objects.exists()
    assert not view(found, "blame-firewall").can_conclude


def test_pressing_twice_writes_one_attempt(found: Investigation, start: Resolution, person: User):
    first = services.conclude(found, start, worked=True, by=person)
    again = services.conclude(found, start, worked=True, by=person)

    assert again == first
    assert Attempt.objects.count() == 1


def test_a_concluded_investigation_has_one_conclusion(
    found: Investigation, start: Resolution, person: User
):
    services.conclude(found, start, worked=True, by=person)

    with pytest.raises(services.CannotConclude):
        services.conclude(found, Resolution.objects.get(slug="free"), worked=True, by=person)


def test_what_did_not_help_leaves_the_case_open(
    found: Investigation, start: Resolution, person: User
):
    services.conclude(found, start, worked=False, by=person)

    found.refresh_from_db()
    assert found.concluded_at is None
    assert (view(found, "start").worked, view(found, "start").tried) == (0, 1)


def test_one_person_has_one_voice_per_case_and_the_last_word_counts(
    found: Investigation, start: Resolution, person: User
):
    for _ in range(3):
        services.conclude(found, start, worked=False, by=person)
    services.conclude(found, start, worked=True, by=person)
    other = services.find_fixes("ERR_CONNECTION_REFUSED")
    services.conclude(other, start, worked=False, by=make_user("minji"))

    record = view(found, "start")

    assert (record.worked, record.tried) == (1, 2)
    low, high = record.interval
    assert low < 0.5 < high


def test_what_is_not_known_is_no_try(found: Investigation, start: Resolution):
    found.attempts.create(what="x", resolution=start, outcome=Attempt.Outcome.UNKNOWN)
    found.attempts.create(
        what="x", resolution=start, outcome=Attempt.Outcome.PARTLY, by=make_user()
    )

    assert (view(found, "start").worked, view(found, "start").tried) == (0, 1)


def test_similar_concluded_cases_are_shown(found: Investigation, start: Resolution, person: User):
    services.conclude(found, start, worked=True, by=person)
    services.find_fixes(TEXT.replace("8001", "8009"))

    again = services.find_fixes(TEXT)

    assert [one.case for one in services.diagnose(again).similar] == [found]
    assert services.diagnose(found).similar == ()


def test_causes_confirmed_for_these_symptoms_gain(guide: Guide, person: User):
    def belief() -> float:
        diagnosis = services.diagnose(services.find_fixes(TEXT))
        return next(c.belief for c in diagnosis.causes if c.cause.slug == "port-held")

    before = belief()
    free = Resolution.objects.get(slug="free")
    for name in ("a", "b", "c", "d"):
        services.conclude(services.find_fixes(TEXT), free, worked=True, by=make_user(name))

    assert belief() > before


def test_one_person_who_presses_all_day_is_one_voice_for_the_prior(guide: Guide, person: User):
    free = Resolution.objects.get(slug="free")

    def belief() -> float:
        diagnosis = services.diagnose(services.find_fixes(TEXT))
        return next(c.belief for c in diagnosis.causes if c.cause.slug == "port-held")

    services.conclude(services.find_fixes(TEXT), free, worked=True, by=person)
    once = belief()
    for _ in range(3):
        services.conclude(services.find_fixes(TEXT), free, worked=True, by=person)

    assert belief() == once


def test_a_causes_repairs_are_ordered_by_what_worked(guide: Guide, person: User):
    cause = Cause.objects.get(slug="port-held")
    second = Resolution.objects.create(cause=cause, slug="move", title="Use another", position=5)
    assert [v.resolution.slug for v in services.resolutions_of(cause)] == ["free", "move"]

    for name in ("a", "b"):
        services.conclude(services.find_fixes(TEXT), second, worked=True, by=make_user(name))

    views = services.resolutions_of(cause)
    assert [(v.resolution.slug, v.worked, v.tried) for v in views] == [
        ("move", 2, 2),
        ("free", 0, 0),
    ]

"""How an investigation ends, and what later ones learn from it."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kb import services
from kb.diagnosis.track_record import Tally
from kb.models import Attempt, Cause, Guide, Investigation, Resolution
from kb.services.cases.priors import confirmed_before
from kb.services.cases.reading import read_case
from kb.services.cases.track_records import TrackRecord
from probes.models import Run
from tests import factories as make
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


def confirmed(text: str, slug: str, *, by: User, confirmation: str = "person") -> Investigation:
    """A case with this text whose cause is known, as sure as `confirmation` says."""
    case = services.find_fixes(text, by=by)
    services.conclude_cause(case, Cause.objects.get(slug=slug), by=by)
    Investigation.objects.filter(pk=case.pk).update(confirmation=confirmation)
    return case


def beliefs(text: str = TEXT) -> dict[str, float]:
    diagnosis = services.diagnose(services.find_fixes(text))
    return {ranked.cause.slug: round(ranked.belief, 9) for ranked in diagnosis.causes}


def first(text: str = TEXT) -> str:
    return services.diagnose(services.find_fixes(text)).causes[0].cause.slug


@pytest.fixture
def equals() -> Guide:
    """Two causes that nothing tells apart: the author's order is `first`, `second`."""
    guide = make.make_guide("equals", title="Worker stopped")
    for position, slug in enumerate(("first", "second")):
        make.make_cause(guide, slug, title="the worker stopped", position=position)
    make.make_symptom(
        guide,
        "stopped",
        phrases=("zorkmid worker stopped",),
        suggests={"first": "moderate", "second": "moderate"},
    )
    make.reindex(guide)
    return guide


STOPPED = "zorkmid worker stopped"
# Other texts, whose only likeness is the guide's symptom.
ELSEWHERE = [
    f"{STOPPED} beside the {word} of node-a{word}"
    for word in ("lamp", "door", "roof", "wall", "desk", "sink", "tree", "road", "lake", "hill")
]


def test_ten_confirmed_outcomes_move_a_cause_and_one_does_not(equals: Guide):
    assert first(STOPPED) == "first"

    confirmed(STOPPED, "second", by=make_user("p0"))
    assert first(STOPPED) == "first"

    for number in range(1, 10):
        confirmed(STOPPED, "second", by=make_user(f"p{number}"))
    assert first(STOPPED) == "second"


def test_ten_outcomes_with_the_same_symptoms_in_other_words_move_a_cause_too(equals: Guide):
    for number, text in enumerate(ELSEWHERE):
        case = confirmed(text, "second", by=make_user(f"p{number}"))
        assert case.fingerprint != services.find_fixes(STOPPED).fingerprint
        if number == 0:
            assert first(STOPPED) == "first"

    assert first(STOPPED) == "second"


def test_the_same_text_says_more_than_the_same_symptoms(equals: Guide):
    people = [make_user(f"p{number}") for number in range(10)]
    for by, text in zip(people, ELSEWHERE, strict=True):
        confirmed(text, "second", by=by)
    in_other_words = beliefs(STOPPED)["second"]
    Investigation.objects.all().delete()

    for by in people:
        confirmed(STOPPED, "second", by=by)

    assert beliefs(STOPPED)["second"] > in_other_words > beliefs(f"{STOPPED} by nobody")["first"]


def test_a_case_with_other_symptoms_of_the_guide_says_nothing(equals: Guide):
    make.make_symptom(
        equals, "frozen", phrases=("grumpus gear frozen",), suggests={"second": "weak"}
    )
    make.reindex(equals)
    before = beliefs(STOPPED)

    for number in range(10):
        confirmed("grumpus gear frozen", "second", by=make_user(f"p{number}"))

    assert beliefs(STOPPED) == before


def test_what_was_only_presumed_moves_nothing(equals: Guide):
    before = beliefs(STOPPED)

    for number in range(10):
        confirmed(STOPPED, "second", by=make_user(f"p{number}"), confirmation="presumed")

    assert beliefs(STOPPED) == before
    Investigation.objects.exclude(concluded_cause=None).update(confirmation="runs")
    assert beliefs(STOPPED) != before


def test_a_case_does_not_confirm_itself(equals: Guide):
    cases = [confirmed(STOPPED, "second", by=make_user(f"p{number}")) for number in range(2)]

    def belief(case: Investigation) -> float:
        case.refresh_from_db()
        ranked = services.diagnose(case).causes
        return round(next(one.belief for one in ranked if one.cause.slug == "second"), 9)

    # Seen from outside two voices count, from inside one of them only the other.
    assert belief(cases[0]) == belief(cases[1]) < beliefs(STOPPED)["second"]


def test_one_person_who_presses_all_day_is_one_voice_for_the_prior(equals: Guide):
    person = make_user()
    for by in (make_user("minji"), person):
        confirmed(STOPPED, "second", by=by)
    twice = beliefs(STOPPED)

    for text in (STOPPED, STOPPED, *ELSEWHERE):
        confirmed(text, "second", by=person)

    assert beliefs(STOPPED) == twice
    confirmed(STOPPED, "second", by=make_user("jun"))
    assert beliefs(STOPPED)["second"] > twice["second"]


def test_reading_what_was_confirmed_takes_as_many_queries_however_much_was(equals: Guide):
    found = services.find_fixes(STOPPED)
    for number, text in enumerate(ELSEWHERE[:2]):
        confirmed(text, "second", by=make_user(f"p{number}"))
    with CaptureQueriesContext(connection) as few:
        confirmed_before(read_case(found))

    for number, text in enumerate((*ELSEWHERE, STOPPED)):
        confirmed(text, "first", by=make_user(f"q{number}"))
    with CaptureQueriesContext(connection) as many:
        counted = confirmed_before(read_case(found))

    assert len(many) == len(few)
    assert counted == {Cause.objects.get(slug="first").pk: 10 * 0.5 + 1 - 1} | {
        Cause.objects.get(slug="second").pk: 0
    }


def tried(resolution: Resolution, outcome: str, *people: str, environment: str = "") -> None:
    """Each of these people said so, each in a case of their own."""
    for name in people:
        case = Investigation.objects.create(
            text=TEXT, fingerprint="another", environment=environment
        )
        by = User.objects.filter(username=name).first() or make_user(name)
        case.attempts.create(what="x", resolution=resolution, outcome=outcome, by=by)


@pytest.fixture
def move(guide: Guide) -> Resolution:
    """A second repair of the same cause, which its author wrote after `free`."""
    return make.make_resolution(Cause.objects.get(slug="port-held"), "move")


def order(environment: str = "") -> list[str]:
    diagnosis = services.diagnose(services.find_fixes(TEXT, environment=environment))
    ranked = next(one for one in diagnosis.causes if one.cause.slug == "port-held")
    return [one.resolution.slug for one in ranked.resolutions]


def test_ten_outcomes_move_a_repair_and_one_does_not(move: Resolution):
    free = Resolution.objects.get(slug="free")
    assert order() == ["free", "move"]

    tried(move, "worked", "p0")
    tried(free, "failed", "p0")
    assert order() == ["free", "move"]

    tried(move, "worked", *(f"p{number}" for number in range(1, 10)))
    assert order() == ["move", "free"]


def test_what_did_not_help_here_stands_behind_what_was_not_tried_here(
    move: Resolution, person: User
):
    found = services.find_fixes(TEXT)
    services.conclude(found, Resolution.objects.get(slug="free"), worked=False, by=person)

    ranked = next(c for c in services.diagnose(found).causes if c.cause.slug == "port-held")

    assert [one.resolution.slug for one in ranked.resolutions] == ["move", "free"]
    assert order() == ["free", "move"]


def test_one_success_never_beats_forty_of_forty_five(move: Resolution):
    free = Resolution.objects.get(slug="free")
    tried(move, "worked", *(f"p{number}" for number in range(40)))
    tried(move, "failed", *(f"q{number}" for number in range(5)))
    tried(free, "worked", "p0")

    assert order() == ["move", "free"]


def test_a_repair_is_ordered_by_its_own_environment_once_that_tells_enough(move: Resolution):
    free = Resolution.objects.get(slug="free")
    tried(free, "worked", *(f"p{number}" for number in range(9)), environment="staging")
    tried(free, "failed", "a", "b", "c", environment="prod")
    tried(move, "worked", "a", "b", environment="prod")
    assert order("prod") == ["free", "move"]

    tried(free, "failed", "d", environment="Prod ")

    assert order("prod") == ["move", "free"]
    assert order("staging") == order() == ["free", "move"]


def test_both_records_are_there_where_the_environment_has_one(move: Resolution):
    tried(move, "worked", "a", "b", environment="staging")
    tried(move, "failed", "a", environment="prod")
    tried(move, "worked", "c")

    found = services.find_fixes(TEXT, environment="Prod")
    record = view(found, "move")

    assert record.record == TrackRecord(
        everywhere=Tally(worked=3, tried=4),
        by_environment={"prod": Tally(worked=0, tried=1), "staging": Tally(worked=2, tried=2)},
    )
    assert (record.here, record.is_ordered_by_here) == (Tally(worked=0, tried=1), False)
    assert view(services.find_fixes(TEXT, environment="test"), "move").here is None


def test_a_workaround_is_not_measured_with_a_fix(move: Resolution):
    cause = Cause.objects.get(slug="port-held")
    around = make.make_resolution(cause, "proxy", kind="workaround", position=0)
    tried(around, "worked", *(f"p{number}" for number in range(10)))
    tried(Resolution.objects.get(slug="free"), "failed", "p0", "p1")

    assert order() == ["move", "free", "proxy"]


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

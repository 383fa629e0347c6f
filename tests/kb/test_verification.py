"""The same checks before and after a repair: the difference, and the outcome it proposes."""

import pytest
from django.contrib.auth.models import User

from kb import services
from kb.models import Attempt, Cause, Guide, Investigation, Resolution
from probes.models import Location, Run
from tests import factories as make
from tests.factories import make_user
from tests.kb.unreachable import TEXT, check, make_unreachable, see

pytestmark = pytest.mark.django_db

BROKEN = {"listener": "not_listening", "outside": "refused"}
WELL = {"listener": "listening", "outside": "connected"}


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


def verification(found: Investigation, slug: str = "start") -> services.Verification:
    causes = services.diagnose(found).causes
    views = [view for cause in causes for view in cause.resolutions]
    return next(view.verification for view in views if view.resolution.slug == slug)


def proposed(found: Investigation, slug: str = "start") -> tuple[str, str]:
    proposal = verification(found, slug).proposal
    return proposal.outcome, proposal.why


def changes(found: Investigation) -> dict[str, str]:
    return {
        one.check.slug: f"{one.before and one.before.reason_code} -> {one.after and one.after.reason_code}: {one.change}"
        for one in verification(found).compared
    }


def test_each_verifying_check_is_shown_before_and_after(found: Investigation, guide: Guide):
    see(found, guide, **BROKEN)
    assert proposed(found) == ("", "not_looked_after")

    see(found, guide, purpose="verify", **WELL)

    assert changes(found) == {
        "listener": "not_listening -> listening: repaired",
        "outside": "refused -> connected: repaired",
    }
    assert proposed(found) == ("worked", "all_repaired")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (BROKEN, {**WELL, "outside": "refused"}, ("partly", "some_repaired")),
        (BROKEN, BROKEN, ("failed", "none_repaired")),
        (BROKEN, {**WELL, "outside": "no_agent"}, ("unknown", "could_not_look")),
        (BROKEN, {"listener": "listening"}, ("unknown", "could_not_look")),
        (WELL, WELL, ("unknown", "nothing_was_wrong")),
        ({}, WELL, ("unknown", "not_looked_before")),
    ],
    ids=["some", "none", "blind", "half", "was-well", "never-looked"],
)
def test_outcome_is_proposed_from_the_difference(
    found: Investigation, guide: Guide, before: dict, after: dict, expected: tuple[str, str]
):
    if before:
        see(found, guide, **before)
    see(found, guide, purpose="verify", **after)

    assert proposed(found) == expected
    assert not Attempt.objects.exists()


def test_what_nothing_can_verify_has_no_proposal(found: Investigation, guide: Guide):
    see(found, guide, **BROKEN)
    see(found, guide, purpose="verify", **WELL)

    assert proposed(found, "free") == ("", "no_checks")
    also = verification(found, "free").also
    assert {(one.check.slug, one.change) for one in also} == {
        ("listener", "repaired"),
        ("outside", "repaired"),
    }


def test_what_saw_something_before_the_repair_is_compared_with(found: Investigation, guide: Guide):
    see(found, guide, **BROKEN)
    see(found, guide, outside="no_agent")

    see(found, guide, purpose="verify", **WELL)

    assert proposed(found) == ("worked", "all_repaired")


def test_a_later_diagnosis_saw_the_repaired_world_too(found: Investigation, guide: Guide):
    see(found, guide, **BROKEN)
    see(found, guide, purpose="verify", **WELL)

    see(found, guide, outside="no_agent")
    assert proposed(found) == ("worked", "all_repaired")
    see(found, guide, outside="refused")
    assert proposed(found) == ("partly", "some_repaired")


def test_what_verified_an_earlier_repair_was_before_the_next_one(
    found: Investigation, guide: Guide, start: Resolution, person: User
):
    see(found, guide, **BROKEN)
    half = {"listener": "listening", "outside": "refused"}
    see(found, guide, purpose="verify", **half)
    services.record_outcome(found, start, outcome="partly", by=person)

    assert proposed(found) == ("", "not_looked_after")
    see(found, guide, purpose="verify", **WELL)

    assert changes(found) == {
        "listener": "listening -> listening: still_ok",
        "outside": "refused -> connected: repaired",
    }
    assert proposed(found) == ("worked", "all_repaired")


def test_the_check_that_is_read_against_a_baseline_is_compared_by_it(
    found: Investigation, guide: Guide
):
    guide.checks.filter(slug="outside").update(baseline="refused")
    see(found, guide, **BROKEN)

    see(found, guide, purpose="verify", listener="listening", outside="refused")

    assert proposed(found) == ("worked", "all_repaired")
    assert changes(found)["outside"] == "refused -> refused: still_ok"


def test_a_look_from_another_place_is_no_before(found: Investigation, guide: Guide):
    laptop = Location.objects.create(slug="laptop", name="Laptop")
    see(found, guide, **BROKEN)

    see(found, guide, purpose="verify", at=laptop, **WELL)

    assert proposed(found) == ("unknown", "not_looked_before")


def test_a_person_verifies_what_no_runner_can_look_at(
    found: Investigation, guide: Guide, person: User
):
    outside = check(guide, "outside")
    see(found, guide, **BROKEN)
    see(found, guide, purpose="verify", listener="listening", outside="no_agent")

    services.answer_check(found, outside, answer="connected", by=person, purpose="verify")

    assert proposed(found) == ("worked", "all_repaired")
    assert verification(found).compared[1].after.answered_by == "jisu"


def test_facts_that_tell_are_shown_before_and_after(found: Investigation, guide: Guide):
    see(found, guide, **BROKEN)
    see(found, guide, purpose="verify", **WELL)
    runs = Run.objects.filter(item__ref="connection/listener").order_by("pk")
    runs.filter(item__batch__purpose="diagnose").update(facts={"addresses": [], "port": 8001})
    runs.filter(item__batch__purpose="verify").update(
        facts={"addresses": ["0.0.0.0:8001"], "port": 8001}
    )

    listener = verification(found).compared[0]

    assert listener.facts == (
        services.FactChange(name="addresses", before="", after="0.0.0.0:8001"),
    )


def test_person_says_what_came_of_it_and_may_differ_from_the_proposal(
    found: Investigation, guide: Guide, start: Resolution, person: User
):
    see(found, guide, **BROKEN)
    see(found, guide, purpose="verify", **BROKEN)

    recorded = services.record_outcome(found, start, outcome="unknown", by=person, note="later")

    assert (recorded.attempt.outcome, recorded.attempt.note) == ("unknown", "later")
    assert (recorded.proposed, recorded.agreed) == ("failed", False)
    found.refresh_from_db()
    assert found.concluded_at is None
    assert proposed(found) == ("failed", "none_repaired")


def test_what_was_proposed_stays_to_be_read_after_the_end(
    found: Investigation, guide: Guide, start: Resolution, person: User
):
    see(found, guide, **BROKEN)
    see(found, guide, purpose="verify", **WELL)
    services.record_outcome(found, start, outcome="worked", by=person)

    see(found, guide, **BROKEN)

    assert proposed(found) == ("worked", "all_repaired")


def cause_of(slug: str) -> Cause:
    return Cause.objects.get(slug=slug)


def test_runs_that_support_the_cause_confirm_it(
    found: Investigation, guide: Guide, start: Resolution, person: User
):
    see(found, guide, **BROKEN)

    services.record_outcome(found, start, outcome="worked", by=person)

    assert (found.concluded_cause, found.confirmation) == (cause_of("not-running"), "runs")


def test_checks_that_the_repair_turned_confirm_it(found: Investigation, guide: Guide, person: User):
    repair = make.make_resolution(cause_of("port-held"), "move", verify=("outside",))
    see(found, guide, outside="refused")
    see(found, guide, purpose="verify", outside="connected")

    services.record_outcome(found, repair, outcome="worked", by=person)

    assert found.confirmation == "runs"


@pytest.mark.parametrize(
    ("was_cause", "expected"), [(None, "person"), (True, "person"), (False, "presumed")]
)
def test_without_runs_the_word_of_a_person_confirms_it_or_they_only_presume_it(
    found: Investigation, person: User, was_cause: bool | None, expected: str
):
    free = Resolution.objects.get(slug="free")

    services.record_outcome(found, free, outcome="worked", by=person, was_cause=was_cause)

    assert (found.concluded_cause, found.confirmation) == (cause_of("port-held"), expected)


def test_without_runs_and_without_a_person_nothing_is_confirmed(found: Investigation):
    services.conclude(found, Resolution.objects.get(slug="free"), worked=True, by=None)

    assert found.confirmation == "presumed"


def test_who_says_that_it_was_not_the_cause_is_believed_beside_runs(
    found: Investigation, guide: Guide, start: Resolution, person: User
):
    see(found, guide, **BROKEN)

    services.record_outcome(found, start, outcome="worked", by=person, was_cause=False)

    assert found.confirmation == "presumed"


@pytest.mark.parametrize(("was_cause", "expected"), [(None, "presumed"), (True, "person")])
def test_a_cause_that_runs_ruled_out_needs_an_express_word(
    found: Investigation, guide: Guide, person: User, was_cause: bool | None, expected: str
):
    see(found, guide, **BROKEN)
    free = Resolution.objects.get(slug="free")
    free.verify.set([check(guide, "outside")])
    see(found, guide, purpose="verify", outside="connected")

    services.record_outcome(found, free, outcome="worked", by=person, was_cause=was_cause)

    assert found.confirmation == expected


def test_what_only_people_saw_is_a_persons_word(
    found: Investigation, guide: Guide, start: Resolution, person: User
):
    for slug, answer in BROKEN.items():
        services.answer_check(found, check(guide, slug), answer=answer, by=person)
    assert services.diagnose(found).causes[0].state == "supported"

    services.record_outcome(found, start, outcome="worked", by=person)

    assert found.confirmation == "person"


def test_a_workaround_that_works_confirms_nothing(found: Investigation, guide: Guide, person: User):
    around = make.make_resolution(
        cause_of("not-running"), "hide", kind="workaround", verify=("outside",)
    )
    see(found, guide, **BROKEN)
    see(found, guide, purpose="verify", outside="connected")

    services.record_outcome(found, around, outcome="worked", by=person, was_cause=True)

    assert (found.concluded_resolution, found.confirmation) == (around, "presumed")


@pytest.mark.parametrize(("is_presumed", "expected"), [(False, "person"), (True, "presumed")])
def test_a_cause_that_a_person_names_is_confirmed_by_them_unless_they_presume_it(
    found: Investigation, person: User, is_presumed: bool, expected: str
):
    services.conclude_cause(found, cause_of("died"), by=person, is_presumed=is_presumed)

    assert found.confirmation == expected


def test_a_cause_that_nobody_in_particular_names_is_presumed(found: Investigation):
    services.conclude_cause(found, cause_of("died"), by=None)

    assert found.confirmation == "presumed"


def test_presumed_causes_teach_nothing(guide: Guide):
    def belief() -> float:
        ranked = services.diagnose(services.find_fixes(TEXT)).causes
        return next(one.belief for one in ranked if one.cause.slug == "port-held")

    before = belief()
    for name in ("a", "b", "c", "d"):
        services.conclude_cause(
            services.find_fixes(TEXT), cause_of("port-held"), by=make_user(name), is_presumed=True
        )

    assert belief() == before
    services.conclude_cause(services.find_fixes(TEXT), cause_of("port-held"), by=make_user("e"))
    services.conclude_cause(services.find_fixes(TEXT), cause_of("port-held"), by=make_user("f"))
    assert belief() > before

"""Failed attempts of a case as evidence: which causes they demote, and when they say nothing."""

import math
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kb import services
from kb.diagnosis import conclude
from kb.models import Attempt, Cause, Guide, Investigation, Resolution
from kb.services.diagnosing.weighed import inputs_of
from tests import factories as make
from tests.kb.unreachable import TEXT, make_unreachable, see

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


@pytest.fixture
def found(guide: Guide) -> Investigation:
    return services.find_fixes(TEXT)


def tried(case: Investigation, what: str, outcome: str = "failed", **fields) -> Attempt:
    if "/" in what:
        cause, slug = what.split("/")
        fields["resolution"] = Resolution.objects.get(cause__slug=cause, slug=slug)
    return case.attempts.create(what=what, outcome=outcome, **fields)


def odds(case: Investigation, slug: str) -> float:
    diagnosis = services.diagnose(Investigation.objects.get(pk=case.pk))
    cause = next(one for one in diagnosis.causes if one.cause.slug == slug)
    return cause.belief / diagnosis.none_of_these


def what_moved(case: Investigation, slug: str) -> list[tuple[str, str]]:
    causes = services.diagnose(case).causes
    moved = next(one for one in causes if one.cause.slug == slug).moved
    return [(one.says, one.attempt.what) for one in moved if one.attempt]


def test_a_fix_that_did_not_help_demotes_its_cause_and_is_named(found: Investigation):
    before = odds(found, "not-running")

    tried(found, "not-running/start")

    assert odds(found, "not-running") == pytest.approx(before * 0.25 / 0.95)
    assert what_moved(found, "not-running") == [("fix_failed", "not-running/start")]
    assert what_moved(found, "died") == []


def test_a_workaround_that_did_not_help_says_nothing_of_its_cause(found: Investigation):
    Resolution.objects.filter(slug="start").update(kind=Resolution.Kind.WORKAROUND)
    before = services.diagnose(found).causes[0].belief

    tried(found, "not-running/start")

    assert services.diagnose(found).causes[0].belief == before


def test_what_was_out_of_the_way_is_demoted_and_stays_in_the_list(found: Investigation):
    before = odds(found, "not-running")
    attempt = tried(found, "a server of ten lines")

    attempt.addresses.add(Cause.objects.get(slug="not-running"))

    assert odds(found, "not-running") == pytest.approx(before * 0.1)
    assert what_moved(found, "not-running") == [("failed_without", "a server of ten lines")]
    # It refines the one that was out of the way.
    assert what_moved(found, "died") == [("failed_without", "a server of ten lines")]
    assert len(services.diagnose(found).causes) == 3


@pytest.mark.parametrize("outcome", ["partly", "unknown"])
def test_half_a_success_and_no_word_say_nothing(found: Investigation, outcome: str):
    before = odds(found, "not-running")

    tried(found, "not-running/start", outcome)

    assert odds(found, "not-running") == before


def test_the_same_attempt_twice_counts_once_and_the_newest_word_holds(found: Investigation):
    before = odds(found, "not-running")
    tried(found, "not-running/start")
    once = odds(found, "not-running")

    tried(found, "not-running/start", position=1)
    assert odds(found, "not-running") == once
    words = [tried(found, what, position=n) for n, what in enumerate(("By  hand", "by hand"), 2)]
    for one in words:
        one.addresses.add(Cause.objects.get(slug="port-held"))
    assert what_moved(found, "port-held") == [("failed_without", "by hand")]

    tried(found, "not-running/start", "partly", position=9)
    assert odds(found, "not-running") == pytest.approx(before)


def test_failures_in_other_cases_weaken_what_a_failure_says_and_this_cases_own_do_not(
    found: Investigation,
):
    before = odds(found, "not-running")
    tried(found, "not-running/start")
    lowered = odds(found, "not-running") / before
    tried(found, "not-running/start", by=make.make_user())
    assert odds(found, "not-running") / before == pytest.approx(lowered)

    for _ in range(3):
        tried(services.find_fixes(TEXT), "not-running/start")

    assert odds(found, "not-running") / before == pytest.approx((2 + 3) / (8 + 3) / 0.95)


def test_what_was_tried_after_the_end_is_no_evidence(found: Investigation):
    resolution = Resolution.objects.get(slug="free")
    services.conclude(found, resolution, worked=True, by=None)
    before = odds(found, "not-running")

    tried(found, "not-running/start", at=timezone.now() + timedelta(minutes=1))

    assert odds(found, "not-running") == before


def test_contributions_of_a_case_explain_its_beliefs(found: Investigation, guide: Guide):
    see(found, guide, listener="not_listening", outside="refused")
    tried(found, "not-running/start")

    diagnosis = services.diagnose(found)

    for one in diagnosis.causes:
        said = math.fsum(moved.log_odds for moved in one.contributions)
        assert said == pytest.approx(math.log(one.belief / diagnosis.none_of_these))
    messages = [one.symptom.matched for one in diagnosis.causes[0].before if one.symptom]
    assert messages == ["ERR_CONNECTION_REFUSED"]


def test_inputs_kept_from_a_case_give_its_diagnosis_again(found: Investigation, guide: Guide):
    see(found, guide, listener="not_listening")
    tried(found, "not-running/start")

    ranking, advice = conclude(inputs_of(found))

    diagnosis = services.diagnose(found)
    assert [one.key for one in ranking.beliefs] == [one.cause.key for one in diagnosis.causes]
    assert [one.belief for one in ranking.beliefs] == [one.belief for one in diagnosis.causes]
    assert advice is not None
    assert diagnosis.next is not None
    assert advice.checks == tuple(state.key for state in diagnosis.next.checks)


def test_attempts_cost_the_same_few_queries_however_many_there_are(found: Investigation):
    def cost() -> int:
        fresh = Investigation.objects.get(pk=found.pk)
        with CaptureQueriesContext(connection) as queries:
            services.diagnose(fresh)
        return len(queries)

    causes = Cause.objects.all()
    tried(found, "not-running/start").addresses.set(causes)
    few = cost()
    for number in range(5):
        tried(found, "port-held/free", position=number)
        tried(found, f"try {number}", position=number).addresses.set(causes)

    assert cost() <= few

"""Diagnosis on reading: what counts as evidence, what is advised, and what it costs."""

import math
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from kb import services
from kb.models import Guide, Investigation
from kb.services.diagnosing.weighed import inputs_of
from tests import factories as make
from tests.kb.unreachable import TEXT, check, make_unreachable, see

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


@pytest.fixture
def found(guide: Guide) -> Investigation:
    return services.find_fixes(TEXT)


def states(investigation: Investigation) -> dict[str, str]:
    return {c.cause.slug: c.state for c in services.diagnose(investigation).causes}


def test_runs_support_one_cause_and_rule_out_another_with_the_run_that_says_so(
    found: Investigation, guide: Guide
):
    batch = see(found, guide, listener="held_by_other")

    first, *others = services.diagnose(found).causes
    by_slug = {c.cause.slug: c for c in others}
    run = batch.items.get().run
    assert (first.cause.slug, first.state) == ("port-held", "supported")
    assert by_slug["not-running"].state == "ruled_out"
    moved = by_slug["not-running"].moved[0]
    assert (moved.runs, moved.reason_codes, moved.says) == ((run,), ("held_by_other",), "rules-out")
    assert [c.slug for c in moved.checks] == ["listener"]
    # It refines the one that was ruled out.
    assert by_slug["died"].state == "ruled_out"
    assert by_slug["died"].moved[0].inherited == by_slug["not-running"].cause


def test_beliefs_and_none_of_these_are_one(found: Investigation, guide: Guide):
    see(found, guide, listener="not_listening", outside="refused")

    diagnosis = services.diagnose(found)

    total = math.fsum(c.belief for c in diagnosis.causes) + diagnosis.none_of_these
    assert total == pytest.approx(1)


def test_the_same_rows_give_the_same_diagnosis(found: Investigation, guide: Guide):
    see(found, guide, listener="not_listening")

    assert services.diagnose(found) == services.diagnose(Investigation.objects.get(pk=found.pk))


@pytest.mark.parametrize("purpose", ["verify", "scheduled", "try"])
def test_only_looks_while_diagnosing_are_evidence(found: Investigation, guide: Guide, purpose: str):
    see(found, guide, purpose=purpose, listener="listening", outside="connected")

    assert set(states(found).values()) == {"not_looked_at"}


def test_unknown_is_never_evidence(found: Investigation, guide: Guide):
    see(found, guide, listener="permission_denied")

    assert set(states(found).values()) == {"not_looked_at"}


def test_a_look_that_saw_nothing_is_not_advised_again(found: Investigation, guide: Guide):
    see(found, guide, listener="permission_denied")

    advice = services.diagnose(found).next

    assert advice is not None
    assert "listener" not in {state.slug for state in advice.checks}


def test_a_look_with_other_values_is_no_evidence(found: Investigation, guide: Guide):
    see(found, guide, listener="not_listening")
    assert states(found)["not-running"] == "supported"

    services.set_parameters(found, {"port": 9100}, by=None)

    assert set(states(found).values()) == {"not_looked_at"}
    services.set_parameters(found, {"port": 8001}, by=None)
    assert states(found)["not-running"] == "supported"


def test_a_look_by_another_definition_is_no_evidence(found: Investigation, guide: Guide):
    see(found, guide, listener="not_listening")
    probe = check(guide, "listener").probe
    probe.timeout_s = 9
    probe.save()

    assert set(states(found).values()) == {"not_looked_at"}


def test_looks_hours_apart_do_not_join(found: Investigation, guide: Guide):
    see(found, guide, ago=timedelta(hours=3), listener="held_by_other")
    see(found, guide, outside="refused")

    assert states(found)["port-held"] == "not_looked_at"
    assert states(found)["not-running"] == "unclear"


def test_another_investigations_looks_are_not_ours(found: Investigation, guide: Guide):
    other = services.find_fixes(TEXT)
    see(other, guide, listener="held_by_other")

    assert set(states(found).values()) == {"not_looked_at"}
    assert states(other)["port-held"] == "supported"


def test_two_guides_that_ask_the_same_share_the_look(found: Investigation, guide: Guide):
    second = make.make_guide(
        "second", title="ERR_CONNECTION_REFUSED again", parameters=dict(guide.parameters)
    )
    make.make_check(second, "port", check(guide, "listener").probe, parameters={"port": "${port}"})
    silent = make.make_cause(second, "silent")
    make.make_evidence(silent, "strongly-for", port="not_listening")
    make.make_symptom(
        second, "refused", phrases=("ERR_CONNECTION_REFUSED",), suggests={"silent": "strong"}
    )
    make.reindex(second)

    see(found, guide, listener="not_listening")

    assert states(found)["silent"] == "supported"


def test_a_baseline_makes_a_refused_port_the_normal_state(found: Investigation, guide: Guide):
    guide.checks.filter(slug="outside").update(baseline="refused")
    see(found, guide, outside="refused")

    state = next(s for s in services.diagnose(found).checks if s.slug == "outside")

    assert (state.run.status, state.status) == ("CRITICAL", "OK")


def test_advice_names_checks_gain_and_why(found: Investigation):
    advice = services.diagnose(found).next

    assert advice is not None
    assert advice.checks[0].slug == "listener"
    assert advice.gain_bits > 0.1
    assert advice.reason.outcomes[0].check.slug == "listener"
    assert "“" in str(advice.reason)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "which the guide looks at first"), ("ko", "가이드의 첫 점검")],
)
def test_a_departure_from_the_authors_order_is_told_in_a_sentence(
    found: Investigation, guide: Guide, language: str, words: str
):
    """The author asks a person first; a look at the port tells more for its time."""
    guide.checks.filter(slug="container").update(position=0, name="Ask")
    guide.checks.exclude(slug="container").update(position=1)

    advice = services.diagnose(found).next

    assert advice is not None
    assert "listener" in {state.slug for state in advice.checks}
    assert advice.reason.instead_of == check(guide, "container")
    with translation.override(language):
        assert words in str(advice.reason)
        assert "Ask" in str(advice.reason)


def test_a_check_costs_more_while_a_person_has_to_be_asked(guide: Guide):
    def costs() -> dict[str, float]:
        asked = inputs_of(services.find_fixes(TEXT)).askable
        return {one.key.partition("/")[2]: one.cost_s for one in asked}

    before = costs()
    guide.parameters = {**guide.parameters, "port": {"type": "port"}}
    guide.save()
    after = costs()

    assert before["container"] >= 60
    assert before["listener"] < 1
    assert after["listener"] == pytest.approx(before["listener"] + 30)


def test_checks_under_way_are_not_advised(found: Investigation, guide: Guide):
    services.run_checks(found, [check(guide, "listener")], by=None, confirm=True)

    advice = services.diagnose(found).next

    assert advice is not None
    assert "listener" not in {state.slug for state in advice.checks}


def test_an_explained_symptom_is_shown_with_what_explains_it():
    guide = make.make_guide("cors", title="CORS and 502")
    make.make_cause(guide, "upstream")
    make.make_cause(guide, "setting", position=1)
    blocked = make.make_symptom(
        guide, "blocked", phrases=("blocked by CORS policy",), suggests={"setting": "strong"}
    )
    gateway = make.make_symptom(
        guide, "gateway", phrases=("502 (Bad Gateway)",), suggests={"upstream": "strong"}
    )
    blocked.explained_by.add(gateway)
    make.reindex(guide)

    alone = services.diagnose(services.find_fixes("has been blocked by CORS policy: No header"))
    both = services.diagnose(
        services.find_fixes("has been blocked by CORS policy: No header\nGET / 502 (Bad Gateway)")
    )

    assert alone.causes[0].cause.slug == "setting"
    assert both.causes[0].cause.slug == "upstream"
    explained = {seen.symptom.slug: seen.explained_by for seen in both.symptoms}
    assert explained == {"blocked": gateway, "gateway": None}


def test_reading_costs_the_same_few_queries_however_much_there_is(guide: Guide):
    def cost(investigation: Investigation) -> int:
        fresh = Investigation.objects.get(pk=investigation.pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.diagnose(fresh)
        return len(queries)

    small = services.find_fixes(TEXT)
    see(small, guide, listener="not_listening", outside="refused")
    before = cost(small)
    for number in range(3):
        make_unreachable(f"more-{number}")
    for number in range(5):
        cause = make.make_cause(guide, f"extra-{number}", position=9 + number)
        make.make_evidence(cause, "for", listener="not_listening")
        make.make_resolution(cause, verify=("listener",))
    make.reindex(guide)
    for _ in range(3):
        see(small, guide, listener="not_listening", outside="refused")

    after = cost(small)

    assert len(services.diagnose(small).causes) > 10
    assert after <= before
    assert after <= 30

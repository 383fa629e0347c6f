"""Replay: which past conclusions a draft's rules would change, and that nothing is stored."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from kb import index, services
from kb.ingest import CauseDraft, EvidenceDraft, GuideDraft, SymptomDraft
from kb.models import Cause, Evidence, Guide, GuideRevision, Investigation
from kb.services.diagnosing.weighed import inputs_of
from kb.services.guides.files import draft_of
from kb.services.upkeep.draft_rules import draft_rules
from kb.services.upkeep.replay import MOST_CONCLUDED, Replay, replay, replay_publishing
from tests import factories as make
from tests.kb.other_rules import flipped, solved, with_cause
from tests.kb.unreachable import TEXT, make_unreachable, see

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


def replayed(draft: GuideDraft, guide: Guide) -> Replay:
    return replay(draft, Guide.objects.get(pk=guide.pk))


def test_a_flipped_rule_changes_exactly_the_conclusion_that_stood_on_it(guide: Guide):
    held = solved(guide, "port-held", "free", listener="held_by_other")
    solved(guide, "not-running", "start", listener="not_listening", outside="refused")

    found = replayed(flipped(guide), guide)

    (changed,) = found.concluded
    assert (changed.investigation, changed.verdict) == (held, "worse")
    assert changed.confirmed == guide.causes.get(slug="port-held")
    assert changed.before.first == "connection/port-held"
    assert changed.after.first != "connection/port-held"
    assert (changed.before.state, changed.after.state) == ("supported", "ruled_out")
    assert (found.concluded_looked_at, found.worse, found.better, found.other) == (2, 1, 0, 0)


def test_the_rule_that_moved_it_is_named_with_what_it_said_and_says(guide: Guide):
    solved(guide, "port-held", "free", listener="held_by_other")

    (changed,) = replayed(flipped(guide), guide).concluded

    rule = changed.rules[0]
    assert (rule.cause, rule.checks) == ("connection/port-held", ("connection/listener",))
    assert (rule.before, rule.after) == ("strongly-for", "rules-out")
    assert rule.reason_codes == ("held_by_other",)


def test_a_rule_that_finds_the_confirmed_cause_is_better(guide: Guide):
    Evidence.objects.filter(cause__slug="port-held").update(says="against")
    solved(guide, "port-held", "free", listener="held_by_other")
    draft = draft_of(guide)
    Evidence.objects.filter(cause__slug="port-held").update(says="against")

    better = with_cause(
        draft,
        "port-held",
        evidence=(
            EvidenceDraft(when={"listener": {"reason": ["held_by_other"]}}, says="strongly-for"),
        ),
    )

    (changed,) = replayed(better, guide).concluded
    assert (changed.verdict, changed.after.first) == ("better", "connection/port-held")


def test_the_stored_rules_change_nothing_and_weigh_exactly_as_the_diagnosis_does(guide: Guide):
    case = solved(guide, "port-held", "free", listener="held_by_other", outside="refused")
    stored = draft_of(guide)
    inputs = inputs_of(case)

    same = draft_rules(stored, guide).put_into(inputs)

    assert list(same.causes) == list(inputs.causes)
    assert list(same.symptoms) == list(inputs.symptoms)
    assert list(same.seen) == list(inputs.seen)
    found = replayed(stored, guide)
    assert (found.concluded, found.open, found.concluded_looked_at) == ((), (), 1)


def test_what_replay_foresees_is_what_saving_the_draft_brings(guide: Guide):
    case = solved(guide, "port-held", "free", listener="held_by_other")
    draft = flipped(guide)
    (changed,) = replayed(draft, guide).concluded

    services.save_guide(draft, by=None, source=GuideRevision.Source.IMPORT)

    now = services.diagnose(case)
    held = next(one for one in now.causes if one.cause.slug == "port-held")
    assert (changed.after.first, held.state) == ("", changed.after.state)
    assert now.none_of_these == pytest.approx(changed.after.belief)
    assert held.belief == pytest.approx(changed.after.confirmed)


def test_nothing_is_stored(guide: Guide):
    solved(guide, "port-held", "free", listener="held_by_other")
    before = (draft_of(guide), guide.revisions.count(), Cause.objects.count())

    with CaptureQueriesContext(connection) as captured:
        replayed(flipped(guide), guide)

    assert (draft_of(guide), guide.revisions.count(), Cause.objects.count()) == before
    assert all(query["sql"].startswith("SELECT") for query in captured)


def test_what_was_looked_at_after_the_conclusion_does_not_count(guide: Guide):
    case = solved(guide, "not-running", "start", listener="not_listening", outside="refused")
    see(case, guide, listener="held_by_other")

    assert replayed(flipped(guide), guide).concluded == ()


def test_open_cases_stand_apart(guide: Guide):
    case = services.find_fixes(TEXT)
    see(case, guide, listener="held_by_other")

    found = replayed(flipped(guide), guide)

    assert [one.investigation for one in found.open] == [case]
    assert (found.open[0].verdict, found.open[0].confirmed) == ("other", None)
    assert (found.concluded, found.concluded_looked_at, found.open_looked_at) == ((), 0, 1)


def test_a_presumed_cause_is_not_what_other_rules_are_held_against(guide: Guide):
    case = solved(guide, "port-held", "free", listener="held_by_other")
    case.confirmation = Investigation.Confirmation.PRESUMED
    case.save()

    (changed,) = replayed(flipped(guide), guide).concluded

    assert (changed.confirmed, changed.verdict, changed.before.state) == (None, "other", "")


def test_a_weight_or_what_a_symptom_speaks_for_can_move_a_case_without_runs(guide: Guide):
    case = services.find_fixes(TEXT)
    services.conclude_cause(case, guide.causes.get(slug="not-running"), by=None)
    draft = with_cause(draft_of(guide), "port-held", weight=60.0)
    symptoms = tuple(replace(one, suggests={"died": "strong"}) for one in draft.symptoms)

    (heavier,) = replayed(draft, guide).concluded
    assert (heavier.after.first, heavier.rules) == ("connection/port-held", ())
    assert replayed(replace(draft_of(guide), symptoms=symptoms), guide).concluded != ()


def test_a_draft_may_add_and_drop_causes_checks_and_symptoms(guide: Guide):
    solved(guide, "port-held", "free", listener="held_by_other")
    stored = draft_of(guide)
    new = CauseDraft(
        slug="old-copy",
        title="An old copy still runs",
        weight=9.0,
        evidence=(
            EvidenceDraft(when={"listener": {"reason": ["held_by_other"]}}, says="strongly-for"),
        ),
    )
    added = replace(stored, causes=(*stored.causes, new))
    dropped = replace(stored, causes=stored.causes[:1], checks=(), symptoms=())
    other = SymptomDraft(slug="new", phrases=("anything",), suggests={"died": "strong"})

    (changed,) = replayed(added, guide).concluded
    found = replayed(added, guide)
    assert changed.after.first == "connection/old-copy"
    assert found.titles["connection/old-copy"] == "An old copy still runs"
    (without,) = replayed(dropped, guide).concluded
    assert (without.after.first, without.after.state) == ("connection/not-running", "")
    assert replayed(replace(stored, symptoms=(*stored.symptoms, other)), guide).concluded == ()


def test_a_check_that_looks_at_something_else_by_the_draft_has_seen_nothing(guide: Guide):
    solved(guide, "port-held", "free", listener="held_by_other")
    stored = draft_of(guide)
    checks = tuple(
        replace(one, values={"port": 9}) if one.slug == "listener" else one for one in stored.checks
    )

    (changed,) = replayed(replace(stored, checks=checks), guide).concluded

    assert (changed.before.state, changed.after.state) == ("supported", "not_looked_at")


def test_another_normal_state_judges_the_same_look_anew(guide: Guide):
    held = guide.causes.get(slug="port-held")
    held.evidence.all().delete()
    when = {"listener": {"status": ["CRITICAL"]}}
    Evidence.objects.create(cause=held, when=when, says="strongly-for")
    solved(guide, "port-held", "free", listener="held_by_other")
    stored = draft_of(guide)
    checks = tuple(
        replace(one, baseline="held_by_other") if one.slug == "listener" else one
        for one in stored.checks
    )

    (changed,) = replayed(replace(stored, checks=checks), guide).concluded

    assert (changed.before.state, changed.after.state) == ("supported", "unclear")


def test_other_guides_cases_are_not_looked_at(guide: Guide):
    other = make_unreachable("other")
    solved(other, "port-held", "free", listener="held_by_other")
    see(services.find_fixes(TEXT), other, listener="held_by_other")

    found = replayed(flipped(guide), guide)

    assert (found.concluded_looked_at, found.open_looked_at) == (0, 0)


def test_titles_and_checks_are_in_the_readers_language(guide: Guide):
    make.make_translation(
        guide, names={"causes": {"port-held": "포트 점유"}, "checks": {"listener": "누가 듣는가"}}
    )
    solved(guide, "port-held", "free", listener="held_by_other")

    with override("ko"):
        found = replayed(flipped(guide), guide)

    assert found.titles["connection/port-held"] == "포트 점유"
    assert found.checks["connection/listener"] == "누가 듣는가"


def test_so_many_of_the_newest_are_looked_at(guide: Guide):
    cause = guide.causes.get(slug="not-running")
    for _ in range(MOST_CONCLUDED + 1):
        services.conclude_cause(services.find_fixes("toner"), cause, by=None)

    assert replayed(flipped(guide), guide).concluded_looked_at == MOST_CONCLUDED


def test_trying_to_publish_publishes_nothing(guide: Guide):
    case = solved(guide, "port-held", "free", listener="held_by_other")
    draft = make_unreachable("draft")
    Guide.objects.filter(pk=draft.pk).update(state=Guide.State.IN_REVIEW)
    index.update(Guide.objects.get(pk=draft.pk))

    found = replay_publishing(Guide.objects.get(pk=draft.pk))

    assert (found.concluded_looked_at, found.open_looked_at) == (1, 0)
    assert Guide.objects.get(pk=draft.pk).state == Guide.State.IN_REVIEW
    assert {one.cause.guide for one in services.diagnose(case).causes} == {guide}


def test_publishing_is_foreseen_as_it_then_is(guide: Guide):
    case = solved(guide, "not-running", "start", outside="refused")
    rival = make_unreachable("rival")
    make.make_symptom(
        rival, "told", phrases=("GET http://localhost:8001/",), suggests={"died": "strong"}
    )
    Guide.objects.filter(pk=rival.pk).update(state=Guide.State.IN_REVIEW)
    rival = Guide.objects.get(pk=rival.pk)
    index.update(rival)

    (changed,) = replay_publishing(rival).concluded
    services.publish_guide(rival, by=make.make_user())

    first = services.diagnose(case).causes[0]
    assert changed.before.first == "connection/not-running"
    assert changed.after.first == first.cause.key
    assert changed.after.belief == pytest.approx(first.belief)
    assert changed.verdict == "worse"

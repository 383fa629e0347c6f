"""Values and checks of an investigation: where values come from, what must be confirmed."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from kb import services
from kb.models import Guide, Investigation, Service
from probes.models import Batch, BatchItem, Location, Run
from probes.services import RequestRefused, claim, record, server_location
from tests import factories as make
from tests.factories import make_user
from tests.kb.unreachable import TEXT, check, make_unreachable, see
from tests.probes.factories import result

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


def values(investigation: Investigation) -> dict[str, tuple[object, str, bool]]:
    parameters = services.diagnose(investigation).parameters
    return {p.name: (p.value, p.source, p.confirmed) for p in parameters}


def test_a_pasted_port_makes_the_check_look_there(found: Investigation):
    assert values(found)["port"] == (8001, "paste", False)


def test_values_come_typed_then_pasted_then_bound_then_from_the_guide(guide: Guide, person: User):
    Service.objects.create(slug="api", name="API", bindings={"host": "127.0.0.3", "port": 8003})
    bare = services.find_fixes("ERR_CONNECTION_REFUSED", services=["api"])
    pasted = services.find_fixes(TEXT, services=["api"])

    assert values(services.find_fixes("ERR_CONNECTION_REFUSED"))["port"] == (8000, "default", True)
    assert values(bare)["port"] == (8003, "service", True)
    assert values(pasted)["port"] == (8001, "paste", False)
    services.set_parameters(pasted, {"port": 8004}, by=person)
    assert values(pasted)["port"] == (8004, "typed", True)


def test_a_pasted_value_that_the_type_refuses_gives_way_to_the_next_source(guide: Guide):
    guide.parameters["port"]["from"] = "host"
    guide.save()

    assert values(services.find_fixes(TEXT))["port"] == (8000, "default", True)


def test_an_emptied_value_is_taken_back(found: Investigation, person: User):
    services.set_parameters(found, {"port": "8004"}, by=person)
    services.set_parameters(found, {"port": ""}, by=person)

    assert values(found)["port"] == (8001, "paste", False)


def test_bad_values_are_named_and_nothing_is_kept(found: Investigation, person: User):
    with pytest.raises(services.BadParameters) as refused:
        services.set_parameters(found, {"host": "127.0.0.9", "port": "70000"}, by=person)

    assert set(refused.value.problems) == {"port"}
    assert Investigation.objects.get(pk=found.pk).typed == {}


def test_what_came_from_the_paste_is_confirmed_before_it_runs(
    found: Investigation, guide: Guide, person: User
):
    listener = check(guide, "listener")

    with pytest.raises(services.NeedsConfirmation) as held:
        services.run_checks(found, [listener], by=person)

    assert [(v.name, v.value) for v in held.value.values] == [("port", 8001)]
    assert not Batch.objects.exists()

    services.run_checks(found, [listener], by=person, confirm=True)
    assert BatchItem.objects.get().params["port"] == 8001
    assert Investigation.objects.get(pk=found.pk).typed == {"connection/port": 8001}
    assert values(found)["port"] == (8001, "typed", True)


def test_what_is_confirmed_for_one_guide_says_nothing_to_another(
    found: Investigation, guide: Guide, person: User
):
    second = make.make_guide(
        "proxied",
        title="ERR_CONNECTION_REFUSED behind a proxy",
        parameters={"port": {"type": "port", "default": 8000}},
    )
    make.make_cause(second, "upstream")
    make.make_symptom(
        second, "refused", phrases=("ERR_CONNECTION_REFUSED",), suggests={"upstream": "strong"}
    )
    make.reindex(second)

    services.run_checks(found, [check(guide, "listener")], by=person, confirm=True)

    ports = {p.guide.slug: p.value for p in services.diagnose(found).parameters if p.name == "port"}
    assert ports == {"connection": 8001, "proxied": 8000}
    services.set_parameters(found, {"proxied/port": "8009"}, by=person)
    services.set_parameters(found, {"port": 8007}, by=person)
    assert {p.value for p in services.diagnose(found).parameters if p.name == "port"} == {8007}


def test_confirmed_by_typing_it_runs_at_once(found: Investigation, guide: Guide, person: User):
    services.set_parameters(found, {"host": "127.0.0.1", "port": 8001}, by=person)

    batch = services.run_checks(found, [check(guide, "outside")], by=person)

    assert batch.items.get().ref == "connection/outside"
    assert list(found.batches.all()) == [batch]


def test_missing_values_are_named_and_nothing_is_requested(guide: Guide, person: User):
    guide.parameters["host"] = {"type": "host", "required": True}
    guide.save()
    found = services.start_from_guide(guide, by=person)

    with pytest.raises(services.MissingParameters) as refused:
        services.run_checks(found, [check(guide, "outside")], by=person)

    assert [value.name for value in refused.value.values] == ["host"]
    assert not Batch.objects.exists()
    diagnosis = services.diagnose(found)
    assert [p.name for p in diagnosis.parameters if p.needed] == ["host"]
    states = {state.slug: state for state in diagnosis.checks}
    assert (states["outside"].missing, states["outside"].can_run) == (("host",), False)
    assert (states["listener"].missing, states["listener"].can_run) == ((), True)


def test_the_same_key_asks_once(found: Investigation, guide: Guide, person: User):
    ask = {"by": person, "confirm": True, "idempotency_key": "press-1"}

    first = services.run_checks(found, [check(guide, "listener")], **ask)
    again = services.run_checks(found, [check(guide, "listener")], **ask)

    assert again == first
    assert found.batches.count() == 1


def test_a_manual_check_is_answered_not_run(found: Investigation, guide: Guide, person: User):
    container = check(guide, "container")

    with pytest.raises(RequestRefused):
        services.run_checks(found, [container], by=person)
    run = services.answer_check(found, container, answer="denied", note="Exited (1)", by=person)

    diagnosis = services.diagnose(found)
    state = next(state for state in diagnosis.checks if state.slug == "container")
    assert (state.run, state.phase, state.is_manual) == (run, "done", True)
    died = next(c for c in diagnosis.causes if c.cause.slug == "died")
    assert died.state == "supported"
    assert died.moved[0].runs == (run,)


def listener(found: Investigation) -> services.CheckState:
    return next(s for s in services.diagnose(found).checks if s.slug == "listener")


def say(found: Investigation, guide: Guide, answer: str, **more: object) -> Run:
    return services.answer_check(found, check(guide, "listener"), answer=answer, **more)


def test_where_a_probe_could_not_look_a_person_says_what_they_saw(
    found: Investigation, guide: Guide, person: User
):
    see(found, guide, listener="permission_denied")
    assert listener(found).asks_witness

    run = say(found, guide, "not_listening", note="ss shows no line", by=person)

    assert (listener(found).run, run.status, run.answered_by) == (run, "CRITICAL", "jisu")
    not_running = services.diagnose(found).causes[0]
    assert (not_running.cause.slug, not_running.state) == ("not-running", "supported")
    assert not_running.moved[0].runs == (run,)


def test_a_person_answers_what_waits_for_a_value(guide: Guide, person: User):
    guide.parameters["port"] = {"type": "port", "required": True}
    guide.save()
    found = services.start_from_guide(guide, by=person)
    assert listener(found).asks_witness

    run = say(found, guide, "held_by_other", by=person)

    assert (listener(found).run, listener(found).missing) == (run, ("port",))
    services.set_parameters(found, {"port": 8001}, by=person)
    assert listener(found).run is None


def test_a_person_corrects_their_own_word(found: Investigation, guide: Guide, person: User):
    say(found, guide, "held_by_other", by=person)
    assert listener(found).asks_witness

    corrected = say(found, guide, "not_listening", by=person)

    assert listener(found).run == corrected


def test_where_a_runner_saw_it_nobody_overrules_it(
    found: Investigation, guide: Guide, person: User
):
    see(found, guide, listener="not_listening")

    with pytest.raises(RequestRefused) as refused:
        say(found, guide, "listening", by=person)

    assert [p.code for p in refused.value.problems] == ["was_seen"]
    assert listener(found).run.reason_code == "not_listening"


def test_a_later_look_counts_more_than_a_persons_word(
    found: Investigation, guide: Guide, person: User
):
    word = say(found, guide, "held_by_other", by=person)

    see(found, guide, listener="permission_denied")
    assert listener(found).run == word
    see(found, guide, listener="listening")
    assert listener(found).run.reason_code == "listening"
    assert not listener(found).can_answer


def test_a_look_that_was_asked_before_the_answer_and_came_after_it_counts(
    found: Investigation, guide: Guide, person: User
):
    services.run_checks(found, [check(guide, "listener")], by=person, confirm=True)
    claimed = claim(location=server_location(), runner="test")

    say(found, guide, "held_by_other", by=person)
    looked = result("not_listening", started_at=timezone.now())
    record(claimed, {item.item_id: looked for item in claimed.items})

    assert listener(found).run.reason_code == "not_listening"


def test_a_persons_word_moves_no_place_to_look_from(
    found: Investigation, guide: Guide, person: User
):
    laptop = Location.objects.create(slug="laptop", name="Laptop")
    see(found, guide, listener="no_agent", at=laptop)

    word = say(found, guide, "not_listening", by=person)

    assert (listener(found).run, listener(found).location) == (word, laptop)


def test_a_check_waits_runs_and_is_done(found: Investigation, guide: Guide, person: User):
    def phase() -> str:
        diagnosis = services.diagnose(found)
        return next(s.phase for s in diagnosis.checks if s.slug == "listener")

    assert phase() == "never"
    batch = services.run_checks(found, [check(guide, "listener")], by=person, confirm=True)
    assert (phase(), services.diagnose(found).open_batch) == ("waiting", batch)
    claim(location=server_location(), runner="test")
    assert phase() == "running"

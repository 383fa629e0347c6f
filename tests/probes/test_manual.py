"""Checks that a person answers."""

import pytest
from django.utils.translation import override

from probes import services
from probes.models import Batch, Probe, Run
from tests.probes.factories import claim, make_batch, make_probe, make_user, result

pytestmark = pytest.mark.django_db


def ask(**fields: object) -> Probe:
    return make_probe("ask", kind="manual", params={"question": "Is it up?"}, **fields)


def test_answer_is_a_done_batch_with_its_run() -> None:
    person = make_user()

    run = services.answer_manual(
        ask(), ref="g/up", answer="confirmed", note="STATUS is Up", by=person
    )

    assert (run.status, run.reason_code) == ("OK", "confirmed")
    assert run.facts == {"answer": "confirmed", "note": "STATUS is Up", "answered_by": "jisu"}
    assert run.answered_by == "jisu"
    assert run.item.ref == "g/up"
    batch = run.item.batch
    assert (batch.state, batch.requested_by, batch.purpose) == ("done", person, "diagnose")
    assert claim() is None


def test_expectation_judges_the_answer() -> None:
    probe = ask(expectation={"confirmed": "CRITICAL", "denied": "OK"})

    run = services.answer_manual(probe, ref="g/up", answer="denied", note="", by=make_user())

    assert run.status == "OK"
    assert run.summary == "Is it up?"


def test_person_is_asked_in_their_own_language_where_the_probe_has_it() -> None:
    probe = ask()
    probe.params |= {"translations": {"ko": "떠 있습니까?"}}

    with override("ko"):
        assert services.question_of(probe) == "떠 있습니까?"
    with override("en"):
        assert services.question_of(probe) == "Is it up?"


def test_skipped_is_unknown_and_thereby_no_evidence() -> None:
    run = services.answer_manual(ask(), ref="g/up", answer="skipped", note="", by=make_user())

    assert run.status == "UNKNOWN"


def test_note_is_masked() -> None:
    note = "it says postgres://app:hunter2secret@127.0.0.1:5432/db"

    run = services.answer_manual(ask(), ref="g", answer="denied", note=note, by=make_user())

    assert "hunter2secret" not in run.summary + str(run.facts)


@pytest.mark.parametrize(
    ("answer", "code"), [("maybe", "unknown_answer"), ("runner_lost", "unknown_answer")]
)
def test_other_answers_are_refused(answer: str, code: str) -> None:
    with pytest.raises(services.RequestRefused) as refused:
        services.answer_manual(ask(), ref="g", answer=answer, note="", by=make_user())

    assert [p.code for p in refused.value.problems] == [code]
    assert not Batch.objects.exists()


def test_probe_of_another_kind_is_run_and_not_answered() -> None:
    with pytest.raises(services.RequestRefused) as refused:
        services.answer_manual(make_probe(), ref="g", answer="confirmed", note="", by=make_user())

    assert [p.code for p in refused.value.problems] == ["not_manual"]


def test_person_says_in_the_kinds_own_words_what_no_runner_could_see() -> None:
    run = services.answer_probe(
        make_probe("port", kind="port_listen", params={"port": "${port}", "expect": "free"}),
        values={"port": 8001},
        ref="g/port",
        answer="not_listening",
        note="",
        by=make_user(),
    )

    assert (run.status, run.reason_code, run.answered_by) == ("OK", "not_listening", "jisu")
    assert (run.item.params["port"], run.item.values) == (8001, {"port": 8001})


def test_what_no_parameter_is_known_for_is_kept_without_parameters() -> None:
    probe = make_probe("port", kind="port_listen", params={"port": "${port}"})

    run = services.answer_probe(
        probe, values={}, ref="g/port", answer="listening", note="", by=make_user()
    )

    assert (run.status, run.item.params) == ("OK", {})


def test_not_having_looked_is_no_answer_of_a_person() -> None:
    with pytest.raises(services.RequestRefused) as refused:
        services.answer_probe(
            make_probe(), values={}, ref="g", answer="permission_denied", note="", by=make_user()
        )

    assert [p.code for p in refused.value.problems] == ["unknown_answer"]


def test_runner_cannot_pass_its_look_off_as_a_persons() -> None:
    make_batch()
    claimed = claim()
    looked = result(facts={"answered_by": "jisu"})
    services.record(claimed, {item.item_id: looked for item in claimed.items})

    assert Run.objects.get().answered_by == ""


def test_unapproved_question_is_not_asked() -> None:
    with pytest.raises(services.RequestRefused) as refused:
        services.answer_manual(
            ask(approved=False), ref="g", answer="confirmed", note="", by=make_user()
        )

    assert [p.code for p in refused.value.problems] == ["not_approved"]


def test_answer_without_the_note_that_is_asked_for_is_refused() -> None:
    params = {"question": "Is it up?", "evidence_required": True}
    probe = make_probe("ask", kind="manual", params=params)

    with pytest.raises(services.RequestRefused) as refused:
        services.answer_manual(probe, ref="g", answer="confirmed", note=" ", by=make_user())

    assert [(p.code, p.field) for p in refused.value.problems] == [("note_required", "note")]

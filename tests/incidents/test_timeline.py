"""The timeline: everything that has a row, with both its times, in a fixed number of queries."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents import services
from incidents.models import Incident
from incidents.services import timeline
from kb.services.diagnosing.investigate import run_checks
from kb.services.diagnosing.ranking import diagnose
from probes.models import Batch, BatchItem, Run
from tests.factories import make_check, make_probe
from tests.incidents.conftest import after, began, make_known_error


def test_what_was_written_down_later_keeps_both_times(mina: User) -> None:
    incident = began(by=mina)
    services.add_note(incident, text="The proxy was restarted.", by=mina, at=after(minutes=2))

    note = next(entry for entry in timeline.of(incident) if entry.kind == "note")

    assert note.at == after(minutes=2)
    assert note.is_back_dated and note.recorded_at > after(hours=1)


def test_a_note_of_the_future_is_refused(mina: User) -> None:
    incident = began()

    with pytest.raises(services.BadTime):
        services.add_note(incident, text="Will be fixed.", by=mina, at=after(days=90_000))
    assert not incident.notes.exists()


def test_the_paste_says_which_guides_and_causes_it_found(mina: User) -> None:
    cause = make_known_error()
    incident = began(by=mina, text="pool exhausted")

    entries = timeline.of(incident, diagnosis=diagnose(incident.investigation))

    pasted = next(entry for entry in entries if entry.kind == "pasted")
    (matched,) = pasted.matched
    assert (matched.guide, matched.causes) == (cause.guide, (cause,))
    assert matched.strength in ("strong", "possible")


def test_only_the_asked_kinds_are_left_and_an_unknown_filter_leaves_all(mina: User) -> None:
    incident = began(by=mina)
    services.add_note(incident, text="Seen.", by=mina)
    services.change_status(incident, to="investigating", by=mina)
    entries = timeline.of(incident)

    assert [entry.kind for entry in timeline.narrowed(entries, "notes")] == ["note"]
    assert [entry.kind for entry in timeline.narrowed(entries, "steps")] == ["opened", "status"]
    assert timeline.narrowed(entries, "colours") == entries


def run_of(incident: Incident, check, status: str) -> Run:
    batch = run_checks(incident.investigation, [check], by=None, confirm=True)
    item = batch.items.get()
    Batch.objects.filter(pk=batch.pk).update(state="done")
    return Run.objects.create(
        item=item,
        status=status,
        reason_code="refused",
        summary="",
        elapsed_s=0.1,
        started_at=timezone.now(),
        recorded_at=timezone.now(),
    )


def test_runs_in_a_row_are_folded_and_what_is_not_ok_is_counted(mina: User) -> None:
    cause = make_known_error()
    probe = make_probe(params={"host": "127.0.0.1", "port": 9})
    check = make_check(cause.guide, "port", probe)
    incident = began(by=mina, text="pool exhausted")
    for status in ("OK", "CRITICAL", "UNKNOWN"):
        run_of(incident, check, status)
    services.add_note(incident, text="Seen.", by=mina)

    shown = timeline.stretches(timeline.of(incident))

    assert [(s.is_folded, len(s.entries)) for s in shown] == [
        (False, 1), (False, 1), (True, 3), (False, 1),
    ]  # fmt: skip
    assert shown[2].not_ok == 2
    assert BatchItem.objects.count() == 3


def test_the_number_of_queries_does_not_grow_with_the_lines(mina: User) -> None:
    incident = began(by=mina, text="pool exhausted")
    counts = []
    for _round in range(2):
        for number in range(3):
            services.add_note(incident, text=f"{number}", by=mina)
            services.add_attempt(incident, f"{number}", outcome="failed", by=mina)
            duplicate = began(by=mina, text=f"cable {number} cut")
            services.merge(duplicate, into=incident, by=mina)
        incident = Incident.objects.select_related("investigation").get(pk=incident.pk)
        with CaptureQueriesContext(connection) as asked:
            timeline.of(incident)
        counts.append(len(asked))

    assert counts[0] == counts[1]

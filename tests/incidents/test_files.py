"""Incidents as files: importing and exporting are inverse, and nothing is half stored."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import ingest, services
from incidents.ingest import dump, parse
from incidents.models import Incident
from incidents.services.file_imports import apply_incident_import, plan_incident_import
from incidents.services.files import drafts_of, file_of
from kb.models import CaseFact, Service
from kb.services.guides.imports import ImportRefused
from tests.factories import make_cause, make_guide, make_resolution, make_user

FILE = """\
---
incident: inc_7k2m9qd4x1tz
language: en
title: API refuses connections
status: closed
severity: major
environment: prod
services: [academy-api]
guides: [connection]
reporter: jisu
assignee: minho
started_at: 2026-03-02T09:00:00Z
recorded_at: 2026-03-02T09:05:00Z
resolved_at: 2026-03-02T10:00:00Z
closed_at: 2026-03-02T11:00:00Z
resolution_kind: workaround
known_error: connection/port-held
symptom: |
  GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED
  twice
typed:
  port: 8000
status_changes:
  - was: open
    became: investigating
    at: 2026-03-02T09:10:00Z
    recorded_at: 2026-03-02T09:11:00Z
    by: minho
  - was: investigating
    became: closed
    at: 2026-03-02T11:00:00Z
attempts:
  - what: restarted it
    outcome: failed
    at: 2026-03-02T09:20:00Z
    addresses: [connection/not-running]
    note: |-
      first line
      second line
    by: minho
  - what: ended the holder
    outcome: worked
    at: 2026-03-02T09:50:00Z
    resolution: connection/port-held/free
notes:
  - occurred_at: 2026-03-02T09:15:00Z
    recorded_at: 2026-03-02T12:00:00Z
    author: minho
    text: written down later
action_items:
  - what: pin the port
    recorded_at: 2026-03-02T12:00:00Z
    horizon: short
    owner: jisu
    due: 2026-04-01
    done_at: 2026-03-20T09:00:00Z
    done_by: minho
    detail: |-
      - in compose
      - in the docs
conclusion:
  at: 2026-03-02T11:00:00Z
  cause: connection/port-held
  resolution: connection/port-held/free
  confirmation: presumed
  by: minho
---
# Report\r
\r
It was *the port*.  \r
"""


@pytest.fixture
def known(db: None) -> None:
    guide = make_guide()
    make_cause(guide)
    make_resolution(make_cause(guide, "port-held"), "free")
    make_user("jisu")
    make_user("minho")


def load(*files: str, **options: bool) -> list[Incident]:
    named = [(f"{number}.md", file) for number, file in enumerate(files)]
    return apply_incident_import(plan_incident_import(named, **options))


def complaints(*files: str) -> list[str]:
    named = [(f"{number}.md", file) for number, file in enumerate(files)]
    return [str(complaint) for complaint in plan_incident_import(named).complaints]


def test_a_canonical_file_comes_out_as_it_went_in(known: None) -> None:
    (incident,) = load(FILE)

    assert file_of(incident) == FILE
    assert dump(parse(FILE)) == FILE
    assert load(FILE) == []


def test_exporting_and_importing_elsewhere_is_the_same_to_the_byte(known: None) -> None:
    (incident,) = load(FILE)
    services.add_note(incident, text="one more", by=None)
    exported = file_of(incident)
    incident.investigation.delete()
    incident.delete()

    (again,) = load(exported)

    assert file_of(again) == exported


def test_an_import_brings_the_rows_to_what_the_file_says(known: None) -> None:
    (incident,) = load(FILE)
    notes, attempts = incident.notes.get().pk, list(incident.investigation.attempts.all())
    changed = FILE.replace("written down later", "written later").replace("prod", "stage")

    load(changed)

    incident.refresh_from_db()
    assert file_of(incident) == changed
    assert incident.notes.get().pk == notes
    assert list(incident.investigation.attempts.all()) == attempts


def test_an_incident_opened_here_is_exported_and_imported(known: None) -> None:
    jisu = User.objects.get(username="jisu")
    incident = services.open_incident("Down", by=jisu, text="ECONNREFUSED 127.0.0.1:8000")
    services.change_status(incident, to="mitigated", by=jisu)
    services.close_incident(incident, by=jisu, note="restarted")
    exported = file_of(incident)

    assert load(exported) == []
    incident.delete()
    (again,) = load(exported)

    assert file_of(again) == exported


def test_a_case_from_a_file_is_found_by_later_ones(known: None) -> None:
    (incident,) = load(FILE)
    case = incident.investigation

    assert case.text == "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED\ntwice\n"
    assert case.fingerprint
    assert set(CaseFact.objects.filter(investigation=case).values_list("is_concluded")) == {(True,)}


def test_what_the_base_does_not_know_is_named_with_its_line_all_at_once(known: None) -> None:
    file = (
        FILE.replace("guides: [connection]", "guides: [conection]")
        .replace("known_error: connection/port-held", "known_error: connection/port-hold")
        .replace(
            "resolution: connection/port-held/free\nnotes",
            "resolution: connection/port-held/fre\nnotes",
        )
        .replace("author: minho", "author: minhoo")
        .replace("resolution_kind", "merged_into: inc_000000000001\nresolution_kind")
    )

    assert complaints(file) == [
        "0.md:9: guides: there is no guide conection",
        "0.md:16: merged_into: there is no incident inc_000000000001",
        "0.md:18: known_error: there is no cause connection/port-hold",
        "0.md:45: attempts[1].resolution: there is no resolution connection/port-held/fre",
        "0.md:49: notes[0].author: there is no person minhoo here: make an account of that name, "
        "or leave the name out",
    ]
    with pytest.raises(ImportRefused):
        load(file)
    assert not Incident.objects.exists()


def test_a_service_nobody_knows_is_made_and_said(known: None) -> None:
    plan = plan_incident_import([("a.md", FILE)])

    assert [str(warning) for warning in plan.warnings] == [
        "a.md:8: services: the service academy-api does not exist yet and will be created"
    ]
    apply_incident_import(plan)
    assert Service.objects.get().slug == "academy-api"


def test_people_can_be_made_who_bear_the_name_and_cannot_sign_in(known: None) -> None:
    file = FILE.replace("by: minho", "by: hana")

    (incident,) = load(file, create_people=True)

    hana = User.objects.get(username="hana")
    assert (hana.is_active, hana.has_usable_password()) == (False, False)
    assert file_of(incident) == file


def test_one_wrong_file_stops_the_others(known: None) -> None:
    other = FILE.replace("inc_7k2m9qd4x1tz", "inc_000000000001").replace("major", "huge")

    with pytest.raises(ImportRefused, match=r"1\.md:6: severity: huge is not one of"):
        load(FILE, other)
    assert not Incident.objects.exists()


def test_one_incident_in_two_files_is_refused(known: None) -> None:
    assert complaints(FILE, FILE) == ["1.md:2: incident: 0.md holds this incident too"]


def test_incidents_that_were_merged_come_in_any_order(known: None) -> None:
    second = FILE.replace("inc_7k2m9qd4x1tz", "inc_000000000001")
    first = FILE.replace("resolution_kind", "merged_into: inc_000000000001\nresolution_kind")

    load(first, second)

    merged = Incident.objects.get(public_id="inc_7k2m9qd4x1tz")
    assert merged.merged_into.public_id == "inc_000000000001"
    assert file_of(merged) == first


def test_an_incident_is_taken_out_of_the_one_it_was_merged_into(known: None) -> None:
    second = FILE.replace("inc_7k2m9qd4x1tz", "inc_000000000001")
    load(FILE.replace("resolution_kind", "merged_into: inc_000000000001\nresolution_kind"), second)
    reopened = FILE.replace("status: closed", "status: open")

    (incident,) = load(reopened)

    assert file_of(incident) == reopened


def test_incidents_are_not_merged_in_a_circle(known: None) -> None:
    load(FILE.replace("inc_7k2m9qd4x1tz", "inc_000000000001"))
    Incident.objects.create(
        title="between",
        public_id="inc_000000000002",
        status="closed",
        closed_at=datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC),
        merged_into=Incident.objects.get(),
    )
    file = FILE.replace("inc_7k2m9qd4x1tz", "inc_000000000001").replace(
        "resolution_kind", "merged_into: inc_000000000002\nresolution_kind"
    )

    assert complaints(file) == ["0.md:16: merged_into: would merge the incident into itself"]


def test_secrets_are_listed_with_their_line_and_never_stored(known: None) -> None:
    file = FILE.replace("second line", "password=hunter2hunter2").replace(
        "It was", "token: ghp_abcdefghijklmnopqrstuvwxyz0123456789 It was"
    )
    plan = plan_incident_import([("a.md", file)])
    (incident,) = apply_incident_import(plan)

    said = [warning.line for warning in plan.warnings if "secret" in warning.message]
    assert said == [39, 70]
    stored = file_of(incident)
    assert "hunter2" not in stored
    assert "ghp_" not in stored
    assert load(stored) == []


def test_reading_many_takes_as_many_queries_as_reading_one(known: None) -> None:
    load(*(FILE.replace("inc_7k2m9qd4x1tz", f"inc_00000000000{n}") for n in range(5)))

    assert queries_for(5) == queries_for(1)


def queries_for(number: int) -> int:
    with CaptureQueriesContext(connection) as queries:
        found = list(drafts_of(Incident.objects.order_by("pk")[:number]))
    assert len(found) == number
    return len(queries)


def test_moments_are_kept_to_the_microsecond(known: None) -> None:
    moment = datetime.datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=datetime.UTC)
    incident = Incident.objects.create(title="x", started_at=moment, created_at=moment)

    assert ingest.parse(file_of(incident)).started_at == moment

"""Incidents on their pages and in the admin."""

import pytest
from django.test import Client

from incidents import services
from incidents.models import Incident, Note
from kb.services.diagnosing.find import find_fixes
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

FORMSETS = ("notes", "action_items", "status_changes")


def test_incident_is_logged_from_what_nobody_knew(client: Client) -> None:
    user = person(client, *RESPONDER)
    investigation = find_fixes("kernel panic: unable to mount root", by=user)

    form = client.get(f"/incidents/new/?from={investigation.public_id}").content.decode()
    assert "kernel panic: unable to mount root" in form

    said = {"title": "The box is down", "severity": "major", "text": investigation.text}
    client.post("/incidents/new/", said | {"investigation": investigation.public_id})

    incident = Incident.objects.get()
    assert incident.investigation == investigation
    assert (incident.reporter, incident.severity) == (user, "major")


def test_incident_without_a_title_keeps_what_was_typed(client: Client) -> None:
    person(client, *RESPONDER)

    answer = client.post("/incidents/new/", {"text": "ERR_CONNECTION_REFUSED", "severity": "minor"})

    assert answer.status_code == 400
    assert "ERR_CONNECTION_REFUSED" in answer.content.decode()
    assert not Incident.objects.exists()


def test_note_joins_the_timeline_with_who_wrote_it(client: Client) -> None:
    user = person(client, *RESPONDER)
    incident = services.open_incident("Login is down", by=user)

    client.post(f"{incident.get_absolute_url()}note/", {"text": "<i>It</i> is back."})

    page = client.get(incident.get_absolute_url()).content.decode()
    assert "&lt;i&gt;It&lt;/i&gt; is back." in page
    assert Note.objects.get().author == user


def test_empty_note_is_refused_with_a_sentence(client: Client) -> None:
    user = person(client, *RESPONDER)
    incident = services.open_incident("Login is down", by=user)

    answer = client.post(f"{incident.get_absolute_url()}note/", {"text": " "})

    assert answer.status_code == 400
    assert "Write something first" in answer.content.decode()


def test_status_moves_on_and_only_the_steps_ahead_are_offered(client: Client) -> None:
    user = person(client, *RESPONDER)
    incident = services.open_incident("Login is down", by=user)

    client.post(f"{incident.get_absolute_url()}status/", {"status": "mitigated"})

    page = client.get(incident.get_absolute_url()).content.decode()
    assert Incident.objects.get().status == "mitigated"
    assert '<button class="button primary" name="status" value="resolved">' in page
    assert 'name="status" value="identified"' not in page
    # The one way back asks for a reason.
    assert '<input type="hidden" name="status" value="investigating">' in page


def test_step_back_is_refused_in_words(client: Client) -> None:
    user = person(client, *RESPONDER)
    incident = services.open_incident("Login is down", by=user)
    services.change_status(incident, to="mitigated", by=user)

    answer = client.post(f"{incident.get_absolute_url()}status/", {"status": "open"}, follow=True)

    assert "cannot become" in answer.content.decode()
    assert Incident.objects.get().status == "mitigated"


def test_incident_is_closed_with_the_fix_of_its_guide(client: Client) -> None:
    user = person(client, *RESPONDER)
    guide = make_unreachable()
    fix = guide.causes.get(slug="not-running").resolutions.filter(kind="fix").first()
    incident = services.open_incident("Login is down", by=user, text="ERR_CONNECTION_REFUSED")

    said = {"resolution": fix.pk, "kind": "fix", "note": ""}
    client.post(f"{incident.get_absolute_url()}close/", said)

    incident.refresh_from_db()
    assert incident.status == "closed"
    assert incident.investigation.concluded_resolution == fix
    assert "What fixed it" in client.get(incident.get_absolute_url()).content.decode()


def test_closing_without_a_word_asks_for_one(client: Client) -> None:
    user = person(client, *RESPONDER)
    incident = services.open_incident("Login is down", by=user)

    answer = client.post(f"{incident.get_absolute_url()}close/", {"kind": "fix"})

    assert answer.status_code == 400
    assert "Say what fixed it" in answer.content.decode()
    assert Incident.objects.get().status == "open"


def test_viewer_reads_incidents_and_changes_none(client: Client) -> None:
    user = person(client, "incidents.view_incident")
    incident = services.open_incident("Login is down", by=user)
    here = incident.get_absolute_url()

    page = client.get(here).content.decode()

    assert "Your account may not change incidents" in page
    for deed in ("note", "status", "close"):
        assert client.post(f"{here}{deed}/", {}).status_code == 403


def test_list_shows_the_open_ones_until_all_are_asked_for(client: Client) -> None:
    user = person(client, *RESPONDER)
    services.open_incident("Login is down", by=user)
    closed = services.open_incident("Mail was slow", by=user)
    services.close_incident(closed, by=user, note="The queue was full.")

    assert "Mail was slow" not in client.get("/incidents/").content.decode()
    assert "Mail was slow" in client.get("/incidents/?show=all").content.decode()


def test_admin_adds_notes_and_never_changes_them(admin_client: Client, admin_user) -> None:
    incident = services.open_incident("Login is down", by=admin_user)
    services.add_note(incident, text="First words.", by=admin_user)
    address = f"/admin/incidents/incident/{incident.pk}/change/"
    note = incident.notes.get()

    answer = admin_client.post(
        address,
        {
            "title": "Login is down",
            "severity": "major",
            "report": "",
            "started_at_0": "2026-11-20",
            "started_at_1": "10:00:00",
            "notes-TOTAL_FORMS": "2",
            "notes-INITIAL_FORMS": "1",
            "notes-0-id": str(note.pk),
            "notes-0-incident": str(incident.pk),
            "notes-0-text": "Other words.",
            "notes-1-incident": str(incident.pk),
            "notes-1-text": "Second words.",
            "notes-1-occurred_at_0": "2026-11-20",
            "notes-1-occurred_at_1": "10:05:00",
            "action_items-TOTAL_FORMS": "0",
            "action_items-INITIAL_FORMS": "0",
            "status_changes-TOTAL_FORMS": "0",
            "status_changes-INITIAL_FORMS": "0",
        },
    )

    assert answer.status_code == 302, answer.context["errors"]
    texts = [note.text for note in incident.notes.order_by("id")]
    assert texts == ["First words.", "Second words."]
    assert incident.notes.last().author == admin_user


def test_admin_closes_with_what_fixed_it(admin_client: Client, admin_user) -> None:
    incident = services.open_incident("Login is down", by=admin_user)
    address = f"/admin/incidents/incident/{incident.pk}/close/"
    assert admin_client.get(address).status_code == 200

    admin_client.post(address, {"kind": "fix", "note": "Restarted it."})

    incident.refresh_from_db()
    assert (incident.status, incident.resolution_kind) == ("closed", "fix")


def test_admin_closes_nothing_as_worked_around_without_a_known_error(
    admin_client: Client, admin_user
) -> None:
    incident = services.open_incident("Login is down", by=admin_user)
    address = f"/admin/incidents/incident/{incident.pk}/close/"

    admin_client.cookies["django_language"] = "en"
    answer = admin_client.post(address, {"kind": "workaround", "note": "Restarted it."})

    assert "choose the known error" in answer.content.decode()
    incident.refresh_from_db()
    assert incident.status == "open"


def test_admin_keeps_no_secret_and_no_impossible_start(admin_client: Client, admin_user) -> None:
    incident = services.open_incident("Login is down", by=admin_user)
    services.change_status(incident, to="investigating", by=admin_user)
    address = f"/admin/incidents/incident/{incident.pk}/change/"
    secret = "hunter2-" + "and-more"
    said = {
        "title": f"password={secret}",
        "severity": "major",
        "report": f"Authorization: Bearer {secret}",
        "started_at_0": "2026-11-20",
        "started_at_1": "10:00:00",
        **{f"{name}-{what}_FORMS": "0" for name in FORMSETS for what in ("TOTAL", "INITIAL")},
    }

    late = admin_client.post(address, said | {"started_at_0": "2099-01-01"})
    kept = admin_client.post(address, said)

    assert (late.status_code, kept.status_code) == (200, 302)
    incident.refresh_from_db()
    assert incident.started_at.year == 2026
    assert secret not in incident.title + incident.report

"""The life of an incident on its pages: logged beside what is like it, worked on, merged, listed."""

import re
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents import services
from incidents.models import ActionItem, Incident
from tests.factories import make_service
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

WORKING = (
    *RESPONDER,
    "kb.add_attempt",
    "incidents.view_actionitem",
    "incidents.add_actionitem",
    "incidents.change_actionitem",
)
TEXT = "zorkmid ledger drained at step {}"


def test_a_report_begins_with_the_chosen_template(client: Client) -> None:
    person(client, *RESPONDER)
    services.load_starter_templates()

    page = client.get("/incidents/new/?template=connection-report").content.decode()

    assert "## Lessons" in page
    assert "## Lessons" not in client.get("/incidents/new/").content.decode()
    assert client.get("/incidents/new/?template=nope").status_code == 200


def test_a_guide_logs_an_incident_with_its_name_and_its_checks(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_unreachable()

    assert (
        f"/incidents/new/?guide={guide.slug}"
        in client.get(guide.get_absolute_url()).content.decode()
    )
    form = client.get(f"/incidents/new/?guide={guide.slug}").content.decode()
    assert f'value="{guide.title}"' in form
    client.post("/incidents/new/", {"title": "Down", "severity": "minor", "guide": guide.slug})

    assert Incident.objects.get().investigation.guide == guide


def test_viewers_are_not_offered_to_log_an_incident_from_a_guide(client: Client) -> None:
    person(client, "kb.view_guide")
    guide = make_unreachable()

    assert "/incidents/new/" not in client.get(guide.get_absolute_url()).content.decode()


def test_looking_for_similar_keeps_what_was_typed_and_stores_nothing(client: Client) -> None:
    user = person(client, *RESPONDER)
    there = services.open_incident("The ledger drains", by=user, text=TEXT.format(1))
    said = {"title": "Ledger <b>again</b>", "text": TEXT.format(2), "severity": "major"}

    page = client.post("/incidents/new/", {**said, "look": "1"}).content.decode()
    typed = client.post("/incidents/similar/", {"text": TEXT.format(3)}).content.decode()

    assert "Ledger &lt;b&gt;again&lt;/b&gt;" in page
    for shown in (page, typed):
        assert there.public_id in shown and "This looks like" in shown
    assert Incident.objects.count() == 1


def test_who_was_logged_out_is_shown_the_way_back_and_nothing_else(client: Client) -> None:
    user = person(client, *RESPONDER)
    there = services.open_incident("The ledger drains", by=user, text=TEXT.format(1))
    client.logout()

    shown = client.post("/incidents/similar/", {"text": TEXT.format(2)}).content.decode()

    assert "/login/?next=/incidents/new/" in shown
    assert there.public_id not in shown
    person_without = Client()
    person_without.force_login(User.objects.create_user("guest"))
    assert person_without.post("/incidents/similar/", {"text": "a"}).status_code == 403


def test_who_may_not_read_incidents_is_shown_none(client: Client) -> None:
    user = person(client, "incidents.add_incident")
    there = services.open_incident("The ledger drains", by=user, text=TEXT.format(1))

    shown = client.post("/incidents/similar/", {"text": TEXT.format(2)}).content.decode()

    assert there.public_id not in shown and there.title not in shown


def test_one_press_adds_the_text_to_the_incident_that_is_there(client: Client) -> None:
    user = person(client, *RESPONDER)
    there = services.open_incident("The ledger drains", by=user, text=TEXT.format(1))

    answer = client.post(
        f"{there.get_absolute_url()}add/", {"title": "Again", "text": TEXT.format(2)}
    )

    assert answer["Location"].startswith(there.get_absolute_url())
    assert there.notes.get().text == f"Again\n\n{TEXT.format(2)}"
    assert Incident.objects.count() == 1


def test_a_note_from_earlier_shows_both_its_times(client: Client) -> None:
    user = person(client, *RESPONDER)
    incident = services.open_incident("Login is down", by=user)

    client.post(f"{incident.get_absolute_url()}note/", {"text": "Seen.", "at": "2026-11-01T14:02"})

    page = client.get(incident.get_absolute_url()).content.decode()
    assert re.search(r"happened <time[^>]*>14:02</time>, written down <time", page)


def test_the_timeline_is_narrowed_without_a_script(client: Client) -> None:
    user = person(client, *RESPONDER)
    incident = services.open_incident("Login is down", by=user)
    services.add_note(incident, text="Seen by three.", by=user)

    page = client.get(f"{incident.get_absolute_url()}?kind=steps").content.decode()

    assert "It started" in page
    assert "Seen by three." not in page


def test_an_incident_is_reopened_only_with_a_reason(client: Client) -> None:
    user = person(client, *RESPONDER)
    incident = services.open_incident("Login is down", by=user)
    services.close_incident(incident, by=user, note="Restarted.")
    here = incident.get_absolute_url()

    without = client.post(f"{here}status/", {"status": "investigating"}, follow=True)
    client.post(f"{here}status/", {"status": "investigating", "reason": "Down again."})

    assert "needs a reason" in without.content.decode()
    assert Incident.objects.get().status == "investigating"
    assert "Down again." in client.get(here).content.decode()


def test_a_workaround_without_a_known_error_is_asked_for_one(client: Client) -> None:
    user = person(client, *RESPONDER)
    incident = services.open_incident("Login is down", by=user)

    answer = client.post(
        f"{incident.get_absolute_url()}close/", {"kind": "workaround", "note": "Switched it off."}
    )

    assert answer.status_code == 400
    page = answer.content.decode()
    assert "choose the known error" in page
    assert "Switched it off." in page
    assert Incident.objects.get().status == "open"


def test_a_presumed_cause_is_shown_as_presumed(client: Client) -> None:
    user = person(client, *RESPONDER)
    fix = make_unreachable().causes.get(slug="not-running").resolutions.get(kind="fix")
    incident = services.open_incident("Login is down", by=user, text="ERR_CONNECTION_REFUSED")
    here = incident.get_absolute_url()

    client.post(f"{here}close/", {"resolution": fix.pk, "kind": "fix", "confirmed": ""})

    assert "? Presumed" in client.get(here).content.decode()


def test_attempts_and_action_items_are_written_on_the_page(client: Client) -> None:
    user = person(client, *WORKING)
    incident = services.open_incident("Login is down", by=user)
    here = incident.get_absolute_url()

    client.post(f"{here}attempt/", {"what": "Restarted <it>", "outcome": "failed"})
    client.post(f"{here}action/", {"what": "Pin versions", "due": "2026-01-05"})
    page = client.get(here).content.decode()
    refused = client.post(f"{here}action/", {"what": "", "due": "soon"})

    assert "Restarted &lt;it&gt;" in page
    assert "overdue by" in page
    assert refused.status_code == 400
    assert ActionItem.objects.count() == 1


def test_an_action_item_is_done_and_undone_with_one_press(client: Client) -> None:
    user = person(client, *WORKING)
    item = services.add_action_item(services.open_incident("Down", by=user), "Pin", owner=user)
    address = f"/incidents/actions/{item.pk}/done/"

    done = client.post(address, {"done": "1", "next": "/incidents/actions/?show=mine"})
    item.refresh_from_db()
    assert (done["Location"], item.done_by) == ("/incidents/actions/?show=mine", user)
    client.post(address, {"done": "0", "next": "https://elsewhere.example/"})

    item.refresh_from_db()
    assert item.done_at is None


def test_the_first_page_counts_what_is_overdue(client: Client) -> None:
    user = person(client, *WORKING)
    incident = services.open_incident("Down", by=user)
    services.add_action_item(incident, "Pin", due=date(2026, 1, 5))

    assert "1 action item is overdue" in client.get("/").content.decode()


def test_a_duplicate_shows_where_it_goes_on_and_is_taken_out_again(client: Client) -> None:
    user = person(client, *RESPONDER)
    whole = services.open_incident("API is down", by=user)
    duplicate = services.open_incident("Login is down", by=user)
    here = duplicate.get_absolute_url()

    unknown = client.post(f"{here}merge/", {"into": "inc_nope"})
    client.post(f"{here}merge/", {"into": f"http://base{whole.get_absolute_url()}"})

    assert unknown.status_code == 400
    page = client.get(here).content.decode()
    assert "This is a duplicate" in page and whole.public_id in page
    assert f'Merged into <a href="{whole.get_absolute_url()}">' in page
    assert "Turned out to be the same" in client.get(whole.get_absolute_url()).content.decode()
    client.post(f"{here}unmerge/")
    duplicate.refresh_from_db()
    assert (duplicate.status, duplicate.merged_into) == ("open", None)


def test_it_is_taken_with_one_press_and_its_details_are_changed(client: Client) -> None:
    user = person(client, *RESPONDER)
    incident = services.open_incident("Login is down", by=user)
    here = incident.get_absolute_url()

    client.post(f"{here}take/")
    incident.refresh_from_db()
    started = timezone.localtime(incident.started_at).strftime("%Y-%m-%dT%H:%M")
    said = {"title": "Login", "severity": "critical", "assignee": user.pk, "reporter": user.pk}
    client.post(f"{here}edit/", {**said, "started_at": started})

    changed = Incident.objects.get()
    assert (changed.title, changed.severity, changed.assignee) == ("Login", "critical", user)
    assert changed.started_at == incident.started_at


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("show=all", {"one", "two", "three"}),
        ("show=mine", {"two"}),
        ("show=all&severity=critical", {"one"}),
        ("show=all&service=api", {"two"}),
        ("status=resolved", {"three"}),
        ("show=all&recurring=1", {"two"}),
        ("show=all&q=THREE", {"three"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(sorted(value)),
)
def test_the_list_is_narrowed(client: Client, query: str, shown: set[str]) -> None:
    user = person(client, *RESPONDER)
    services.open_incident("number one", by=user, severity="critical", text=TEXT.format(1))
    services.open_incident(
        "number two", by=user, text=TEXT.format(2), services=[make_service("api")], assignee=user
    )
    services.change_status(services.open_incident("number three", by=user), to="resolved", by=user)

    page = client.get(f"/incidents/?{query}").content.decode()

    assert {word for word in ("one", "two", "three") if f"number {word}" in page} == shown


@pytest.mark.parametrize(
    "address", ["/incidents/?show=all", "/incidents/actions/?show=open", "detail"]
)
def test_pages_ask_the_same_number_of_queries_for_more_rows(client: Client, address: str) -> None:
    user = person(client, *WORKING)
    incident = services.open_incident("Down", by=user, text=TEXT.format(0))
    counts = []
    for _round in range(2):
        for number in range(3):
            services.open_incident("Down", by=user, text=TEXT.format(number), assignee=user)
            services.add_action_item(incident, f"{number}", owner=user, due=date(2026, 1, 5))
            services.add_attempt(incident, f"{number}", outcome="failed", by=user)
            services.add_note(incident, text=f"{number}", by=user)
        where = incident.get_absolute_url() if address == "detail" else address
        client.get(where)
        with CaptureQueriesContext(connection) as asked:
            client.get(where)
        counts.append(len(asked))

    assert counts[0] == counts[1]


ODD = {
    "note": {"text": "Seen.", "at": "yesterday"},
    "status": {"status": "investigating", "at": "2026-13-40T99:00"},
    "close": {"kind": "magic", "resolution": "x", "known_error": "9" * 30, "to": "nowhere"},
    "merge": {"into": "\x00/'\"<"},
    "attempt": {"what": "\x00", "outcome": "maybe", "addresses": ["x", "9" * 30]},
    "action": {"what": "a" * 301, "due": "2026-02-31", "owner": "nobody"},
    "edit": {"title": "", "started_at": ""},
}


@pytest.mark.parametrize("deed", ODD)
def test_odd_input_is_answered_and_changes_nothing(client: Client, deed: str) -> None:
    user = person(client, *WORKING)
    incident = services.open_incident("Login is down", by=user)

    answer = client.post(f"{incident.get_absolute_url()}{deed}/", ODD[deed])

    # A step is a press and not a form of its own: the page is shown again with what was wrong.
    assert answer.status_code == (302 if deed == "status" else 400)
    incident.refresh_from_db()
    assert (incident.status, incident.title) == ("open", "Login is down")
    assert not (incident.notes.exists() or incident.action_items.exists())


@pytest.mark.parametrize("address", ["999999999999999999999999/done/", "7/done/", "x/done/"])
def test_an_action_item_that_is_not_there_is_not_found(client: Client, address: str) -> None:
    person(client, *WORKING)

    assert client.post(f"/incidents/actions/{address}").status_code == 404

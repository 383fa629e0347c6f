"""The first page: the tour, what is kept when looking up fails, whose incidents come first."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from incidents.models import Incident
from incidents.services.starter import load_starter_incidents
from tests.pages.people import RESPONDER, person
from tests.starter import put_starter_content

pytestmark = pytest.mark.django_db


def test_tour_leads_through_the_starter_guide_and_incident(client: Client) -> None:
    put_starter_content()
    load_starter_incidents()
    person(client, *RESPONDER)

    page = client.get("/").content.decode()

    assert "How this works" in page
    assert 'class="sample"' in page
    assert '<a href="/g/connection/">A guide with its checks</a>' in page
    assert "An incident and its fix" in page
    assert "Write your first guide" not in page


def test_editor_is_shown_the_way_to_a_first_guide(client: Client) -> None:
    user = person(client, *RESPONDER, "kb.add_guide")
    user.is_staff = True
    user.save()

    assert (
        '<a href="/admin/kb/guide/add/">Write your first guide</a>'
        in client.get("/").content.decode()
    )


def test_tour_stays_folded_away_until_it_is_asked_for(client: Client) -> None:
    person(client, *RESPONDER)

    client.post("/tour/", {"tour": "hidden", "next": "/"})
    assert "How this works</h2>" not in client.get("/").content.decode()

    client.post("/tour/", {"tour": "shown"})
    assert "How this works</h2>" in client.get("/").content.decode()


def test_own_incidents_come_before_newer_ones_of_others(client: Client) -> None:
    user = person(client, *RESPONDER)
    Incident.objects.create(title="Mine", reporter=user)
    Incident.objects.create(title="Theirs")

    page = client.get("/").content.decode()

    assert page.index("Mine") < page.index("Theirs")
    assert "<span>yours</span>" in page


@contextmanager
def writes_refused() -> Iterator[None]:
    """The database answers and takes nothing, as on a full disk."""
    if connection.vendor == "postgresql":
        # What waits to be checked at the end would have to lock rows.
        connection.check_constraints()
        connection.cursor().execute("SET TRANSACTION READ ONLY")
        yield
        return
    connection.cursor().execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        connection.cursor().execute("PRAGMA query_only = OFF")


def test_failed_lookup_keeps_the_text_and_names_the_request(client: Client) -> None:
    person(client, *RESPONDER)

    with writes_refused():
        answer = client.post("/", {"text": "kept <b>as it was</b>"})

    page = answer.content.decode()
    assert answer.status_code == 503
    assert "kept &lt;b&gt;as it was&lt;/b&gt;</textarea>" in page
    assert "Try again" in page
    assert answer["X-Request-ID"] in page

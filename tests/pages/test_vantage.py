"""Looking from a chosen place: offered once there is a choice, shown beside what was seen."""

import pytest
from django.test import Client

from kb.models import Guide, Investigation
from probes import services as probes
from probes.models import Batch, Location
from tests.kb.unreachable import make_unreachable, see
from tests.pages.people import RESPONDER, person
from tests.pages.test_results import paste, read, refused_at, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


@pytest.fixture
def found(guide: Guide, client: Client) -> Investigation:
    person(client, *RESPONDER)
    return paste(client, refused_at(8000))


@pytest.fixture
def laptop() -> Location:
    return Location.objects.create(slug="laptop", name="Jisu's laptop")


def ask(client: Client, found: Investigation, **form: str) -> Batch:
    form = {**values(found, 8000), "check": "connection/outside", "key": "k", **form}
    client.post(f"{found.get_absolute_url()}checks/", form)
    return Batch.objects.latest("id")


def test_nothing_is_offered_where_there_is_no_choice(client: Client, found: Investigation):
    assert 'name="location"' not in read(client, found)


def test_chosen_place_is_where_the_checks_go(
    client: Client, found: Investigation, laptop: Location
):
    assert '<option value="laptop">' in read(client, found)

    batch = ask(client, found, location="laptop")

    assert batch.location == laptop
    page = read(client, found)
    assert "The agent at Jisu&#x27;s laptop looks." in page
    assert "None was ever seen there." in page
    probes.note_agent(laptop, host="jisu", version="0.1.0")
    assert "Last seen" in read(client, found)


def test_place_that_is_not_there_is_not_found(client: Client, found: Investigation):
    answer = client.post(
        f"{found.get_absolute_url()}checks/",
        {**values(found, 8000), "check": "connection/outside", "location": "nowhere"},
    )

    assert answer.status_code == 404
    assert not Batch.objects.exists()


def test_page_says_where_it_was_looked_from_and_what_does_not_count(
    client: Client, found: Investigation, guide: Guide, laptop: Location
):
    guide.checks.filter(slug="outside").update(role="client")
    see(found, guide, outside="refused")
    see(found, guide, at=laptop, outside="connected")

    page = read(client, found)

    assert "from Jisu&#x27;s laptop" in page
    assert "Seen from Server, and not counted here:" in page
    assert '<option value="laptop" selected>' not in page
    see(found, guide, at=laptop, listener="listening")
    assert '<option value="laptop" selected>' in read(client, found)

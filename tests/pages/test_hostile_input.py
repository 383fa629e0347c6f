"""Whatever is sent to a page, it is answered; a wrong input is a clear 4xx and saves nothing."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from incidents.models import Incident
from kb import services
from kb.models import Attempt, Investigation
from probes.models import Batch


@pytest.fixture
def client_of_admin(starter: None) -> Client:
    """Answers a crash as a server would: with 500, which the tests then see."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("admin"))
    return client


@pytest.fixture
def investigation(client_of_admin: Client) -> Investigation:
    return services.find_fixes("GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED")


PASTES = {
    "nothing": b"text=",
    "white space": b"text=+%0A",
    "another field": b"txet=a",
    "a NUL": b"text=%00%01",
    "five megabytes": b"text=" + b"x" * 5_000_000,
}


@pytest.mark.parametrize("name", PASTES)
def test_a_paste_that_cannot_be_read_is_refused_and_nothing_is_kept(
    client_of_admin: Client, name: str
) -> None:
    answer = client_of_admin.post(
        "/", PASTES[name], content_type="application/x-www-form-urlencoded"
    )

    assert 400 <= answer.status_code < 500
    assert Investigation.objects.count() == 0


@pytest.mark.parametrize("paste", [b"text=\xff\xfe", b"text=%ff%fe", b"text=" + b"x" * 900_000])
def test_a_paste_with_stray_bytes_or_of_great_length_is_read(
    client_of_admin: Client, paste: bytes
) -> None:
    answer = client_of_admin.post("/", paste, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 302
    assert client_of_admin.get(answer["Location"]).status_code == 200


ADDRESSES = [
    "/i/nope/", "/i/%00/", "/g/nope/", "/runs/nope/", "/runs/%00/", "/probes/nope/",
    "/incidents/nope/", "/guides/?q=%00", "/guides/?service=%00&state=x", "/guides/?page=abc",
    "/guides/?page=999999999999999999999", "/incidents/?status=zzz", "/incidents/?page=-1",
    "/incidents/new/?from=%00", "/probes/?kind=%00&state=1", "/language/", "/theme/",
    "/problems/nope", "/admin/kb/guide/?q=%00", "/admin/kb/guide/abc/change/",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_wrong_address_never_crashes(client_of_admin: Client, address: str) -> None:
    assert client_of_admin.get(address, follow=True).status_code < 500


PRESSES = [
    ("parameters/", {"p-port": "99999999"}), ("parameters/", {"p-port": "\x00"}),
    ("checks/", {}), ("checks/", {"check": "nope"}), ("checks/", {"check": "\x00"}),
    ("checks/", {"verify": "abc"}), ("checks/", {"verify": "9" * 30}),
    ("answer/", {}), ("answer/", {"check": "connection/container", "answer": "zzz"}),
    ("outcome/", {}), ("outcome/", {"resolution": "abc", "outcome": "worked"}),
    ("outcome/", {"resolution": "9" * 30, "outcome": "worked"}),
]  # fmt: skip


@pytest.mark.parametrize(("address", "sent"), PRESSES)
def test_a_wrong_press_is_refused_and_nothing_is_recorded(
    client_of_admin: Client, investigation: Investigation, address: str, sent: dict[str, str]
) -> None:
    answer = client_of_admin.post(f"/i/{investigation.public_id}/{address}", sent)

    assert answer.status_code < 500
    assert (Batch.objects.count(), Attempt.objects.count()) == (0, 0)


@pytest.mark.parametrize("title", ["", "\x00", "x" * 5000])
def test_an_incident_with_a_wrong_title_is_not_opened(client_of_admin: Client, title: str) -> None:
    answer = client_of_admin.post("/incidents/new/", {"title": title})

    assert answer.status_code == 400
    assert Incident.objects.count() == 0


def test_a_switch_leads_to_no_other_host(client_of_admin: Client) -> None:
    answer = client_of_admin.post("/language/", {"language": "en", "next": "https://evil.test/"})

    assert answer["Location"] == "/"

"""When a login ends over a form: back to the page that held it, never to an address for POST only."""

import pytest
from django.test import Client

from config.models import PasswordDue
from tests.pages.people import person

pytestmark = pytest.mark.django_db
CHECKS = "/i/inv_0000000000aa/checks/"


def test_form_leads_back_to_the_page_it_stood_on(client: Client) -> None:
    answer = client.post(
        CHECKS, {"check": "all"}, headers={"referer": "http://testserver/i/inv_0000000000aa/?m=1"}
    )

    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=%2Fi%2Finv_0000000000aa%2F%3Fm%3D1&ended=yes"


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/i/"])
def test_form_of_an_unknown_page_leads_to_the_first_page(client: Client, referer: str) -> None:
    answer = client.post("/", {"text": "x"}, headers={"referer": referer})

    assert answer["Location"] == "/login/?next=%2F&ended=yes"


def test_fragment_sends_the_whole_page_to_the_login(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/i/inv_0000000000aa/"}

    answer = client.get("/i/inv_0000000000aa/live/", headers=headers)

    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/login/?next=%2Fi%2Finv_0000000000aa%2F&ended=yes"


def test_login_says_what_happened_and_leads_back(client: Client) -> None:
    client.cookies["django_language"] = "en"

    page = client.get("/login/?next=/i/inv_0000000000aa/&ended=yes").content.decode()

    assert "Your login has ended, so nothing was saved." in page
    assert 'name="next" value="/i/inv_0000000000aa/"' in page


def test_plain_visit_still_asks_for_the_page_itself(client: Client) -> None:
    assert client.get("/gaps/")["Location"] == "/login/?next=/gaps/"


def test_fragment_of_someone_whose_password_is_due_stays_empty(client: Client) -> None:
    user = person(client, "kb.change_guide")
    PasswordDue.objects.create(user=user)

    answer = client.get("/review/count/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get("/review/")["Location"] == "/password/"

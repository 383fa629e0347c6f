"""The frame around every page: who sees what, language, theme, and what went wrong."""

import pytest
from django.test import Client

from config.models import PasswordDue
from tests.pages.people import person

pytestmark = pytest.mark.django_db


def test_first_page_asks_a_stranger_to_log_in(client: Client) -> None:
    answer = client.get("/")

    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/"


def test_navigation_shows_only_what_the_person_may_open(client: Client) -> None:
    person(client, "kb.view_guide", "kb.match_text")

    page = client.get("/").content.decode()

    assert 'href="/guides/"' in page
    assert 'href="/incidents/"' not in page
    assert 'href="/probes/"' not in page
    assert 'href="/gaps/"' not in page


def test_find_button_is_disabled_with_its_reason_without_permission(client: Client) -> None:
    person(client)

    page = client.get("/").content.decode()

    assert "Your account may not look up fixes" in page
    assert '<button class="button primary" disabled>' in page


def test_page_without_permission_answers_403_with_the_request_id(client: Client) -> None:
    person(client)

    answer = client.get("/incidents/")

    assert answer.status_code == 403
    assert answer["X-Request-ID"] in answer.content.decode()


def test_unknown_address_answers_404_with_a_search_box(client: Client) -> None:
    person(client, "kb.view_guide")

    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert 'action="/guides/"' in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()


def test_chosen_language_is_kept_in_a_cookie(client: Client) -> None:
    answer = client.post("/language/", {"language": "en", "next": "/login/"})

    assert answer["Location"] == "/login/"
    assert 'lang="en"' in client.get("/login/").content.decode()


@pytest.mark.parametrize("language", ["xx", "", "../ko"])
def test_unknown_language_changes_nothing(client: Client, language: str) -> None:
    answer = client.post("/language/", {"language": language})

    assert "django_language" not in answer.cookies


def test_chosen_theme_is_set_on_the_page_by_the_server(client: Client) -> None:
    client.post("/theme/", {"theme": "dark", "next": "/login/"})

    assert 'data-theme="dark"' in client.get("/login/").content.decode()


def test_switch_never_leads_to_another_host(client: Client) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})

    assert answer["Location"] == "/"


def test_new_password_ends_the_duty_to_change_it(client: Client) -> None:
    user = person(client, password="a good long word")
    PasswordDue.objects.create(user=user)
    assert client.get("/")["Location"] == "/password/"

    words = "another good long word"
    form = {"old_password": "a good long word", "new_password1": words, "new_password2": words}
    client.post("/password/", form)

    assert client.get("/").status_code == 200


def test_pages_carry_no_inline_script_or_style(client: Client) -> None:
    person(client, "kb.view_guide", "incidents.view_incident", "incidents.add_incident")

    for address in ("/", "/guides/", "/incidents/", "/incidents/new/"):
        page = client.get(address).content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert page.count("<script") == page.count("<script src=")
        assert " onclick=" not in page

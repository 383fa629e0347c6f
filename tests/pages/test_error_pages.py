"""Pages for what went wrong lead on: a search box, a way back, and the name of the request."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from config.views import server_error
from tests.pages.people import person


def leads_on(page: str, request_id: str) -> bool:
    return all(part in page for part in ('action="/guides/"', 'type="search"', request_id))


@pytest.mark.django_db
def test_stranger_at_a_wrong_address_can_search(client: Client) -> None:
    answer = client.get("/no/such/page/")

    assert answer.status_code == 404
    assert leads_on(answer.content.decode(), answer["X-Request-ID"])
    assert client.get("/guides/?q=CORS")["Location"] == "/login/?next=/guides/%3Fq%3DCORS"


@pytest.mark.django_db
def test_who_may_not_open_a_page_can_search(client: Client) -> None:
    person(client, "kb.view_guide")

    answer = client.get("/review/")

    assert answer.status_code == 403
    assert leads_on(answer.content.decode(), answer["X-Request-ID"])


def test_fault_is_told_without_asking_the_database(rf: RequestFactory) -> None:
    request = rf.get("/guides/")
    request.id = "req_000000000001"
    request.user = AnonymousUser()

    answer = server_error(request)

    assert answer.status_code == 500
    assert leads_on(answer.content.decode(), "req_000000000001")

"""Browsers keep a static file for a year, and never an old one."""

from contextlib import closing

import pytest
from django.templatetags.static import static
from django.test import Client

from config.static_files import FOREVER, digest_of

# Closing an answer asks after the database connection.
pytestmark = pytest.mark.django_db


def test_address_carries_the_digest_of_the_content() -> None:
    assert (
        static("knownfix/app.css") == f"/static/knownfix/app.css?v={digest_of('knownfix/app.css')}"
    )
    assert digest_of("knownfix/app.css") != digest_of("knownfix/parts.css")


def kept(client: Client, address: str) -> str:
    with closing(client.get(address)) as answer:
        assert answer.status_code == 200
        return answer["Cache-Control"]


def test_file_asked_for_by_its_digest_is_kept_for_a_year(client: Client) -> None:
    assert kept(client, static("knownfix/app.css")) == FOREVER


def test_file_asked_for_by_another_digest_is_asked_for_again_soon(client: Client) -> None:
    for address in ("/static/knownfix/app.css", "/static/knownfix/app.css?v=0123456789"):
        assert "immutable" not in kept(client, address)


def test_file_that_is_not_there_has_a_plain_address() -> None:
    assert static("knownfix/gone.css") == "/static/knownfix/gone.css"

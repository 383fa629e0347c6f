"""Tokens of agents: made and shown once in the admin or a terminal, revoked, and written down."""

import logging
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from probes import services
from probes.models import Location
from tests.probes.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def laptop() -> Location:
    return Location.objects.create(slug="laptop", name="Laptop")


def staff(*permissions: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    wanted = ("probes.view_location", "probes.change_location", *permissions)
    client.force_login(make_user("keeper", *wanted, is_staff=True))
    return client


def address(name: str, location: Location) -> str:
    return reverse(f"admin:probes_location_{name}", args=[location.pk])


def test_token_is_shown_once_and_opens_the_location(laptop: Location) -> None:
    keeper = staff("probes.issue_agent_token")

    page = keeper.post(address("token", laptop))

    [secret] = re.findall(r"ka_[\w-]{40}", page.content.decode())
    assert "no-store" in page["Cache-Control"]
    assert services.location_of_token(secret) == laptop
    assert secret not in keeper.get(address("change", laptop)).content.decode()


def test_revoking_closes_the_location(laptop: Location) -> None:
    secret = services.issue_token(laptop, by=None)
    keeper = staff("probes.issue_agent_token")
    assert "Revoke the token" in keeper.get(address("change", laptop)).content.decode()

    keeper.post(address("revoke", laptop))

    assert services.location_of_token(secret) is None
    assert "Revoke the token" not in keeper.get(address("change", laptop)).content.decode()


def test_changing_a_location_is_not_the_right_to_make_tokens(laptop: Location) -> None:
    keeper = staff()

    assert "Make a token" not in keeper.get(address("change", laptop)).content.decode()
    assert keeper.post(address("token", laptop)).status_code == 403
    assert keeper.post(address("revoke", laptop)).status_code == 403


def test_looking_at_the_address_makes_no_token(laptop: Location) -> None:
    keeper = staff("probes.issue_agent_token")

    assert keeper.get(address("token", laptop)).status_code == 405
    laptop.refresh_from_db()
    assert laptop.token_hash == ""


def test_bases_own_host_has_no_token(laptop: Location) -> None:
    keeper = staff("probes.issue_agent_token")
    server = services.server_location()

    answer = keeper.post(address("token", server), follow=True).content.decode()

    assert "an agent needs another place" in answer
    assert "Make a token" not in answer


def test_agent_that_came_is_shown(laptop: Location) -> None:
    services.note_agent(laptop, host="jisu-laptop", version="0.1.0")

    page = staff().get(address("change", laptop)).content.decode()

    assert "jisu-laptop" in page
    assert "0.1.0" in page


def test_who_made_and_revoked_it_is_written_down_without_the_secret(
    laptop: Location, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = make_user("keeper")

    with caplog.at_level(logging.INFO, logger="knownfix.audit"):
        secret = services.issue_token(laptop, by=keeper)
        services.revoke_token(laptop, by=keeper)

    assert [record.getMessage() for record in caplog.records] == [
        "agent token of location laptop made by keeper",
        "agent token of location laptop revoked by keeper",
    ]
    assert secret not in caplog.text


def run(*options: Any) -> str:
    out = StringIO()
    call_command("agent_token", *options, stdout=out)
    return out.getvalue().strip()


def test_command_prints_a_token_and_makes_the_location() -> None:
    secret = run("laptop")

    location = services.location_of_token(secret)
    assert location is not None
    assert (location.slug, location.networks) == ("laptop", ["127.0.0.0/8", "::1/128"])


def test_command_revokes(laptop: Location) -> None:
    secret = services.issue_token(laptop, by=None)

    assert run("laptop", "--revoke") == "revoked"
    assert run("laptop", "--revoke") == "there was no token"
    assert services.location_of_token(secret) is None


@pytest.mark.parametrize("options", [("server",), ("nowhere", "--revoke"), ("not a slug",)])
def test_command_refuses_what_cannot_be(options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*options)

    assert not Location.objects.exclude(slug="server").exists()

"""Every kind explains itself from its schema: page, API answer and document say the same."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override

from probes.engine.registry import KINDS, validate
from probes.engine.schema import Kind
from probes.engine.spec import Status
from probes.kind_groups import grouped_kinds
from probes.management.kind_documents import documents
from tests.pages.people import person

kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@kinds
def test_example_is_a_definition_the_kind_accepts(kind: Kind) -> None:
    assert kind.example
    assert validate(kind.name, kind.example)


@kinds
def test_every_fact_is_explained(kind: Kind) -> None:
    assert kind.facts
    assert all(words.endswith(".") for words in kind.facts.values())


def test_documents_are_those_of_the_schemas() -> None:
    folder = Path(settings.BASE_DIR, "docs", "kinds")
    with override("en"):
        wanted = documents()

    written = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}

    assert written == wanted, "run: python3 manage.py document_kinds"


@pytest.mark.django_db
def test_page_of_a_kind_shows_parameters_reasons_and_facts(client: Client) -> None:
    person(client, "probes.view_probe")

    page = client.get("/kinds/port_listen/").content.decode()

    assert "expect_process" in page
    assert "bound_loopback_only" in page
    assert "One entry per listening socket" in page
    assert "kind: port_listen" in page


@pytest.mark.django_db
def test_list_of_kinds_leads_to_each(client: Client) -> None:
    person(client, "probes.view_probe")

    page = client.get("/kinds/").content.decode()

    assert all(f'href="/kinds/{name}/"' in page for name in KINDS)
    assert client.get("/kinds/nothing/").status_code == 404


@pytest.mark.django_db
def test_api_describes_the_kinds(client: Client) -> None:
    person(client, "probes.view_probe")

    told = client.get("/api/v1/kinds/http").json()

    assert told["reasons"]["refused"] == Status.CRITICAL
    assert {param["name"] for param in told["params"]} >= {"url", "expect_status"}
    assert len(client.get("/api/v1/kinds").json()) == len(KINDS)


@pytest.mark.django_db
def test_kinds_are_for_those_who_may_see_probes(client: Client) -> None:
    person(client)

    assert client.get("/kinds/").status_code == 403
    assert client.get("/api/v1/kinds").status_code == 403


def test_every_kind_stands_in_one_group() -> None:
    names = [kind.name for group in grouped_kinds() for kind in group.kinds]

    assert sorted(names) == sorted(KINDS)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/kinds/", "/kinds/http/"])
def test_kinds_are_marked_as_part_of_probes(client: Client, address: str) -> None:
    person(client, "probes.view_probe")

    assert (
        '<a href="/probes/" data-key="p" aria-current="page">'
        in client.get(address).content.decode()
    )


@pytest.mark.django_db
def test_page_of_a_kind_says_the_bounds_of_a_number(client: Client) -> None:
    person(client, "probes.view_probe")

    assert "integer ≥ " in client.get("/kinds/tls_certificate/").content.decode()

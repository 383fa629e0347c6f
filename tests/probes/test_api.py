"""Probes, batches and runs over HTTP."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from probes import services
from probes.models import Batch, Probe
from tests.probes.factories import claim, make_batch, make_probe, make_user, result

pytestmark = pytest.mark.django_db

EVERYTHING = (
    "probes.view_probe",
    "probes.add_probe",
    "probes.approve_probe",
    "probes.run_probe",
    "probes.view_run",
)


@pytest.fixture
def client() -> Client:
    """Someone who may do everything with probes."""
    client = Client()
    client.force_login(make_user("operator", *EVERYTHING))
    return client


def post(client: Client, address: str, body: Any = None, **headers: str) -> Any:
    return client.post(
        address, data=body or {}, content_type="application/json", headers=headers or None
    )


def pointers(answer: Any) -> set[str]:
    """Where the faults of a refused body are."""
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    return {error["pointer"] for error in answer.json()["errors"]}


TCP = {
    "slug": "api-port",
    "name": "The API's port",
    "kind": "tcp_connect",
    "params": {"host": "127.0.0.1", "port": "${port}"},
}


def test_new_probe_waits_for_approval(client: Client) -> None:
    answer = post(client, "/api/v1/probes", TCP)

    assert answer.status_code == 201
    assert answer["Location"] == "/api/v1/probes/api-port"
    body = answer.json()
    assert (body["is_approved"], body["author"]) == (False, "operator")
    assert body["placeholders"] == ["port"]
    assert client.get("/api/v1/probes/api-port").json() == body


def test_every_fault_of_a_new_probe_is_named(client: Client) -> None:
    bad = {**TCP, "params": {"port": 99999, "prot": 1}, "expectation": {"nope": "OK"}}

    answer = post(client, "/api/v1/probes", bad)

    assert pointers(answer) == {"/params/host", "/params/port", "/params/prot", "/expectation"}
    assert not Probe.objects.exists()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({**TCP, "colour": "red"}, "/colour"),
        ({**TCP, "\ud800": 1}, "/?"),
        ({**TCP, "slug": "Not A Slug"}, "/slug"),
        ({**TCP, "timeout_s": 61}, "/timeout_s"),
        ({**TCP, "retries": -1}, "/retries"),
        ({**TCP, "params": [1]}, "/params"),
        ({**TCP, "params": {"\ud800": "\ud800", "host": "\x00"}}, "/params/host"),
        ({**TCP, "kind": "ping"}, "/kind"),
        ({**TCP, "expectation": {"\ud800": "OK"}}, "/expectation"),
        ([], ""),
        ("text", ""),
        ({}, "/slug"),
    ],
)
def test_bad_definition_is_a_400_naming_the_field(client: Client, body: Any, named: str) -> None:
    answer = client.post("/api/v1/probes", data=json.dumps(body), content_type="application/json")

    assert named in pointers(answer)


def test_taken_slug_is_refused(client: Client) -> None:
    post(client, "/api/v1/probes", TCP)

    assert post(client, "/api/v1/probes", TCP).status_code == 400


def test_approval_is_by_someone_else(client: Client) -> None:
    post(client, "/api/v1/probes", TCP)

    own = post(client, "/api/v1/probes/api-port/approve")
    client.force_login(make_user("approver", "probes.approve_probe"))
    other = post(client, "/api/v1/probes/api-port/approve")

    assert own.status_code == 403
    assert (other.status_code, other.json()["is_approved"]) == (200, True)


def test_author_may_approve_where_the_setting_says_so(client: Client) -> None:
    post(client, "/api/v1/probes", TCP)

    with override_settings(KNOWNFIX_SELF_APPROVAL=True):
        assert post(client, "/api/v1/probes/api-port/approve").status_code == 200


def test_definition_that_was_not_the_one_read_is_not_approved(client: Client) -> None:
    make_probe(approved=False)

    answer = post(client, "/api/v1/probes/tcp/approve", {"definition_hash": "0" * 64})

    assert answer.status_code == 409
    assert not Probe.objects.get().is_approved


def test_batch_is_accepted_and_followed_to_its_run(client: Client) -> None:
    make_probe()
    item = {"probe": "tcp", "values": {"host": "127.0.0.1", "port": 8000}, "ref": "mine"}

    answer = post(client, "/api/v1/batches", {"items": [item]})

    assert answer.status_code == 202
    address = answer["Location"]
    assert client.get(address).json()["state"] == "ready"
    held = claim()
    assert held is not None
    services.record(held, {held.items[0].item_id: result()})
    batch = client.get(address).json()
    assert batch["state"] == "done"
    run = batch["items"][0]["run"]
    assert (run["ref"], run["status"], run["reason_code"]) == ("mine", "CRITICAL", "refused")
    assert client.get(run["url"]).json() == run


def test_key_makes_a_repeat_harmless_and_another_request_a_422(client: Client) -> None:
    make_probe()
    body = {"items": [{"probe": "tcp", "values": {"host": "127.0.0.1", "port": 8000}}]}
    other = {"items": [{"probe": "tcp", "values": {"host": "127.0.0.1", "port": 8001}}]}

    first = post(client, "/api/v1/batches", body, **{"Idempotency-Key": "k1"})
    again = post(client, "/api/v1/batches", body, **{"Idempotency-Key": "k1"})
    conflict = post(client, "/api/v1/batches", other, **{"Idempotency-Key": "k1"})

    assert first.json()["id"] == again.json()["id"]
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert conflict.status_code == 422
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "/items"),
        ({"items": []}, "/items"),
        ({"items": [{"probe": "nope"}]}, "/items/0/probe"),
        ({"items": [{"probe": "tcp"}]}, "/items/0/values/host"),
        ({"items": [{"probe": "tcp", "values": {"host": "a", "port": 0}}]}, "/items/0/values/port"),
        ({"items": [{"probe": "tcp", "values": {"host": [1]}}]}, "/items/0/values"),
        ({"items": [{"probe": "tcp", "values": {"bad name": 1}}]}, "/items/0/values"),
        ({"items": [{"probe": "tcp", "values": {"host": "\ud800"}}]}, "/items/0/values"),
        ({"items": [{"probe": "tcp", "ref": "\ud800"}]}, "/items/0/ref"),
        ({"items": [{"probe": "tcp", "extra": 1}]}, "/items/0/extra"),
        ({"items": [{"probe": "tcp"}], "purpose": "diagnose"}, "/purpose"),
        ({"items": [{"probe": "tcp"}], "location": "moon"}, "/location"),
        ({"items": [{"probe": "tcp"}], "extra": 1}, "/extra"),
        ({"items": [{"probe": "tcp"}] * 201}, "/items"),
        ([], ""),
    ],
)
def test_bad_batch_is_a_400_naming_the_field(client: Client, body: Any, named: str) -> None:
    make_probe()

    answer = client.post("/api/v1/batches", data=body, content_type="application/json")

    assert named in pointers(answer)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"{", b"\x00" * 100, b"[" * 5_000])
def test_body_that_is_no_json_is_a_400(client: Client, raw: bytes) -> None:
    answer = client.post("/api/v1/batches", data=raw, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_cancelling(client: Client) -> None:
    batch = make_batch()

    answer = post(client, f"/api/v1/batches/{batch.public_id}/cancel")

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")


def test_list_of_probes_filters_and_pages(client: Client) -> None:
    for number in range(3):
        make_probe(f"tcp-{number}")
    make_probe("waiting", approved=False)

    page = client.get("/api/v1/probes?page_size=2&approved=true").json()

    assert page["count"] == 3
    assert [probe["slug"] for probe in page["results"]] == ["tcp-0", "tcp-1"]
    following = client.get(page["next"]).json()
    assert [probe["slug"] for probe in following["results"]] == ["tcp-2"]
    assert client.get("/api/v1/probes?q=wait").json()["count"] == 1
    assert client.get("/api/v1/probes?page=9").status_code == 404
    unknown = client.get("/api/v1/probes?colour=red")
    assert pointers(unknown) == {"/colour"}


def test_queries_do_not_grow_with_items(client: Client) -> None:
    small, large = make_batch(8000), make_batch(*range(8001, 8021))
    while held := claim():
        services.record(held, {item.item_id: result() for item in held.items})
    client.get(f"/api/v1/batches/{small.public_id}")

    with CaptureQueriesContext(connection) as few:
        client.get(f"/api/v1/batches/{small.public_id}")
    with CaptureQueriesContext(connection) as many:
        answer = client.get(f"/api/v1/batches/{large.public_id}")

    assert len(answer.json()["items"]) == 20
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/api/v1/probes"),
        ("post", "/api/v1/probes"),
        ("post", "/api/v1/probes/tcp/approve"),
        ("post", "/api/v1/batches"),
        ("get", "/api/v1/batches/bat_1"),
        ("post", "/api/v1/batches/bat_1/cancel"),
        ("get", "/api/v1/runs/run_1"),
    ],
)
def test_nothing_without_its_permission(method: str, address: str) -> None:
    client = Client()
    client.force_login(make_user("nobody"))

    assert getattr(client, method)(address).status_code == 403
    assert getattr(Client(), method)(address).status_code in (401, 403)


@pytest.mark.parametrize(
    "address", ["/api/v1/probes/no", "/api/v1/batches/bat_no", "/api/v1/runs/run_no"]
)
def test_unknown_ids_are_404(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404

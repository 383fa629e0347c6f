"""Who may define, approve and run; and what a paste may make run."""

import asyncio
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from kb import services as kb
from probes import services
from probes.engine.runner import run_one
from probes.models import Batch, BatchItem, Probe
from tests.factories import make_user as make_person
from tests.kb.unreachable import check, make_unreachable
from tests.probes.factories import make_probe, make_user

pytestmark = pytest.mark.django_db

POSTING = {
    "slug": "evil",
    "name": "Evil",
    "kind": "http",
    "params": {"url": "http://127.0.0.1/", "method": "POST"},
}


def browser(*permissions: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_user("operator", *permissions, **fields))
    return client


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "GET\r\nX"]
)
def test_a_method_that_changes_something_is_refused_on_every_way_in(method: str) -> None:
    client = browser("probes.add_probe", "probes.view_probe", is_staff=True)
    body = {**POSTING, "params": {**POSTING["params"], "method": method}}

    by_api = client.post("/api/v1/probes", json.dumps(body), content_type="application/json")
    by_admin = client.post(
        "/admin/probes/probe/add/?kind=http",
        {"name": "Evil", "slug": "evil", "timeout_s": "3", "retries": "0",
         "param_url": "http://127.0.0.1/", "param_method": method},
    )  # fmt: skip
    file = f"evil: {{name: Evil, kind: http, params: {json.dumps(body['params'])}}}"
    with pytest.raises(services.BadProbes) as by_import:
        services.load_probes(file, by=None, approve=True)

    assert by_api.status_code == 400
    assert [each["pointer"] for each in by_api.json()["errors"]] == ["/params/method"]
    assert "param_method" in by_admin.context["adminform"].form.errors
    assert [each.field for each in by_import.value.complaints] == ["evil.params.method"]
    assert not Probe.objects.exists()


def test_the_three_rights_are_apart() -> None:
    make_probe(author=make_user("author"), approved=False)
    address = "/api/v1/probes/tcp/approve"
    batch = {"items": [{"probe": "tcp", "values": {"host": "127.0.0.1", "port": 1}}]}

    def post(permission: str, to: str, body: Any) -> int:
        client = Client()
        client.force_login(make_user(f"only-{permission}", f"probes.{permission}"))
        return client.post(to, json.dumps(body), content_type="application/json").status_code

    assert post("add_probe", address, {}) == 403
    assert post("run_probe", address, {}) == 403
    assert post("approve_probe", "/api/v1/probes", POSTING) == 403
    assert post("view_probe", "/api/v1/batches", batch) == 403
    assert not Probe.objects.get().is_approved


def test_a_flag_survives_a_change_and_a_hash_does_not() -> None:
    probe = make_probe(author=make_user("author"))
    # Past every form and service: straight into the table.
    Probe.objects.filter(pk=probe.pk).update(params={"host": "127.0.0.2", "port": 22})
    probe.refresh_from_db()

    naive_says_approved = probe.approved_at is not None

    assert naive_says_approved
    assert not probe.is_approved
    with pytest.raises(services.RequestRefused):
        services.request_batch([services.Wanted(probe=probe)], purpose="try", by=None)


def test_a_definition_changed_after_the_request_is_not_what_runs() -> None:
    probe = make_probe(params={"host": "127.0.0.1", "port": 8000})
    services.request_batch([services.Wanted(probe=probe)], purpose="try", by=None)

    Probe.objects.filter(pk=probe.pk).update(params={"host": "127.0.0.2", "port": 22})

    naive = Probe.objects.get().params
    assert naive["port"] == 22
    assert BatchItem.objects.get().params["port"] == 8000


def test_the_author_does_not_approve_by_editing_under_another_name() -> None:
    author = make_user("author")
    probe = make_probe(author=author, approved=False)
    Probe.objects.filter(pk=probe.pk).update(author=None)

    # Nobody's definition may be approved by anybody; somebody's own never by themselves.
    probe.refresh_from_db()
    probe.timeout_s = 9
    services.save_probe(probe, by=author)
    with pytest.raises(PermissionDenied):
        services.approve_probe(probe, by=author)


HOSTILE = "GET http://{}:8001/ net::ERR_CONNECTION_REFUSED"


@pytest.mark.parametrize(
    "host",
    ["$(id)", "-oProxyCommand=id", "`id`", "a;id", "${token}", "127.0.0.1\\@169.254.169.254"],
)
def test_what_a_paste_names_is_read_by_its_type_or_not_at_all(host: str) -> None:
    make_unreachable()

    found = kb.find_fixes(HOSTILE.format(host))

    values = {each.name: each.value for each in kb.diagnose(found).parameters}
    assert host not in str(values)


def test_a_target_from_a_paste_is_shown_first_and_checked_when_it_runs() -> None:
    guide, someone = make_unreachable(), make_person()
    found = kb.find_fixes(HOSTILE.format("169.254.169.254"))
    outside = check(guide, "outside")

    with pytest.raises(kb.NeedsConfirmation) as held:
        kb.run_checks(found, [outside], by=someone)
    assert ("host", "169.254.169.254") in [(each.name, each.value) for each in held.value.values]
    assert not Batch.objects.exists()

    kb.run_checks(found, [outside], by=someone, confirm=True)
    location = services.server_location()
    claimed = services.claim(location=location, runner="test")
    assert claimed is not None
    result = asyncio.run(run_one(claimed.items[0].spec, policy=services.policy_of(location)))

    assert (result.status, result.reason_code) == ("UNKNOWN", "not_allowed")


def test_a_paste_cannot_choose_who_gets_a_secret() -> None:
    """Not even where someone approves it: such a definition cannot be saved."""
    client = browser("probes.add_probe", "probes.view_probe")
    body = {
        **POSTING,
        "params": {"url": "http://${host}/", "secret_headers": {"Authorization": "shop"}},
    }

    answer = client.post("/api/v1/probes", json.dumps(body), content_type="application/json")

    assert answer.status_code == 400
    assert "/params/secret_headers" in [each["pointer"] for each in answer.json()["errors"]]


def test_a_definition_names_a_secret_through_the_form_the_api_and_a_file_alike() -> None:
    client = browser("probes.add_probe", "probes.view_probe", "probes.change_probe", is_staff=True)
    params = {"url": "https://shop.test/", "secret_headers": {"Authorization": "shop-token"}}
    client.post(
        "/admin/probes/probe/add/?kind=http",
        {"name": "A", "slug": "by-form", "timeout_s": "3", "retries": "0",
         "param_url": params["url"], "param_secret_headers": "Authorization: shop-token"},
    )  # fmt: skip
    body = {"slug": "by-api", "name": "A", "kind": "http", "params": params}
    client.post("/api/v1/probes", json.dumps(body), content_type="application/json")
    file = f"by-file: {{name: A, kind: http, params: {json.dumps(params)}}}"
    services.load_probes(file, by=None, approve=False)

    stored = {probe.slug: probe for probe in Probe.objects.all()}
    assert set(stored) == {"by-form", "by-api", "by-file"}
    assert {probe.params["secret_headers"]["Authorization"] for probe in stored.values()} == {
        "shop-token"
    }
    assert len({json.dumps(probe.params, sort_keys=True) for probe in stored.values()}) == 1
    form = client.get(f"/admin/probes/probe/{stored['by-form'].pk}/change/").content.decode()
    assert "Authorization: shop-token" in form

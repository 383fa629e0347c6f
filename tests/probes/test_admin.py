"""The admin of probes: the kind's own form, approval, trying out, and read-only history."""

import sys
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from probes import services
from probes.models import Batch, Location, Probe
from tests.probes.factories import claim, make_batch, make_probe, make_user, result

pytestmark = pytest.mark.django_db

OPERATOR = ("view_probe", "add_probe", "change_probe", "run_probe", "view_run", "change_location")


def staff(name: str, *codenames: str) -> Client:
    client = Client()
    client.force_login(make_user(name, *(f"probes.{c}" for c in codenames), is_staff=True))
    return client


@pytest.fixture
def operator() -> Client:
    """Writes and runs probes; does not approve."""
    return staff("operator", *OPERATOR)


ADD = "/admin/probes/probe/add/"


def change(probe: Probe) -> str:
    return reverse("admin:probes_probe_change", args=[probe.pk])


def shared_fields(**fields: str) -> dict[str, str]:
    return {"name": "API", "slug": "api", "timeout_s": "3", "retries": "0", **fields}


def test_kind_is_chosen_first(operator: Client) -> None:
    page = operator.get(ADD).content.decode()

    assert 'href="?kind=tcp_connect"' in page
    assert 'name="param_host"' not in page


def test_form_has_the_fields_of_the_kind(operator: Client) -> None:
    page = operator.get(ADD + "?kind=tcp_connect").content.decode()

    for name in ("param_host", "param_port", "judge_refused", "timeout_s"):
        assert f'name="{name}"' in page
    assert 'name="judge_not_allowed"' not in page


def test_probe_is_written_through_its_form(operator: Client) -> None:
    form = shared_fields(
        param_host="127.0.0.1", param_port="${port}", judge_refused="OK", timeout_s="2"
    )

    answer = operator.post(ADD + "?kind=tcp_connect", form)

    assert answer.status_code == 302
    probe = Probe.objects.get()
    assert (probe.kind, probe.timeout_s) == ("tcp_connect", 2.0)
    assert (probe.params["host"], probe.params["port"]) == ("127.0.0.1", "${port}")
    assert probe.expectation == {"refused": "OK"}
    assert (probe.author.username, probe.is_approved) == ("operator", False)


def test_complaint_of_the_kind_stands_at_its_field_and_names_it(operator: Client) -> None:
    form = shared_fields(param_host="not a host", param_port="99999")

    page = operator.post(ADD + "?kind=tcp_connect", form)

    errors = page.context["adminform"].form.errors
    assert set(errors) == {"param_host", "param_port"}
    assert errors["param_port"][0].startswith("port: ")
    assert not Probe.objects.exists()


def test_what_was_stored_is_shown_and_saved_again_unchanged(operator: Client) -> None:
    params = {
        "url": "http://127.0.0.1:8000/",
        "method": "GET",
        "expect_status": [200, 204],
        "expect_json": {"status": "OK", "count": 3, "text": "3", "up": True},
    }
    probe = make_probe("api", kind="http", params=params, expectation={"wrong_status": "WARNING"})
    before = probe.definition_hash

    page = operator.get(change(probe))
    form = page.context["adminform"].form
    sent = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    answer = operator.post(change(probe), sent)

    assert answer.status_code == 302
    probe.refresh_from_db()
    assert probe.definition_hash == before
    assert probe.is_approved


def test_changed_definition_waits_for_approval_again(operator: Client) -> None:
    probe = make_probe()
    form = shared_fields(param_host="127.0.0.1", param_port="8001")
    form.pop("slug")

    page = operator.post(change(probe), form, follow=True)

    probe.refresh_from_db()
    assert not probe.is_approved
    assert probe.author.username == "operator"
    assert probe.slug == "tcp"
    assert [message.level_tag for message in page.context["messages"]].count("warning") == 1


def test_approve_button_is_for_others_than_the_author(operator: Client) -> None:
    operator.post(ADD + "?kind=tcp_connect", shared_fields(param_host="127.0.0.1", param_port="1"))
    probe = Probe.objects.get()
    button = reverse("admin:probes_probe_approve", args=[probe.pk])
    approver = staff("approver", "approve_probe", "view_probe")
    seen = {"definition_hash": probe.definition_hash}

    assert button not in operator.get(change(probe)).content.decode()
    assert operator.post(button, seen).status_code == 403
    page = approver.get(change(probe)).content.decode()
    assert button in page
    assert "127.0.0.1" in page
    approver.post(button, seen)

    probe.refresh_from_db()
    assert probe.is_approved


def test_author_with_the_permission_is_still_refused() -> None:
    author = staff("author", *OPERATOR, "approve_probe")
    author.post(ADD + "?kind=tcp_connect", shared_fields(param_host="127.0.0.1", param_port="1"))
    probe = Probe.objects.get()

    author.post(
        reverse("admin:probes_probe_approve", args=[probe.pk]),
        {"definition_hash": probe.definition_hash},
    )
    author.post(
        "/admin/probes/probe/",
        {
            "action": "approve_selected",
            "_selected_action": [probe.pk],
            "apply": "Approve",
            "seen": [f"{probe.pk}:{probe.definition_hash}"],
        },
    )

    probe.refresh_from_db()
    assert not probe.is_approved


def test_page_says_when_self_approval_is_on() -> None:
    author = staff("author", *OPERATOR, "approve_probe")
    author.post(ADD + "?kind=tcp_connect", shared_fields(param_host="127.0.0.1", param_port="1"))
    probe = Probe.objects.get()
    sentence = "Self-approval is on"

    with override_settings(LANGUAGE_CODE="en"):
        assert sentence not in author.get(change(probe)).content.decode()
        with override_settings(KNOWNFIX_SELF_APPROVAL=True):
            assert sentence in author.get(change(probe)).content.decode()
            author.post(
                "/admin/probes/probe/",
                {
                    "action": "approve_selected",
                    "_selected_action": [probe.pk],
                    "apply": "Approve",
                    "seen": [f"{probe.pk}:{probe.definition_hash}"],
                },
            )

    probe.refresh_from_db()
    assert probe.is_approved


def test_stale_page_does_not_approve_what_nobody_saw() -> None:
    probe = make_probe(approved=False)
    approver = staff("approver", "approve_probe")

    approver.post(
        reverse("admin:probes_probe_approve", args=[probe.pk]), {"definition_hash": "0" * 64}
    )

    probe.refresh_from_db()
    assert not probe.is_approved


def test_run_now_asks_for_the_placeholders_and_leads_to_the_run(operator: Client) -> None:
    probe = make_probe()
    address = reverse("admin:probes_probe_run", args=[probe.pk])
    assert address in operator.get(change(probe)).content.decode()

    form = operator.get(address)
    refused = operator.post(address, {"host": "127.0.0.1", "port": "99999"})
    page = operator.post(address, {"host": "127.0.0.1", "port": "8000"}, follow=True)

    assert set(form.context["form"].fields) == {"host", "port"}
    assert "port" in refused.context["form"].errors
    batch = Batch.objects.get()
    assert (batch.purpose, batch.requested_by.username) == ("try", "operator")
    assert page.redirect_chain[-1][0] == reverse("admin:probes_batch_change", args=[batch.pk])


def test_run_action_runs_probes_without_placeholders(operator: Client) -> None:
    ready = make_probe("ready", params={"host": "127.0.0.1", "port": 8000})
    action = {"action": "run_selected", "_selected_action": [ready.pk]}

    operator.post("/admin/probes/probe/", action)

    assert Batch.objects.get().items.get().probe == ready


def test_run_action_names_what_cannot_run(operator: Client) -> None:
    open_ended, waiting = make_probe(), make_probe("waiting", approved=False)
    action = {"action": "run_selected", "_selected_action": [open_ended.pk, waiting.pk]}

    page = operator.post("/admin/probes/probe/", action, follow=True)

    told = " ".join(str(message) for message in page.context["messages"])
    assert "tcp: " in told
    assert "waiting: " in told
    assert not Batch.objects.exists()


@pytest.mark.parametrize("view", ["run", "approve"])
def test_buttons_need_their_permission(view: str) -> None:
    probe = make_probe(approved=False)
    reader = staff("reader", "view_probe")

    answer = reader.post(reverse(f"admin:probes_probe_{view}", args=[probe.pk]))

    assert answer.status_code == 403


def finished_batches(count: int) -> None:
    for number in range(count):
        make_batch(8000 + number, 9000 + number)
    while held := claim():
        services.record(held, {item.item_id: result() for item in held.items})


@pytest.mark.parametrize("name", ["run", "batch", "probe", "location"])
def test_queries_of_a_list_do_not_grow_with_rows(name: str) -> None:
    client = staff("viewer", "view_run", "view_probe", "view_location")
    address = reverse(f"admin:probes_{name}_changelist")
    finished_batches(1)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    finished_batches(8)
    for number in range(8):
        make_probe(f"more-{number}")

    with CaptureQueriesContext(connection) as many:
        page = client.get(address)

    assert page.status_code == 200
    assert len(many) == len(few)


def test_history_is_read_only_and_searchable() -> None:
    client = staff("boss", "view_run", "add_run", "change_run", "delete_run", "delete_batch")
    finished_batches(1)
    run = Batch.objects.get().items.first().run

    found = client.get("/admin/probes/run/?q=tcp&status__exact=CRITICAL")
    page = client.get(reverse("admin:probes_run_change", args=[run.pk]))

    assert found.context["cl"].result_count == 2
    assert page.status_code == 200
    assert run.summary in page.content.decode()
    assert 'name="_save"' not in page.content.decode()
    for name in ("run", "batch"):
        assert client.get(f"/admin/probes/{name}/add/").status_code == 403
    assert client.post(reverse("admin:probes_run_delete", args=[run.pk])).status_code == 403


def test_batch_page_links_its_runs_and_cancels(operator: Client) -> None:
    finished_batches(1)
    done = Batch.objects.get()
    run = done.items.first().run
    waiting = make_batch()
    cancel = reverse("admin:probes_batch_cancel", args=[waiting.pk])

    page = operator.get(reverse("admin:probes_batch_change", args=[done.pk])).content.decode()
    open_page = operator.get(reverse("admin:probes_batch_change", args=[waiting.pk]))
    operator.post(cancel)

    assert reverse("admin:probes_run_change", args=[run.pk]) in page
    assert cancel in open_page.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == Batch.State.CANCELLED


def location_form(**fields: str) -> dict[str, str]:
    return {"name": "Server", "networks": "127.0.0.0/8", "roots": "", "interpreters": "", **fields}


def test_location_is_widened_by_line(operator: Client, tmp_path: Any) -> None:
    location = services.server_location()
    address = reverse("admin:probes_location_change", args=[location.pk])
    form = location_form(
        networks="127.0.0.0/8\n10.0.0.0/8\n", roots=str(tmp_path), interpreters=sys.executable
    )

    answer = operator.post(address, form)

    assert answer.status_code == 302
    location = Location.objects.get()
    assert location.networks == ["127.0.0.0/8", "10.0.0.0/8"]
    assert location.roots == [str(tmp_path)]
    assert location.interpreters == [sys.executable]
    assert services.policy_of(location).denied_ports


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("networks", "127.0.0.1/8"),
        ("networks", "everything"),
        ("roots", "relative/folder"),
        ("roots", "/srv/../etc"),
        ("roots", "/"),
        ("interpreters", "python3"),
        ("interpreters", "/no/such/python"),
        ("kinds", "ping"),
    ],
)
def test_location_refuses_by_naming_the_entry(operator: Client, field: str, value: str) -> None:
    location = services.server_location()
    address = reverse("admin:probes_location_change", args=[location.pk])

    page = operator.post(address, location_form(**{field: value}))

    errors = page.context["adminform"].form.errors
    assert set(errors) == {field}
    assert value in str(errors[field])

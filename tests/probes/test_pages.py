"""Pages of what runs: run now wherever a probe is shown, the batch while it runs, schedules."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from probes import services
from probes.engine.spec import Status
from probes.models import Batch, Location, Maintenance, Run, Schedule
from probes.remedies import remedy_of
from tests.probes.factories import claim, make_batch, make_probe, make_schedule, make_user, result

pytestmark = pytest.mark.django_db

VIEWER = ("probes.view_probe", "probes.view_run", "probes.view_schedule")
SCHEDULES = "/probes/schedules/"


def person(name: str = "responder", *permissions: str, **fields: bool) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(make_user(name, *(permissions or (*VIEWER, "probes.run_probe")), **fields))
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def recorded(batch: Batch, code: str = "refused", **fields: object) -> Run:
    claimed = claim()
    assert claimed is not None
    services.record(claimed, {claimed.items[0].item_id: result(code, **fields)})
    return Run.objects.get(item__batch=batch)


# --- run now


def test_probe_without_values_runs_from_the_list_at_one_press() -> None:
    make_probe("fixed", params={"host": "127.0.0.1", "port": 8001})
    client = person()
    assert 'action="/probes/fixed/run/"' in page(client, "/probes/")

    answer = client.post("/probes/fixed/run/")

    batch = Batch.objects.get()
    assert answer["Location"] == f"/probes/batches/{batch.public_id}/"
    assert (batch.purpose, batch.requested_by.username) == ("try", "responder")


def test_probe_with_values_asks_for_them_and_offers_the_last_ones() -> None:
    make_batch(8001)
    client = person()
    assert 'href="/probes/tcp/run/"' in page(client, "/probes/")

    form = client.get("/probes/tcp/run/").context["form"]

    assert {name: form[name].value() for name in form.fields} == {"host": "127.0.0.1", "port": 8001}


def test_run_form_stands_on_the_probes_own_page() -> None:
    make_probe()

    shown = page(person(), "/probes/tcp/")

    assert 'action="/probes/tcp/run/"' in shown
    assert 'name="port"' in shown


def test_wrong_value_is_said_beside_its_field_and_nothing_runs() -> None:
    make_probe()

    answer = person().post("/probes/tcp/run/", {"host": "127.0.0.1", "port": "99999"})

    assert answer.status_code == 400
    assert "65535" in str(answer.context["form"].errors["port"])
    assert not Batch.objects.exists()


def test_unapproved_probe_does_not_run_from_its_page() -> None:
    make_probe("mine", params={"host": "127.0.0.1", "port": 9}, approved=False)
    client = person()

    answer = client.post("/probes/mine/run/")

    assert answer.status_code == 400
    assert not Batch.objects.exists()
    assert "disabled" in page(client, "/probes/mine/run/")


def test_manual_probe_is_a_form_that_writes_the_run() -> None:
    make_probe("light", kind="manual", params={"question": "Is it green?"})
    client = person()
    for address in ("/probes/light/", "/probes/light/run/"):
        assert "Is it green?" in page(client, address)

    answer = client.post("/probes/light/run/", {"answer": "denied", "note": "it is red"})

    run = Run.objects.get()
    assert (run.reason_code, run.facts["note"]) == ("denied", "it is red")
    assert run.item.batch.requested_by.username == "responder"
    assert answer["Location"] == f"/probes/batches/{run.item.batch.public_id}/"


def test_answer_that_is_none_is_refused() -> None:
    make_probe("light", kind="manual", params={"question": "Is it green?"})

    assert person().post("/probes/light/run/", {"answer": "maybe"}).status_code == 400
    assert not Run.objects.exists()


def test_run_again_uses_the_same_values() -> None:
    run = recorded(make_batch(8123))
    client = person()
    assert f'action="/runs/{run.public_id}/again/"' in page(client, f"/runs/{run.public_id}/")

    client.post(f"/runs/{run.public_id}/again/")

    again = Batch.objects.latest("id").items.get()
    assert again.params == run.item.params
    assert (again.ref, again.batch.purpose) == (run.item.ref, "try")


def test_run_of_a_probe_that_is_gone_or_changed_says_so() -> None:
    run = recorded(make_batch())
    run.item.probe.timeout_s = 9
    services.save_probe(run.item.probe, by=None)
    client = person()

    refused = client.post(f"/runs/{run.public_id}/again/", follow=True)
    run.item.probe.delete()
    gone = client.post(f"/runs/{run.public_id}/again/", follow=True)

    assert "not approved" in refused.content.decode()
    assert "no longer exists" in gone.content.decode()
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "/probes/tcp/run/",
        "/runs/{run}/again/",
        "/probes/batches/{batch}/cancel/",
        "/probes/schedules/shop-port/run/",
    ],
)
def test_only_who_may_run_probes_runs_and_cancels(address: str) -> None:
    run = recorded(make_batch())
    make_schedule()
    address = address.format(run=run.public_id, batch=run.item.batch.public_id)

    assert person("viewer", *VIEWER).post(address).status_code == 403
    assert Client().post(address).status_code == 302
    assert Batch.objects.count() == 1


# --- the batch


def test_waiting_batch_asks_again_every_second_and_has_a_link_without_javascript() -> None:
    batch = make_batch(8001, 8002)

    shown = page(person(), f"/probes/batches/{batch.public_id}/")

    live = reverse("batch_live", args=[batch.public_id])
    assert f'hx-get="{live}"' in shown
    assert 'hx-trigger="every 1s"' in shown
    assert "0 of 2 done" in shown
    assert f'href="/probes/batches/{batch.public_id}/"' in shown
    assert '<noscript><meta http-equiv="refresh"' in shown


def test_progress_is_told_item_by_item_until_all_is_done() -> None:
    batch = make_batch(8001, 8002)
    client = person()
    claimed = claim()
    assert claimed is not None
    services.record(claimed, {claimed.items[0].item_id: result("refused")})

    half = page(client, f"/probes/batches/{batch.public_id}/live/")
    services.record(claimed, {claimed.items[1].item_id: result("refused")})
    done = page(client, f"/probes/batches/{batch.public_id}/live/")

    assert "1 of 2 done" in half
    assert "hx-trigger" in half
    assert "hx-trigger" not in done
    assert "<html" not in done


def test_every_attempt_is_shown_with_its_reason_time_and_length() -> None:
    attempts = [
        {
            "status": "CRITICAL",
            "reason_code": code,
            "summary": f"attempt {code}",
            "started_at": f"2026-11-25T10:00:0{number}+00:00",
            "elapsed_s": 0.25,
        }
        for number, code in enumerate(["refused", "timed_out_connect"])
    ]
    batch = make_batch()
    run = recorded(batch, attempts=attempts)

    for address in (f"/probes/batches/{batch.public_id}/", f"/runs/{run.public_id}/"):
        shown = page(person(f"p{len(address)}"), address)
        assert "The connection was refused" in shown
        assert "No answer while connecting" in shown
        assert "10:00:00" in shown
        assert "10:00:01" in shown
        assert "250 ms" in shown


def test_attempts_that_an_older_base_wrote_are_shown_without_their_time() -> None:
    old = {"status": "CRITICAL", "reason_code": "refused", "summary": "x", "elapsed_s": 0.1}
    batch = make_batch()
    recorded(batch, attempts=[old, old])

    assert "100 ms" in page(person(), f"/probes/batches/{batch.public_id}/")


def test_batch_is_cancelled_from_its_page() -> None:
    batch = make_batch()
    client = person()

    answer = client.post(f"/probes/batches/{batch.public_id}/cancel/", follow=True)

    assert Batch.objects.get().state == Batch.State.CANCELLED
    assert "cancelled" in answer.content.decode()


def test_run_that_could_not_look_says_what_to_do() -> None:
    batch = make_batch()
    run = recorded(batch, "not_allowed", status=Status.UNKNOWN)
    remedy = remedy_of("not_allowed")
    assert remedy is not None
    client = person()

    for address in (f"/runs/{run.public_id}/", f"/probes/batches/{batch.public_id}/"):
        shown = page(client, address)
        assert "What to do" in shown
        assert "limits file" in shown


def test_what_a_target_wrote_is_only_text() -> None:
    batch = make_batch()
    hostile = "<script>alert(1)</script>"
    recorded(batch, summary=hostile, attempts=[{"status": "CRITICAL", "reason_code": "refused",
                                                "summary": hostile, "elapsed_s": 0.1}] * 2)  # fmt: skip

    assert hostile not in page(person(), f"/probes/batches/{batch.public_id}/")


def test_batch_costs_the_same_for_one_item_and_for_many() -> None:
    client = person()
    small, large = make_batch(1), make_batch(*range(1, 30))
    client.get(f"/probes/batches/{small.public_id}/")

    counts = []
    for batch in (small, large):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/probes/batches/{batch.public_id}/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- schedules


def test_list_shows_state_since_when_next_and_last_runs() -> None:
    schedule = make_schedule(name="The shop's port")
    recorded(services.run_schedule(schedule, by=None), started_at=timezone.now())

    shown = page(person(), SCHEDULES)

    assert "The shop&#x27;s port" in shown
    assert "Critical" in shown
    assert "every 5 minutes" in shown
    assert "in 59 minutes" in shown or "in 1 hour" in shown
    assert '<rect class="critical"' in shown
    assert "Critical: 1" in shown


def test_worst_comes_first() -> None:
    for slug, state in (("a", "OK"), ("b", "CRITICAL"), ("c", "WARNING"), ("d", "")):
        make_schedule(slug)
        Schedule.objects.filter(slug=slug).update(state=state)
    Schedule.objects.filter(slug="d").update(blind_since=timezone.now())

    rows = person().get(SCHEDULES).context["standings"]

    assert [standing.schedule.slug for standing in rows] == ["b", "c", "d", "a"]


def test_not_having_looked_is_shown_beside_what_was_last_seen() -> None:
    schedule = make_schedule()
    recorded(services.run_schedule(schedule, by=None), "connected", status=Status.OK)
    recorded(services.run_schedule(schedule, by=None), "not_allowed", status=Status.UNKNOWN)

    for address in (SCHEDULES, f"{SCHEDULES}shop-port/"):
        shown = page(person(f"p{len(address)}"), address)
        assert 'class="chip ok"' in shown
        assert "could not look since" in shown
        assert 'class="chip critical"' not in shown
    assert "limits file" in shown


def test_runs_of_a_schedule_are_judged_beside_what_is_normal_there() -> None:
    schedule = make_schedule(baseline="refused")
    run = recorded(services.run_schedule(schedule, by=None), "refused")
    client = person()

    shown = page(client, f"{SCHEDULES}shop-port/")

    assert 'class="chip critical"' not in shown
    assert shown.count('class="chip ok"') == 2
    assert "Normal here" in page(client, f"/runs/{run.public_id}/")


def test_why_one_does_not_run_is_said() -> None:
    make_schedule("paused", is_paused=True)
    probe = make_probe("mine", params={"host": "127.0.0.1", "port": 9}, approved=False)
    make_schedule("unapproved", probe=probe)
    resting = make_schedule("resting")
    Maintenance.objects.create(
        starts_at=timezone.now(),
        ends_at=timezone.now() + timedelta(hours=1),
        reason="new cables",
        schedule=resting,
    )
    client = person()

    shown = page(client, SCHEDULES)

    assert "paused" in shown
    assert "not approved" in shown
    assert "maintenance until" in shown
    assert "new cables" in shown
    assert "new cables" in page(client, f"{SCHEDULES}resting/")
    assert "approves it" in page(client, f"{SCHEDULES}unapproved/")


def test_flapping_is_shown_as_such() -> None:
    make_schedule()
    Schedule.objects.update(is_flapping=True, state="OK", since=timezone.now())

    assert "flapping" in page(person(), SCHEDULES)
    assert "flapping" in page(person("other"), f"{SCHEDULES}shop-port/")


def test_run_now_and_pause_from_the_schedules_page() -> None:
    make_schedule()
    client = person("operator", *VIEWER, "probes.run_probe", "probes.change_schedule")

    ran = client.post(f"{SCHEDULES}shop-port/run/")
    client.post(f"{SCHEDULES}shop-port/pause/")
    paused = Schedule.objects.get().is_paused
    client.post(f"{SCHEDULES}shop-port/pause/", {"pause": "no"})

    assert ran["Location"] == f"/probes/batches/{Batch.objects.get().public_id}/"
    assert paused
    assert not Schedule.objects.get().is_paused
    assert person("other").post(f"{SCHEDULES}shop-port/pause/").status_code == 403


def test_navigation_leads_to_the_status_where_one_may_see_schedules() -> None:
    assert 'href="/status/"' in page(person(), "/probes/")
    assert 'href="/status/"' not in page(person("other", "probes.view_probe"), "/probes/")


def test_probe_page_names_its_schedules() -> None:
    make_schedule(name="The shop's port")

    assert 'href="/probes/schedules/shop-port/"' in page(person(), "/probes/tcp/")


def test_probe_cannot_take_the_schedules_address() -> None:
    with pytest.raises(ValueError, match="slug"):
        make_probe("schedules")


def test_pages_carry_no_inline_style_or_script() -> None:
    schedule = make_schedule()
    run = recorded(services.run_schedule(schedule, by=None))
    client = person()

    for address in (
        SCHEDULES,
        f"{SCHEDULES}shop-port/",
        f"/probes/batches/{run.item.batch.public_id}/",
        "/probes/tcp/run/",
    ):
        shown = page(client, address)
        assert " style=" not in shown
        assert "<style" not in shown
        assert " onclick=" not in shown


def test_list_costs_the_same_for_one_schedule_and_for_many() -> None:
    client = person()
    make_schedule("s0")
    client.get(SCHEDULES)
    counts = []
    for more in (0, 6):
        for number in range(more):
            make_schedule(f"more-{number}")
        with CaptureQueriesContext(connection) as queries:
            client.get(SCHEDULES)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_probe_that_never_ran_says_how_it_would() -> None:
    make_probe()

    assert "It runs when somebody runs it here" in page(person(), "/probes/tcp/")


def test_cancelled_item_did_not_run_which_is_not_never_run() -> None:
    batch = make_batch()
    services.cancel_batch(batch, by=None)

    shown = page(person(), f"/probes/batches/{batch.public_id}/")

    assert "Did not run" in shown
    assert "Never run" not in shown


def test_waiting_batch_of_an_agent_says_whether_one_was_seen() -> None:
    batch = make_batch(location=Location.objects.create(slug="dmz", name="DMZ"))
    address = f"/probes/batches/{batch.public_id}/"
    assert "none was ever seen there" in page(person(), address)

    Location.objects.filter(slug="dmz").update(last_seen_at=timezone.now())

    assert "the last one came" in page(person("another"), address)


def test_schedule_that_only_could_not_look_is_not_called_never_run() -> None:
    make_schedule("blind")
    Schedule.objects.update(blind_since=timezone.now())
    client = person()

    assert "Never run" not in page(client, SCHEDULES)
    assert "have seen nothing so far" in page(client, f"{SCHEDULES}blind/")

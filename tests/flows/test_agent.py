"""Agents as real processes against a real server: killed, doubled, refused, cut off."""

import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now

from probes import services
from probes.models import Batch, Location, Probe, Run
from tests.probes.factories import make_due, make_probe, make_schedule
from tests.support.agents import Server, agent, make_location, serving
from tests.support.listening import Listener
from tests.support.processes import PROXY, free_port, running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Server]:
    with serving(tmp_path, database_url) as server:
        yield server


def wait_until(is_true: Callable[[], bool], *, within_s: float = 40) -> None:
    deadline = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def is_done(batch: Batch) -> bool:
    return Batch.objects.get(pk=batch.pk).state == Batch.State.DONE


def quick_and_slow(at: Location, *, quick: Listener, slow: Listener, slow_s: float) -> Batch:
    """Three items that answer at once, two that take `slow_s`."""
    tcp = make_probe()
    http = make_probe("http", kind="http", params={"url": "${url}"}, timeout_s=slow_s)
    here = {"host": "127.0.0.1", "port": quick.port}
    there = {"url": f"http://127.0.0.1:{slow.port}/"}
    wanted = [services.Wanted(probe=tcp, values=here, ref=f"q{n}") for n in range(3)]
    wanted += [services.Wanted(probe=http, values=there, ref=f"s{n}") for n in range(2)]
    return services.request_batch(wanted, purpose="try", by=None, location=at)


def only_connect(at: Location, port: int, *, count: int = 1) -> Batch:
    tcp = Probe.objects.filter(slug="tcp").first() or make_probe()
    wanted = services.Wanted(probe=tcp, values={"host": "127.0.0.1", "port": port})
    return services.request_batch([wanted] * count, purpose="try", by=None, location=at)


def test_agent_runs_what_its_location_is_asked_for(server: Server, listener: Listener):
    laptop, token = make_location()
    batch = only_connect(laptop, listener.port)

    with agent(server, token) as process:
        wait_until(lambda: is_done(batch))

    run = Run.objects.get()
    assert (run.status, run.reason_code) == ("OK", "connected")
    assert run.started_at >= batch.created_at
    laptop.refresh_from_db()
    assert laptop.last_seen_at is not None
    assert (laptop.agent_version, bool(laptop.agent_host)) == ("0.1.0", True)
    assert token not in process.output


def test_schedule_fires_where_agents_ask_and_no_worker_runs(server: Server, listener: Listener):
    laptop, token = make_location()
    schedule = make_schedule(port=listener.port, location=laptop, is_due=True)

    with agent(server, token):
        wait_until(lambda: Run.objects.count() == 1)
        make_due(schedule)
        wait_until(lambda: Run.objects.count() == 2)

    schedule.refresh_from_db()
    assert (schedule.state, schedule.consecutive) == ("OK", 2)
    assert listener.accepted == 2


def test_killed_agents_batch_is_finished_by_another_and_nothing_twice(
    server: Server, listener: Listener, silent: Listener
):
    laptop, token = make_location()
    batch = quick_and_slow(laptop, quick=listener, slow=silent, slow_s=3)
    with agent(server, token, name="first") as first:
        wait_until(lambda: Run.objects.count() == 3)
        wait_until(lambda: silent.accepted == 2)
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    before = dict(Run.objects.values_list("item__ref", "public_id"))
    # Half a minute later: nobody renewed the lease.
    Batch.objects.update(lease_until=Now() - timedelta(seconds=1))

    with agent(server, token, name="second"):
        wait_until(lambda: is_done(batch))

    runs = dict(Run.objects.values_list("item__ref", "public_id"))
    assert sorted(runs) == ["q0", "q1", "q2", "s0", "s1"]
    assert {ref: runs[ref] for ref in before} == before
    assert listener.accepted == 3
    batch.refresh_from_db()
    assert (batch.epoch, batch.tries) == (2, 2)


def test_results_wait_for_a_server_that_restarts_and_are_recorded_once(
    server: Server, listener: Listener, silent: Listener
):
    laptop, token = make_location()
    batch = quick_and_slow(laptop, quick=listener, slow=silent, slow_s=2)
    with agent(server, token) as process:
        wait_until(lambda: Run.objects.count() == 3)

        server.stop()
        process.wait_for_line("the base does not answer")
        assert Run.objects.count() == 3
        server.start()
        wait_until(lambda: is_done(batch))

    assert Run.objects.count() == 5
    assert silent.accepted == 2
    batch.refresh_from_db()
    assert (batch.epoch, batch.tries) == (1, 1)


def test_proxy_that_says_502_meanwhile_is_waited_out(
    server: Server, silent: Listener, listener: Listener, tmp_path: Path
):
    laptop, token = make_location()
    batch = quick_and_slow(laptop, quick=listener, slow=silent, slow_s=2)
    port = free_port()
    with running(PROXY, port, server.port, cwd=tmp_path, name="proxy") as proxy:
        proxy.wait_until_listening(port)
        with agent(server, token, url=f"http://127.0.0.1:{port}") as process:
            wait_until(lambda: Run.objects.count() == 3)
            server.stop()
            process.wait_for_line("it answered 502")
            server.start()
            wait_until(lambda: is_done(batch))

    assert Run.objects.count() == 5
    assert Batch.objects.get().epoch == 1


def test_check_of_another_version_says_to_update_the_agent(server: Server, listener: Listener):
    laptop, token = make_location()
    batch = only_connect(laptop, listener.port)
    item = batch.items.get()
    item.params = {**item.params, "of_tomorrow": True}
    item.save()

    with agent(server, token):
        wait_until(lambda: is_done(batch))

    run = Run.objects.get()
    assert (run.status, run.reason_code) == ("UNKNOWN", "agent_outdated")
    assert "of_tomorrow" in run.summary
    assert "fetch agent.pyz from the base again" in run.summary
    assert listener.accepted == 0


def test_politely_stopped_agent_keeps_results_and_gives_the_batch_back(
    server: Server, listener: Listener, silent: Listener
):
    laptop, token = make_location()
    batch = quick_and_slow(laptop, quick=listener, slow=silent, slow_s=30)
    with agent(server, token) as process:
        wait_until(lambda: Run.objects.count() == 3)

        process.process.send_signal(signal.SIGTERM)

        assert process.process.wait(timeout=8) == 0
    batch.refresh_from_db()
    assert (batch.state, batch.tries) == (Batch.State.READY, 0)
    assert Run.objects.count() == 3
    assert "stopped" in process.output


def test_cancelled_batch_is_dropped_by_the_agent(
    server: Server, listener: Listener, silent: Listener
):
    laptop, token = make_location()
    batch = quick_and_slow(laptop, quick=listener, slow=silent, slow_s=3)
    with agent(server, token) as process:
        wait_until(lambda: Run.objects.count() == 3)
        services.cancel_batch(batch, by=None)

        process.wait_for_line("is no longer ours")

    assert Run.objects.count() == 3
    batch.refresh_from_db()
    assert batch.state == Batch.State.CANCELLED


def test_two_agents_of_one_location_share_the_work(server: Server, listener: Listener):
    laptop, token = make_location()
    batches = [only_connect(laptop, listener.port, count=3) for _number in range(8)]

    with agent(server, token, name="one"), agent(server, token, name="two"):
        wait_until(lambda: all(is_done(batch) for batch in batches))

    assert Run.objects.count() == listener.accepted == 24
    assert set(Batch.objects.values_list("epoch", "tries")) == {(1, 1)}


def test_agent_of_another_location_leaves_the_batch_alone(server: Server, listener: Listener):
    laptop, token = make_location()
    _office, other_token = make_location("office")
    batch = only_connect(laptop, listener.port)

    with agent(server, other_token, name="other"):
        wait_until(lambda: Location.objects.get(slug="office").last_seen_at is not None)
        time.sleep(1)
        assert Batch.objects.get(pk=batch.pk).state == Batch.State.READY
        with agent(server, token):
            wait_until(lambda: is_done(batch))


def test_revoked_token_ends_the_agent_with_what_to_do(server: Server):
    laptop, token = make_location()
    with agent(server, token) as process:
        wait_until(lambda: Location.objects.get().last_seen_at is not None)

        services.revoke_token(laptop, by=None)

        said = process.wait_for_end()
    assert process.process.returncode == 3
    assert "revoked" in said
    assert "manage.py agent_token" in said
    assert token not in said


def test_host_allows_less_than_the_base_wishes(server: Server, listener: Listener, tmp_path: Path):
    wide = {"networks": ["127.0.0.0/8", "10.0.0.0/8"], "roots": [str(tmp_path)]}
    laptop, token = make_location(**wide)
    file = make_probe("file", kind="file_present", params={"path": str(tmp_path)})
    wanted = [services.Wanted(probe=file, ref="file")]
    batch = services.request_batch(wanted, purpose="try", by=None, location=laptop)
    with agent(server, token):
        wait_until(lambda: is_done(batch))
    refused = Run.objects.get()
    assert (refused.status, refused.reason_code) == ("UNKNOWN", "not_allowed")

    limits = tmp_path / "limits.toml"
    limits.write_text(f'roots = ["{tmp_path}"]\n')
    batch = services.request_batch(wanted, purpose="try", by=None, location=laptop)
    with agent(server, token, "--limits", limits, name="wider"):
        wait_until(lambda: is_done(batch))

    assert Run.objects.latest("id").reason_code == "present"


def test_base_allows_less_than_the_host_would(server: Server, listener: Listener):
    laptop, token = make_location(networks=["127.0.0.7/32"])
    batch = only_connect(laptop, listener.port)

    with agent(server, token):
        wait_until(lambda: is_done(batch))

    assert Run.objects.get().reason_code == "not_allowed"
    assert listener.accepted == 0

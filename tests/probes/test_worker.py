"""The worker as a real process on a real database file: killed, stopped, doubled, orphaned."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from probes import services
from probes.models import Batch, Run
from tests.databases import manage
from tests.probes.factories import make_probe
from tests.support.listening import Listener

pytestmark = pytest.mark.django_db(transaction=True)

LEASE_S = "1.5"


@pytest.fixture
def start_worker(database_url: str) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts workers; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str, **popen: Any) -> subprocess.Popen[str]:
        worker = manage("worker", "--lease", LEASE_S, *options, database_url=database_url, **popen)
        started.append(worker)
        assert worker.stdout is not None
        assert worker.stdout.readline().startswith("worker ")
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                pipe.close()


def _mixed_batch(*, quick: Listener, slow: Listener, slow_s: float) -> Batch:
    """Three items that answer at once, three that take `slow_s`."""
    tcp = make_probe()
    http = make_probe("http", kind="http", params={"url": "${url}"}, timeout_s=slow_s)
    wanted = [
        services.Wanted(probe=tcp, values={"host": "127.0.0.1", "port": quick.port}, ref=f"q{n}")
        for n in range(3)
    ] + [
        services.Wanted(probe=http, values={"url": f"http://127.0.0.1:{slow.port}/"}, ref=f"s{n}")
        for n in range(3)
    ]
    return services.request_batch(wanted, purpose="try", by=None)


def _wait_until(is_true: Callable[[], bool], *, within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _is_done(batch: Batch) -> bool:
    return Batch.objects.get(pk=batch.pk).state == Batch.State.DONE


def test_killed_workers_batch_is_finished_by_the_next_and_nothing_twice(
    start_worker: Callable[..., subprocess.Popen[str]], listener: Listener, silent: Listener
) -> None:
    batch = _mixed_batch(quick=listener, slow=silent, slow_s=3)
    first = start_worker()
    _wait_until(lambda: Run.objects.count() == 3)
    _wait_until(lambda: silent.accepted == 3)

    first.send_signal(signal.SIGKILL)
    first.wait()
    before = dict(Run.objects.values_list("item__ref", "public_id"))
    start_worker()
    _wait_until(lambda: _is_done(batch))

    runs = dict(Run.objects.values_list("item__ref", "public_id"))
    assert sorted(runs) == ["q0", "q1", "q2", "s0", "s1", "s2"]
    assert {ref: runs[ref] for ref in before} == before
    assert Run.objects.count() == 6
    codes = set(Run.objects.values_list("item__kind", "reason_code"))
    assert codes == {("tcp_connect", "connected"), ("http", "timed_out_ttfb")}
    # The quick ones were recorded before the blow, so nobody looked at them again.
    assert listener.accepted == 3
    batch.refresh_from_db()
    assert (batch.epoch, batch.tries) == (2, 2)


def test_politely_stopped_worker_keeps_results_and_gives_the_batch_back(
    start_worker: Callable[..., subprocess.Popen[str]], listener: Listener, silent: Listener
) -> None:
    batch = _mixed_batch(quick=listener, slow=silent, slow_s=30)
    worker = start_worker()
    _wait_until(lambda: Run.objects.count() == 3)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=5) == 0
    batch.refresh_from_db()
    assert (batch.state, batch.tries) == (Batch.State.READY, 0)
    assert Run.objects.count() == 3


def test_cancelled_batch_stops_within_a_renewal(
    start_worker: Callable[..., subprocess.Popen[str]], listener: Listener, silent: Listener
) -> None:
    batch = _mixed_batch(quick=listener, slow=silent, slow_s=30)
    worker = start_worker()
    _wait_until(lambda: Run.objects.count() == 3)

    services.cancel_batch(batch, by=None)
    time.sleep(1)
    worker.send_signal(signal.SIGINT)

    assert worker.wait(timeout=5) == 0
    batch.refresh_from_db()
    assert batch.state == Batch.State.CANCELLED
    assert Run.objects.count() == 3


def test_two_workers_share_the_work_and_do_nothing_twice(
    start_worker: Callable[..., subprocess.Popen[str]], listener: Listener
) -> None:
    tcp = make_probe()
    wanted = services.Wanted(probe=tcp, values={"host": "127.0.0.1", "port": listener.port})
    batches = [
        services.request_batch([wanted] * 3, purpose="try", by=None) for _number in range(10)
    ]
    start_worker()
    start_worker()

    _wait_until(lambda: all(_is_done(batch) for batch in batches))

    assert listener.accepted == 30
    assert Run.objects.count() == 30
    assert set(Batch.objects.values_list("epoch", "tries")) == {(1, 1)}


def test_worker_leaves_when_its_parent_is_gone(
    start_worker: Callable[..., subprocess.Popen[str]],
) -> None:
    worker = start_worker("--watch-parent", stdin=subprocess.PIPE)
    assert worker.poll() is None

    assert worker.stdin is not None
    worker.stdin.close()

    assert worker.wait(timeout=5) == 0


def test_what_the_location_does_not_allow_ends_as_unknown(
    start_worker: Callable[..., subprocess.Popen[str]], listener: Listener
) -> None:
    location = services.server_location()
    location.networks = ["10.0.0.0/8"]
    location.save()
    wanted = services.Wanted(
        probe=make_probe(), values={"host": "127.0.0.1", "port": listener.port}
    )
    batch = services.request_batch([wanted], purpose="try", by=None)

    start_worker()
    _wait_until(lambda: _is_done(batch))

    run = Run.objects.get()
    assert (run.status, run.reason_code) == ("UNKNOWN", "not_allowed")
    assert listener.accepted == 0

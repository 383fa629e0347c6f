"""The trials: what is broken in the middle of a queue, and what it cost."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from config.crashes.cluster import Cluster, running_cluster
from config.crashes.counting import Counter, counting
from config.crashes.site import Site, stop
from config.crashes.writing import Answers, writing
from probes.services import LEASE

# When this share of the items has its run, something breaks.
_MIDDLE = 0.3
_POLL_S = 0.05
# Where only agents look from.
_AWAY = "away"
_ITEMS = "select count(*) from probes_batchitem"
_RUNS = "select count(*) from probes_run"
_RECORDED = "select count(distinct item_id) from probes_run"
_TWICE = (
    "select count(*) from (select item_id from probes_run group by item_id having count(*) > 1) t"
)
_UNKNOWN = "select count(*) from probes_run where status = 'UNKNOWN'"
_TRIED_AGAIN = "select count(*) from probes_batch where tries > 1"
_OPEN = "select count(*) from probes_batch where state <> 'done'"

_HELD_BY = "select count(*) from probes_batch where state = 'leased' and leased_by like '%:{}'"


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much waits, and how long a lost worker or agent keeps what it had."""

    items: int
    batch: int
    lease_s: float
    patience_s: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`waiting` items had no run when something broke; `locked` counts "database is locked" in the
    words of server and workers. `looked_again` counts probes that looked a second time,
    `tried_again` batches that were claimed a second time: those two may be."""

    trial: str
    items: int
    lost: int
    twice: int
    unknown: int
    workers_died: int
    failed_requests: int
    locked: int
    waiting: int
    looked_again: int
    tried_again: int
    requests: int
    seconds: float

    @property
    def is_good(self) -> bool:
        bad = (self.lost, self.twice, self.unknown, self.workers_died)
        return self.waiting > 0 and not any((*bad, self.failed_requests, self.locked))


def kill_one_of_two(size: Size) -> Outcome:
    """kill -9 one of two workers on PostgreSQL, and start another in its place."""

    def break_it(site: Site, workers: list[Popen[bytes]], cluster: Cluster) -> None:
        killed = workers.pop(0)
        killed.kill()
        killed.wait()
        workers += site.start_workers(1)

    return _with_workers("kill", size, break_it)


def restart_fast(size: Size) -> Outcome:
    """PostgreSQL ends every session, stops and starts; two workers live on."""
    return _with_workers("fast", size, lambda site, workers, cluster: cluster.restart("fast"))


def restart_immediate(size: Size) -> Outcome:
    """PostgreSQL stops as in a crash and recovers; two workers live on."""
    return _with_workers(
        "immediate", size, lambda site, workers, cluster: cluster.restart("immediate")
    )


def kill_agent_and_server(size: Size) -> Outcome:
    """kill -9 one of two agents and the web server that they ask; start both again."""
    with (
        _on_postgres(size, location=_AWAY) as (site, counter, _cluster),
        site.serving() as web,
    ):
        token = site.manage("agent_token", _AWAY)
        started = time.monotonic()
        agents = site.start_agents(2, port=web.port, token=token)
        waiting = _wait_for_the_middle(site, size)
        killed = agents.pop(0)
        _wait(lambda: site.ask(_HELD_BY.format(killed.pid)) != 0, size)
        killed.kill()
        killed.wait()
        web.kill()
        site.hasten_leases(killed, by_s=max(0.0, LEASE.total_seconds() - size.lease_s))
        web.start()
        agents += site.start_agents(1, port=web.port, token=token)
        _wait(lambda: site.ask(_OPEN) == 0, size)
        seconds = time.monotonic() - started
        return _outcome("agent", site, counter, agents, waiting, seconds, Answers())


def kill_beside_writers(size: Size) -> Outcome:
    """kill -9 the one worker on SQLite while the site is written to, and start another."""
    with tempfile.TemporaryDirectory(prefix="knownfix-crash-") as folder:
        url = f"sqlite:///{folder}/knownfix.sqlite3"
        with _site(Path(folder), url, size) as (site, counter):
            key = site.manage("measure_crashes", "--make-key")
            started = time.monotonic()
            with site.serving() as web, writing(web.port, key) as answers:
                workers = site.start_workers(1)
                waiting = _wait_for_the_middle(site, size)
                workers.pop().kill()
                workers += site.start_workers(1)
                _wait(lambda: site.ask(_OPEN) == 0, size)
                seconds = time.monotonic() - started
            return _outcome("sqlite", site, counter, workers, waiting, seconds, answers)


TRIALS: Mapping[str, Callable[[Size], Outcome]] = {
    "kill": kill_one_of_two,
    "fast": restart_fast,
    "immediate": restart_immediate,
    "agent": kill_agent_and_server,
    "sqlite": kill_beside_writers,
}


def _with_workers(
    name: str, size: Size, break_it: Callable[[Site, list[Popen[bytes]], Cluster], None]
) -> Outcome:
    with _on_postgres(size) as (site, counter, cluster):
        started = time.monotonic()
        workers = site.start_workers(2)
        waiting = _wait_for_the_middle(site, size)
        break_it(site, workers, cluster)
        _wait(lambda: site.ask(_OPEN) == 0, size)
        seconds = time.monotonic() - started
        return _outcome(name, site, counter, workers, waiting, seconds, Answers())


@contextlib.contextmanager
def _on_postgres(size: Size, *, location: str = "") -> Iterator[tuple[Site, Counter, Cluster]]:
    with (
        tempfile.TemporaryDirectory(prefix="knownfix-crash-") as folder,
        running_cluster() as cluster,
        _site(Path(folder), cluster.url, size, location=location) as (site, counter),
    ):
        yield site, counter, cluster


@contextlib.contextmanager
def _site(
    folder: Path, url: str, size: Size, *, location: str = ""
) -> Iterator[tuple[Site, Counter]]:
    """A site with a full queue, and who counts the looks."""
    site = Site(folder, url, lease_s=size.lease_s)
    with counting() as counter:
        try:
            site.manage("migrate", "--verbosity", "0")
            site.manage(
                "measure_crashes",
                *("--fill", str(counter.port), "--items", str(size.items)),
                *("--batch", str(size.batch), "--at", location),
            )
            yield site, counter
        finally:
            site.end()


def _wait_for_the_middle(site: Site, size: Size) -> int:
    """How many items have no run yet."""
    _wait(lambda: (site.ask(_RUNS) or 0) >= size.items * _MIDDLE, size)
    return size.items - (site.ask(_RUNS) or 0)


class Stuck(Exception):
    """A trial did not come to its end in time."""


def _wait(happened: Callable[[], bool], size: Size) -> None:
    deadline = time.monotonic() + size.patience_s
    while not happened():
        if time.monotonic() > deadline:
            raise Stuck(f"not at its end after {size.patience_s:.0f} s")
        time.sleep(_POLL_S)


def _outcome(
    name: str,
    site: Site,
    counter: Counter,
    workers: list[Popen[bytes]],
    waiting: int,
    seconds: float,
    answers: Answers,
) -> Outcome:
    ended = [worker.poll() is not None or stop(worker) != 0 for worker in workers]
    items = site.ask(_ITEMS) or 0
    return Outcome(
        trial=name,
        items=items,
        lost=items - (site.ask(_RECORDED) or 0),
        twice=site.ask(_TWICE) or 0,
        unknown=site.ask(_UNKNOWN) or 0,
        workers_died=sum(ended),
        failed_requests=answers.failed,
        locked=site.log.read_text(errors="replace").count("database is locked"),
        waiting=waiting,
        looked_again=counter.accepted - items,
        tried_again=site.ask(_TRIED_AGAIN) or 0,
        requests=answers.total,
        seconds=round(seconds, 1),
    )

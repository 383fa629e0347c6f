"""Runs a second from the queue to the table: batches, one real worker, every run stored."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import psutil
from django.conf import settings

from probes.evaluation.children import child
from probes.evaluation.scratch import scratch_database

SIZES = (50, 1)
_GIVE_UP_S = 300.0


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Processor time so far, by who spends it."""

    worker_s: float
    database_s: float


def measure(
    *, postgres: str, runs: Mapping[int, int], say: Callable[[str], None]
) -> dict[str, Any]:
    """`runs` gives how many runs are asked for by size of batch. The database is gone afterwards."""
    with ExitStack() as stack:
        target = stack.enter_context(child("probes.evaluation.quick_server"))
        url = f"http://127.0.0.1:{target.hear()}/health"
        database = stack.enter_context(scratch_database(postgres, prefix="knownfix_queue"))
        _manage(database, "migrate", "--verbosity", "0")
        server = _postmaster(database)
        figures = {}
        for size, count in runs.items():
            asked = json.loads(_manage(database, "measure_queue", "--ask", f"{size},{count},{url}"))
            say(f"{count} runs asked for in batches of {size}")
            figures[size] = _run(database, server, count) | {"asked_per_s": count / asked["took_s"]}
        return {"load": os.getloadavg()[0], "sizes": figures}


def _run(database: str, server: psutil.Process, count: int) -> dict[str, float]:
    """From the worker's first claim to the last run stored; starting a Python is not counted."""
    with _worker(database) as worker:
        before, started = _spent(worker, server), time.perf_counter()
        _wait_until_stored(database)
        took_s, after = time.perf_counter() - started, _spent(worker, server)
    return {
        "runs": count,
        "per_s": count / took_s,
        "worker_ms": 1000 * (after.worker_s - before.worker_s) / count,
        "database_ms": 1000 * (after.database_s - before.database_s) / count,
    }


def _wait_until_stored(database: str) -> None:
    psycopg: Any = import_module("psycopg")
    open_batches = "SELECT count(*) FROM probes_batch WHERE state IN ('ready', 'leased')"
    give_up = time.monotonic() + _GIVE_UP_S
    with psycopg.connect(database, autocommit=True) as connection:
        while connection.execute(open_batches).fetchone()[0]:
            if time.monotonic() > give_up:
                raise RuntimeError("The worker did not finish; its words are above.")
            time.sleep(0.05)


def _spent(worker: psutil.Process, server: psutil.Process) -> Spent:
    return Spent(
        worker_s=_cpu_s(worker),
        database_s=sum(_cpu_s(each) for each in server.children(recursive=True)),
    )


def _cpu_s(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _postmaster(database: str) -> psutil.Process:
    psycopg: Any = import_module("psycopg")
    with psycopg.connect(database) as connection:
        parent = psutil.Process(connection.info.backend_pid).parent()
    assert parent is not None
    return parent


def _environment(database: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database, "KNOWNFIX_NO_VENV": "1"}


def _argv(*command: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *command]


def _manage(database: str, *command: str) -> str:
    return subprocess.run(  # noqa: S603 - our own program, no shell
        _argv(*command), env=_environment(database), check=True, stdout=subprocess.PIPE, text=True
    ).stdout


@contextlib.contextmanager
def _worker(database: str) -> Iterator[psutil.Process]:
    started = subprocess.Popen(  # noqa: S603 - our own program, no shell
        _argv("worker"), env=_environment(database), stdout=subprocess.PIPE, text=True
    )
    try:
        assert started.stdout is not None
        started.stdout.readline()
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        started.communicate()

"""A base of its own for a trial: a database; workers, agents and a web server to kill."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.conf import settings

_STOPS_WITHIN_S = 30


class Site:
    """Everything is asked of the database in plain SQL, beside Django."""

    def __init__(self, folder: Path, database_url: str, *, lease_s: float) -> None:
        self.folder = folder
        self._url = database_url
        self._lease_s = lease_s
        self._started: list[subprocess.Popen[bytes]] = []
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "KNOWNFIX_VAR": str(folder),
            "KNOWNFIX_NO_VENV": "1",
            "KNOWNFIX_LIMITS": "",
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *arguments: str) -> str:
        """What the command printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def start_workers(self, number: int) -> list[subprocess.Popen[bytes]]:
        """Workers that have said that they are there; they come up side by side."""
        workers = [
            self._start("manage.py", "worker", "--lease", str(self._lease_s)) for _ in range(number)
        ]
        for worker in workers:
            assert worker.stdout is not None
            worker.stdout.readline()
        return workers

    def start_agents(self, number: int, *, port: int, token: str) -> list[subprocess.Popen[bytes]]:
        """Agents that ask the web server at that port for work; each says so when it has some."""
        argv = ("-m", "probes.engine.agent", "--server", f"http://127.0.0.1:{port}")
        return [self._start(*argv, KNOWNFIX_TOKEN=token) for _ in range(number)]

    @contextlib.contextmanager
    def serving(self) -> Iterator["WebServer"]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = WebServer(self, listening)
            server.start()
            try:
                yield server
            finally:
                stop(server.process)

    def start_web(self, descriptor: int) -> subprocess.Popen[bytes]:
        return self._start("-m", "config.running.web", str(descriptor), descriptor=descriptor)

    def _start(
        self, *argv: str, descriptor: int | None = None, **environment: str
    ) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *argv],
                cwd=settings.BASE_DIR,
                env={**self._environment, **environment},
                # Kept open: a server stops when it closes, and so ends with this process.
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=() if descriptor is None else (descriptor,),
            )
        self._started.append(process)
        return process

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def ask(self, query: str) -> int | None:
        """The number that the query gives; None while the database does not answer."""
        try:
            if self._url.startswith("sqlite:///"):
                with contextlib.closing(sqlite3.connect(self._url[10:], timeout=20)) as file:
                    return int(file.execute(query).fetchone()[0])
            with psycopg.connect(self._url, connect_timeout=5) as connection:
                row = connection.execute(query.encode()).fetchone()
                return int(row[0]) if row else 0
        except psycopg.OperationalError:
            return None

    def hasten_leases(self, process: subprocess.Popen[bytes], *, by_s: float) -> None:
        """What the process holds runs out that much sooner: the web server's lease is its own."""
        shorten = (
            "update probes_batch set lease_until = lease_until - make_interval(secs => %s) "
            "where state = 'leased' and leased_by like %s"
        )
        with psycopg.connect(self._url) as connection:
            connection.execute(shorten, (by_s, f"%:{process.pid}"))

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


class WebServer:
    """The one that `up` would start, on a socket that outlives it: requests wait meanwhile."""

    process: subprocess.Popen[bytes]

    def __init__(self, site: Site, listening: socket.socket) -> None:
        self._site = site
        self._descriptor = listening.fileno()
        self.port = int(listening.getsockname()[1])

    def start(self) -> None:
        self.process = self._site.start_web(self._descriptor)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def stop(process: subprocess.Popen[bytes]) -> int:
    """Ask politely; the exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=_STOPS_WITHIN_S)

"""A PostgreSQL of our own: made in a temporary folder, restarted at will, gone afterwards."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


class NoPostgres(Exception):
    """PostgreSQL's programs are not on this machine; the message says what to install."""


class Cluster:
    """Listens on a free port of loopback. Commits are durable: it runs as it comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self.url = f"postgres://knownfix@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        self._run("initdb", "-U", "knownfix", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust")
        self._control("start")

    def restart(self, mode: str) -> None:
        """`fast` ends every session; `immediate` leaves recovering from the log to the start."""
        self._control("-m", mode, "restart")

    def stop(self) -> None:
        self._control("-m", "immediate", "stop")

    def _control(self, *what: str) -> None:
        options = (
            f"-p {self._port} -c listen_addresses=127.0.0.1 "
            f"-c unix_socket_directories={self._folder}"
        )
        self._run("pg_ctl", "-l", str(self._folder / "log"), "-o", options, "-w", *what)

    def _run(self, program: str, *arguments: str) -> None:
        argv = [str(_programs() / program), "-D", str(self._folder / "data"), *arguments]
        if os.name == "posix" and os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            argv = ["runuser", "-u", "postgres", "--", *argv]
        with (self._folder / "said").open("ab") as said:
            subprocess.run(argv, cwd=self._folder, stdout=said, stderr=said, check=True)


@contextlib.contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Raises NoPostgres where there is none."""
    _programs()
    folder = Path(tempfile.mkdtemp(prefix="knownfix-postgres-"))
    try:
        if os.name == "posix" and os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        cluster = Cluster(folder)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if not found:
        raise NoPostgres("PostgreSQL's server is not installed: apt-get install postgresql")
    return found[-1].parent


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])

"""A PostgreSQL of our own: a cluster in a temporary folder, on a free port, with passwords.

PostgreSQL refuses to run as root, so root runs it as the user postgres.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

OWNER = ("lab_owner", "owner-Passw0rd")
PROBE = ("lab_probe", "probe-Passw0rd/ü@:")
STRANGER = ("lab_stranger", "stranger-Passw0rd")
DATABASE = "shop"
_SCHEMA = """
create table slots (id int primary key, note text);
insert into slots select n, 'slot ' || n from generate_series(1, 7) n;
create table stock (id int);
create function shout() returns int language plpgsql as $$
  begin raise notice E'\\x1b[31mnotice\\nof two lines'; return 1; end $$;
create function fail() returns int language plpgsql as $$
  begin raise exception E'first\\n\\x1b[31mred <script>alert(1)</script> \\u202etxt'; end $$;
grant select on slots to lab_probe;
revoke all on schema public from public;
grant usage on schema public to lab_probe, lab_stranger;
"""


class PostgresFailed(Exception):
    """The cluster could not be made or started; the message says why."""


class Cluster:
    """A running PostgreSQL with a database, a table of seven rows, and three roles: OWNER (a
    superuser), PROBE (may read `slots`), STRANGER (may log in)."""

    def __init__(self, folder: Path, binaries: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._binaries = binaries

    def dsn(self, role: tuple[str, str] = PROBE, *, database: str = DATABASE) -> str:
        user, password = role
        return psycopg.conninfo.make_conninfo(
            host="127.0.0.1", port=self.port, user=user, password=password, dbname=database
        )

    def ask(self, query: str, *, database: str = DATABASE) -> list[tuple[object, ...]]:
        """As the owner, outside any transaction; the rows, when there are some."""
        with psycopg.connect(self.dsn(OWNER, database=database), autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=20 "
            f"-c unix_socket_directories={self.folder}"
        )
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w",
                  "-o", options, "start")  # fmt: skip

    def stop(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")

    def use_certificate(self, certificate: Path) -> None:
        """From now on the server speaks TLS with it; the key lies beside it."""
        for source, name in (
            (certificate, "server.crt"),
            (certificate.with_suffix(".key"), "server.key"),
        ):
            target = self.folder / "data" / name
            shutil.copyfile(source, target)
            target.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(target, "postgres")
        self.ask("alter system set ssl = on")
        self.ask("select pg_reload_conf()")

    @property
    def pid(self) -> int:
        """Of the postmaster."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def make(self) -> None:
        words = self.folder / "password"
        words.write_text(OWNER[1])
        if os.geteuid() == 0:
            shutil.chown(words, "postgres")
        self._run("initdb", "-D", f"{self.folder}/data", "-U", OWNER[0], "-E", "UTF8",
                  "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={words}", "--no-sync")  # fmt: skip

    def furnish(self) -> None:
        for user, password in (PROBE, STRANGER):
            self.ask(f"create role {user} login password '{password}'", database="postgres")
        self.ask(f"create database {DATABASE}", database="postgres")
        self.ask(_SCHEMA)

    def _run(self, program: str, *arguments: str) -> None:
        argv = [*_as_postgres(), str(self._binaries / program), *arguments]
        # To a file and not a pipe: the server that pg_ctl leaves behind would keep a pipe open.
        with (self.folder / f"{program}.log").open("w+") as said:
            done = subprocess.run(argv, cwd=self.folder, stdout=said, stderr=said, check=False)
            if done.returncode:
                said.seek(0)
                raise PostgresFailed(f"{program}: {said.read()[-2000:]}")


def _as_postgres() -> Sequence[str]:
    return ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()


def binaries() -> Path | None:
    """The newest PostgreSQL of this machine."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return found[-1].parent if found else None


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Made, started and furnished; gone afterwards."""
    where = binaries()
    if where is None:
        raise PostgresFailed("there is no PostgreSQL here: apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="kf-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    made = Cluster(folder, where, _free_port())
    try:
        made.make()
        made.start()
        made.furnish()
        yield made
    finally:
        with contextlib.suppress(PostgresFailed):
            made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    if binaries() is None:
        pytest.skip("MISSING: PostgreSQL (apt install postgresql)")
    with cluster() as made:
        yield made

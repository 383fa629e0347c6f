"""The API is up and its database is not, or says no in one of the ways a database has."""

import os
import signal
from collections.abc import Iterator

from tests.lab.lab import Lab
from tests.lab.machine import FASTAPI, FILTERED, POSTGRES, ROOT, UVICORN
from tests.lab.parts import firewall
from tests.lab.parts.namespace import INSIDE
from tests.lab.parts.site import Site, serve_here
from tests.lab.postgres import PROBE, STRANGER, Cluster, cluster
from tests.lab.scenario import Expected, Look, Scenario, Stage

_COUNT = "select count(*) from slots"
_DROPPED_PORT = 5432


def start_database(lab: Lab) -> Cluster:
    postgres = lab.enter(cluster())
    lab.values["database_port"] = str(postgres.port)
    lab.leave_to_janitor("folder", str(postgres.folder))
    lab.leave_to_janitor("pidfile", str(postgres.folder / "data" / "postmaster.pid"))
    lab.notes.append(f"PostgreSQL on 127.0.0.1 port {postgres.port}, in {postgres.folder}")
    _secret(lab, "academy-db", postgres.dsn())
    return postgres


def _secret(lab: Lab, name: str, dsn: str) -> None:
    """A connection string as a host keeps it: in a file that its limits name."""
    path = lab.folder / name
    path.write_text(dsn)
    lab.limits.setdefault("secrets", {})[name] = {"file": str(path)}


def _sql(
    reason: str,
    *,
    dsn: str = "academy-db",
    query: str = _COUNT,
    at: str = "here",
    status: str = "",
    timeout_s: float = 5.0,
    **facts: Expected,
) -> Look:
    return Look(
        at=at,
        kind="sql_query",
        params={"dsn_ref": dsn, "query": query, "expect": "7"},
        status=status or ("OK" if reason == "as_expected" else "CRITICAL"),
        reason=reason,
        facts=facts,
        timeout_s=timeout_s,
    )


def _tcp(postgres: Cluster, reason: str) -> Look:
    return Look(
        at="here",
        kind="tcp_connect",
        params={"host": "127.0.0.1", "port": postgres.port},
        status="OK" if reason == "connected" else "CRITICAL",
        reason=reason,
    )


def _down(lab: Lab) -> Iterator[Stage]:
    postgres = start_database(lab)
    base = f"http://127.0.0.1:{_serve(lab, postgres.dsn())}"
    postgres.stop()
    yield Stage(
        title="the database is stopped",
        looks=(
            _page(f"{base}/health", {"status": "OK"}),
            _page(f"{base}/api/health/db", {"database": "Connected"}, "wrong_status", 503),
            # It is the answer that the API means to give when its database is away.
            _page(f"{base}/api/health/db", {"database": "Disconnected"}, status=503),
            _tcp(postgres, "refused"),
            _sql("refused", phase="connect", sqlstate=None, value=None),
        ),
    )
    postgres.start()
    yield Stage(
        title="the database is started",
        looks=(
            _page(f"{base}/api/health/db", {"database": "Connected"}),
            _tcp(postgres, "connected"),
            _sql("as_expected", value=7),
        ),
    )


def _page(url: str, body: dict[str, str], reason: str = "as_expected", status: int = 200) -> Look:
    is_expected = reason == "as_expected"
    return Look(
        at="here",
        kind="http",
        params={
            "url": url,
            "expect_status": [status if is_expected else 200],
            "expect_json": body,
        },
        status="OK" if is_expected else "CRITICAL",
        reason=reason,
        facts={"status": status} | ({"json": body} if is_expected else {}),
        timeout_s=5.0,
    )


def _kinds(lab: Lab) -> Iterator[Stage]:
    postgres = start_database(lab)
    site = Site(lab)
    firewall.filter_port(site.inside, _DROPPED_PORT, firewall.DROP)
    _secret(lab, "dropped-db", f"host={INSIDE} port={_DROPPED_PORT} user=x password=x dbname=x")
    _wrong_secrets(lab, postgres)
    _secret(lab, "stranger-db", postgres.dsn(STRANGER))
    yield Stage(
        title="every way to be told no, and the answer",
        looks=(
            _sql("timed_out_connect", dsn="dropped-db", at="outside", timeout_s=1.0, sqlstate=None),
            _sql("database_missing", dsn="no-such-db", phase="login"),
            _sql("auth_failed", dsn="wrong-password-db", phase="login"),
            _sql("schema_missing", query="select 1 from no_such_table", sqlstate="42P01"),
            # A role without the right could not look: that says nothing about the table.
            _sql("permission_denied", dsn="stranger-db", status="UNKNOWN"),
            _sql("timed_out_query", query="select pg_sleep(60)", timeout_s=1.5, sqlstate="57014"),
            _sql("as_expected", value=7, phase="done"),
        ),
    )
    os.kill(postgres.pid, signal.SIGSTOP)
    yield Stage(
        title="the server is stopped (SIGSTOP): it accepts and says nothing",
        looks=(_tcp(postgres, "connected"), _sql("timed_out_login", timeout_s=1.0, sqlstate=None)),
    )
    os.kill(postgres.pid, signal.SIGCONT)
    postgres.stop()
    yield Stage(
        title="the server is off",
        looks=(_tcp(postgres, "refused"), _sql("refused", phase="connect", sqlstate=None)),
    )


def _wrong_secrets(lab: Lab, postgres: Cluster) -> None:
    _secret(lab, "no-such-db", postgres.dsn(database="no_such_database"))
    _secret(lab, "wrong-password-db", postgres.dsn((PROBE[0], "wrong")))


def _serve(lab: Lab, dsn: str) -> int:
    """The API on this host, with that database."""
    port = serve_here(lab, ACADEMY_DB=dsn)
    lab.values["port"] = str(port)
    return port


def _says_no(lab: Lab) -> Iterator[Stage]:
    """The API is up; its database is as well, and has not what the API asks of it."""
    postgres = start_database(lab)
    _wrong_secrets(lab, postgres)
    _serve(lab, postgres.dsn(database="no_such_database"))
    yield Stage(title="the database runs, and says no", looks=())


SCENARIOS = (
    Scenario(
        slug="database-down",
        row="DB down, API up",
        sentence="The API answers its health check, but its database is stopped.",
        cause="DB",
        stages=_down,
        needs=(POSTGRES, FASTAPI, UVICORN),
    ),
    Scenario(
        slug="database-kinds",
        row="DB kinds",
        sentence="A database that drops, refuses, lacks what is asked, is slow, or answers 7.",
        cause="as the reason says",
        stages=_kinds,
        met=_says_no,
        needs=(ROOT, POSTGRES, *FILTERED),
    ),
)

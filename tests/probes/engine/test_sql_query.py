"""sql_query against a real PostgreSQL: what it answers, and what it can never be made to do."""

import asyncio
import contextlib
import os
import signal
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from probes.engine.databases import postgres as asked
from probes.engine.databases.dsn import read_dsn
from probes.engine.guard import Address
from probes.engine.kinds import sql_query
from probes.engine.registry import validate
from probes.engine.spec import Policy, Status
from tests.lab.postgres import OWNER, PROBE, STRANGER, Cluster, postgres
from tests.probes.engine.authority import Authority
from tests.probes.engine.servers import run, says, serving

__all__ = ["postgres"]

pytestmark = pytest.mark.lab

COUNT = "select count(*) from slots"


async def ask(
    dsn: str, query: str = COUNT, *, policy: Policy | None = None, timeout_s: float = 5.0, **p: Any
) -> Any:
    allowed = policy or Policy.read(networks=["127.0.0.0/8", "::1/128"])
    return await run(
        "sql_query",
        policy=replace(allowed, secrets={"shop": dsn}),
        timeout_s=timeout_s,
        dsn_ref="shop",
        query=query,
        **p,
    )


def shows_no_secret(result: Any) -> bool:
    return not any(word in str(result) for word in (*PROBE, *STRANGER, OWNER[1]))


async def test_the_value_is_what_was_expected(postgres: Cluster) -> None:
    result = await ask(postgres.dsn(), expect="7", expect_rows=1)

    assert (result.status, result.reason_code) == (Status.OK, "as_expected")
    assert result.facts["value"] == 7
    assert result.facts["rows"] == [{"count": 7}]
    assert result.facts["server_version"].split(".")[0].isdecimal()
    assert result.facts["phase"] == "done"
    assert shows_no_secret(result)


async def test_another_value_or_number_of_rows_is_a_mismatch(postgres: Cluster) -> None:
    value = await ask(postgres.dsn(), expect="8")
    rows = await ask(postgres.dsn(), "select id from slots", expect_rows=1)
    none = await ask(postgres.dsn(), "select id from slots where id > 7", expect="1")

    assert (value.status, value.reason_code) == (Status.CRITICAL, "mismatch")
    assert "the answer is 7, not 8" in value.summary
    assert "there are 7 rows, not 1" in rows.summary
    assert (none.reason_code, none.facts["value"]) == ("mismatch", None)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("show server_encoding", "UTF8"),
        ("values (true)", True),
        ("select null", None),
        ("select 'a;b -- c'", "a;b -- c"),
        ("select count(*) from slots;", 7),
        ("select '2024-01-31'::date", "2024-01-31"),
        ("select 'infinity'::timestamptz", "infinity"),
        ("select 12.50::numeric", "12.50"),
        ("select '\\xff00'::bytea", "\\xff00"),
        ("select array[1,2]", "{1,2}"),
        ("select '100%'", "100%"),
    ],
)
async def test_any_type_is_read_as_json_can_hold_it(
    postgres: Cluster, query: str, value: Any
) -> None:
    result = await ask(postgres.dsn(), query)

    assert (result.reason_code, result.facts["value"]) == ("as_expected", value)


async def test_arguments_stay_values(postgres: Cluster) -> None:
    hostile = "slot 7' or '1'='1"
    query = "select count(*) from slots where note = $1"

    assert (await ask(postgres.dsn(), query, arguments=["slot 7"])).facts["value"] == 1
    assert (await ask(postgres.dsn(), query, arguments=[hostile])).facts["value"] == 0


async def test_how_connecting_fails_is_told_apart(
    postgres: Cluster, closed_port: int, dropping_port: int
) -> None:
    def at(port: int) -> str:
        return f"host=127.0.0.1 port={port} user={PROBE[0]} password=Sw0rdfish99 dbname=shop"

    refused = await ask(at(closed_port))
    dropped = await ask(at(dropping_port), timeout_s=0.5)
    password = await ask(postgres.dsn((PROBE[0], "wrong-Passw0rd")))
    nobody = await ask(postgres.dsn(("lab_nobody_at_all", "x")))
    without = await ask(f"host=127.0.0.1 port={postgres.port} user={PROBE[0]} dbname=shop")
    database = await ask(postgres.dsn(database="gone"))

    answers = [refused, dropped, password, nobody, without, database]
    assert [each.reason_code for each in answers] == [
        "refused", "timed_out_connect", "auth_failed", "auth_failed", "auth_failed",
        "database_missing",
    ]  # fmt: skip
    assert {each.status for each in answers} == {Status.CRITICAL}
    assert {each.facts["phase"] for each in answers} == {"connect", "login"}
    for each in answers:
        assert shows_no_secret(each)
        assert "lab_nobody" not in str(each)


async def test_a_server_without_a_free_connection_says_so(postgres: Cluster) -> None:
    held = []
    with contextlib.suppress(psycopg.OperationalError):
        while True:
            held.append(psycopg.connect(postgres.dsn()))
    try:
        result = await ask(postgres.dsn())
    finally:
        for connection in held:
            connection.close()

    assert (result.status, result.reason_code) == (Status.CRITICAL, "too_many_connections")


async def test_a_server_that_has_to_prove_itself_does_so_or_is_not_asked(
    postgres: Cluster, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "authority")
    authority.signs("localhost")
    other = Authority(tmp_path / "other", "Another authority")
    postgres.use_certificate(authority.last)
    here = Policy.read(networks=["127.0.0.0/8", "::1/128"], roots=[str(tmp_path)])

    def dsn(mode: str, trusted: Path | str, host: str = "localhost") -> str:
        return psycopg.conninfo.make_conninfo(
            postgres.dsn(), host=host, sslmode=mode, sslrootcert=str(trusted)
        )

    proved = await ask(dsn("verify-full", authority.pem), policy=here)
    stranger = await ask(dsn("verify-full", other.pem), policy=here)
    misnamed = await ask(dsn("verify-full", authority.pem, "127.0.0.1"), policy=here)
    outside = await ask(dsn("verify-full", "/etc/ssl/certs/ca-certificates.crt"), policy=here)

    assert [each.reason_code for each in (proved, stranger, misnamed, outside)] == [
        "as_expected", "tls_failed", "tls_failed", "not_allowed",
    ]  # fmt: skip
    assert all(shows_no_secret(each) for each in (proved, stranger, misnamed, outside))
    certificate = await run(
        "tls_certificate", policy=here, host="localhost", port=postgres.port, starttls="postgres",
        ca_file=str(authority.pem),
    )  # fmt: skip
    assert certificate.reason_code == "valid"


async def test_how_a_query_fails_is_told_apart(postgres: Cluster) -> None:
    table = await ask(postgres.dsn(), "select 1 from gone")
    column = await ask(postgres.dsn(), "select gone from slots")
    slow = await ask(postgres.dsn(), "select pg_sleep(30)", timeout_s=1.0)
    broken = await ask(postgres.dsn(), "select 1 / (id - 1) from slots")

    assert [(each.reason_code, each.facts["sqlstate"]) for each in (table, column)] == [
        ("schema_missing", "42P01"), ("schema_missing", "42703"),
    ]  # fmt: skip
    assert (slow.reason_code, slow.facts["sqlstate"]) == ("timed_out_query", "57014")
    assert slow.elapsed_s < 1.1
    assert (broken.reason_code, broken.facts["sqlstate"]) == ("query_failed", "22012")


async def test_a_role_without_rights_could_not_look(postgres: Cluster) -> None:
    stranger = await ask(postgres.dsn(STRANGER))
    not_granted = await ask(postgres.dsn(), "select * from stock")

    for result in (stranger, not_granted):
        assert (result.status, result.reason_code) == (Status.UNKNOWN, "permission_denied")
        assert "grant it SELECT" in result.summary
        assert shows_no_secret(result)


async def test_a_second_statement_is_refused_and_did_not_run(postgres: Cluster) -> None:
    postgres.ask("create table doomed (id int); alter table doomed owner to lab_probe")
    naive = psycopg.connect(postgres.dsn(), autocommit=True)
    naive.execute("select 1; create temp table naive_ran as select 1")
    assert naive.execute("select count(*) from naive_ran").fetchone() == (1,)
    naive.close()

    result = await ask(postgres.dsn(), "select 1; commit; drop table doomed")

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "bad_definition")
    assert postgres.ask("select to_regclass('doomed')::text") == [("doomed",)]


@pytest.mark.parametrize(
    "query",
    [
        "select * into taken from slots",
        "select nextval('counter')",
        "select id from mine for update",
        "select set_config('transaction_read_only', 'off', true), lo_create(0)",
    ],
)
async def test_writing_is_refused_by_the_server_too(postgres: Cluster, query: str) -> None:
    postgres.ask(
        "create table if not exists mine (id int); alter table mine owner to lab_probe;"
        "create sequence if not exists counter; alter sequence counter owner to lab_probe"
    )

    result = await ask(postgres.dsn(), query)

    assert result.status is not Status.OK
    assert result.reason_code in ("not_allowed", "query_failed")


async def test_a_superuser_is_refused_because_read_only_does_not_stop_it(
    postgres: Cluster, tmp_path: Any
) -> None:
    with psycopg.connect(postgres.dsn(OWNER)) as naive:
        naive.read_only = True
        assert naive.execute("select pg_read_file('/etc/hostname')").fetchone()

    result = await ask(postgres.dsn(OWNER), "select pg_read_file('/etc/hostname')")

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed")
    assert "superuser" in result.summary


async def test_the_environment_of_the_runner_lends_no_password(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"*:*:*:{PROBE[0]}:{PROBE[1]}\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    without = f"host=127.0.0.1 port={postgres.port} user={PROBE[0]} dbname=shop"
    monkeypatch.setenv("PGPASSWORD", PROBE[1])
    with psycopg.connect(without) as naive:
        assert naive.execute("select 1").fetchone() == (1,)

    assert (await ask(without)).reason_code == "auth_failed"


async def test_rows_and_values_are_capped(postgres: Cluster) -> None:
    many = await ask(postgres.dsn(), "select generate_series(1, 100000000)")
    wide = await ask(postgres.dsn(), "select repeat('x', 50000000)")
    heavy = await ask(
        postgres.dsn(), "select repeat('y', 900) from generate_series(1, 49)", expect_rows=49
    )

    assert (many.facts["row_count"], many.facts["rows_are_cut"]) == (50, True)
    assert len(wide.facts["value"]) == 1000
    assert (heavy.reason_code, heavy.facts["rows_are_cut"]) == ("mismatch", True)


async def test_what_the_server_says_is_hostile_text(postgres: Cluster) -> None:
    failed = await ask(postgres.dsn(), "select fail()")
    noticed = await ask(postgres.dsn(), "select shout()")

    assert failed.reason_code == "query_failed"
    assert "\x1b" not in str(failed.facts) + failed.summary
    assert "\u202e" not in str(failed.facts)
    assert "\n" not in failed.summary
    assert noticed.facts["value"] == 1
    assert "notice" not in str(noticed.facts)


async def test_the_user_and_secret_columns_are_masked_in_rows(postgres: Cluster) -> None:
    result = await ask(postgres.dsn(), "select current_user, 'hunter22x' as api_token")

    assert shows_no_secret(result)
    assert "hunter22x" not in str(result)


async def test_a_server_that_hangs_is_cut_off_at_the_deadline(postgres: Cluster) -> None:
    async with serving(says(200)) as port:
        silent = await ask(f"host=127.0.0.1 port={port} user=a password=Sw0rdfish99", timeout_s=0.5)
    os.kill(postgres.pid, signal.SIGSTOP)
    try:
        stopped = await ask(postgres.dsn(), timeout_s=0.5)
    finally:
        os.kill(postgres.pid, signal.SIGCONT)

    assert silent.reason_code == stopped.reason_code == "timed_out_login"
    assert max(silent.elapsed_s, stopped.elapsed_s) < 0.8


async def test_a_backend_that_hangs_in_the_query_is_cut_off_too(postgres: Cluster) -> None:
    loop = asyncio.get_running_loop()
    here = Policy.read(networks=["127.0.0.0/8"], secrets={"shop": postgres.dsn()})
    params = validate("sql_query", {"dsn_ref": "shop", "query": "select pg_sleep(30) as hangs"})
    deadline = loop.time() + 1.5
    # Not through the runner: on a busy machine it would call itself overloaded.
    task = asyncio.create_task(sql_query.look(params, deadline=deadline, policy=here))
    pid = await _backend_of(postgres, "pg_sleep(30) as hangs", until=deadline)
    os.kill(pid, signal.SIGSTOP)
    try:
        seen = await task
        late_s = loop.time() - deadline
    finally:
        os.kill(pid, signal.SIGCONT)

    assert (seen.reason_code, seen.facts["phase"]) == ("timed_out_query", "query")
    assert late_s < 1.0


async def _backend_of(postgres: Cluster, query: str, *, until: float) -> int:
    """The process that runs the query for the probe's role."""
    asked = (
        f"select pid from pg_stat_activity where query like '%{query}%' and usename = '{PROBE[0]}'"
    )
    while asyncio.get_running_loop().time() < until:
        if found := await asyncio.to_thread(postgres.ask, asked):
            return int(str(found[0][0]))
        await asyncio.sleep(0.05)
    raise AssertionError("the query does not run")


async def test_a_loop_that_psycopg_cannot_use_is_given_another(postgres: Cluster) -> None:
    """As on Windows: the same conversation in a thread with a loop of its own."""
    here = Policy.read(networks=["127.0.0.0/8"], secrets={"shop": postgres.dsn()})
    answer = asked.Answer()
    work = asked._converse(
        read_dsn("shop", policy=here),
        Address(family=socket.AF_INET, ip="127.0.0.1", port=postgres.port),
        COUNT,
        [],
        answer,
        asyncio.get_running_loop().time() + 5,
    )

    await asyncio.to_thread(asked.in_a_loop_of_its_own, work)

    assert (answer.failure, answer.rows) == ("", [[7]])

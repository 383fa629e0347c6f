"""sql_query without a server: what cannot be defined, and what is never connected to."""

import asyncio
import gettext
import sys
from pathlib import Path
from typing import Any

import pytest

from probes.engine.databases.postgres import reason_code_of_login
from probes.engine.errors import InvalidParams
from probes.engine.registry import validate
from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import run


async def ask(dsn: str, *, timeout_s: float = 5.0) -> Any:
    here = Policy.read(networks=["127.0.0.0/8", "::1/128"], secrets={"shop": dsn})
    return await run(
        "sql_query", policy=here, timeout_s=timeout_s, dsn_ref="shop", query="select 1"
    )


async def test_nobody_there_is_told_from_a_dropped_connection(
    closed_port: int, dropping_port: int
) -> None:
    refused = await ask(f"host=127.0.0.1 port={closed_port} user=monitor password=Sw0rdfish99")
    dropped = await ask(
        f"postgres://monitor:Sw0rdfish99@127.0.0.1:{dropping_port}/x", timeout_s=0.4
    )

    assert (refused.status, refused.reason_code) == (Status.CRITICAL, "refused")
    assert (dropped.status, dropped.reason_code) == (Status.CRITICAL, "timed_out_connect")
    assert "Sw0rdfish99" not in f"{refused}{dropped}" and "monitor" not in f"{refused}{dropped}"


async def test_a_library_that_is_not_there_is_named_with_the_command(
    closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    result = await ask(f"host=127.0.0.1 port={closed_port} user=monitor")

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "library_missing")
    assert "pip install 'psycopg[binary]'" in result.summary


async def test_a_secret_that_nobody_keeps_is_named(policy: Policy) -> None:
    result = await run("sql_query", policy=policy, dsn_ref="shop", query="select 1")

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "secret_missing")
    assert "shop" in result.summary


@pytest.mark.parametrize(
    ("words", "reason_code"),
    [
        ('password authentication failed for user "%s"', "auth_failed"),
        ('role "%s" does not exist', "auth_failed"),
        ('database "%s" does not exist', "database_missing"),
        ("sorry, too many clients already", "too_many_connections"),
        ("the database system is starting up", "starting_up"),
    ],
)
def test_a_korean_server_is_understood(words: str, reason_code: str) -> None:
    catalogues = sorted(Path("/usr/share/locale/ko/LC_MESSAGES").glob("postgres-*.mo"))
    if not catalogues:
        pytest.skip("MISSING: the server's Korean words (apt install postgresql)")
    with catalogues[-1].open("rb") as file:
        korean = gettext.GNUTranslations(file).gettext(words)

    assert korean != words
    assert reason_code_of_login(korean) == reason_code_of_login(words) == reason_code


@pytest.mark.parametrize(
    "query",
    ["drop table slots", "with x as (delete from slots returning 1) select * from x", "copy slots "
     "to program 'touch /tmp/x'", "set role lab_owner", "do $$ begin end $$", "selector"],
)  # fmt: skip
def test_only_reading_statements_can_be_defined(query: str) -> None:
    with pytest.raises(InvalidParams, match="SELECT, SHOW or VALUES"):
        validate("sql_query", {"dsn_ref": "shop", "query": query})


def test_a_placeholder_goes_into_an_argument_only() -> None:
    with pytest.raises(InvalidParams, match="arguments"):
        validate("sql_query", {"dsn_ref": "a", "query": "select '${x}'"}, placeholders=True)
    params = {"dsn_ref": "a", "query": "select $1", "arguments": ["${x}"]}
    assert validate("sql_query", params, placeholders=True)["arguments"] == ["${x}"]


async def test_a_database_in_a_forbidden_network_is_not_connected_to() -> None:
    for dsn in (
        "host=10.0.0.1 user=monitor password=Sw0rdfish99",
        "host=localhost hostaddr=169.254.169.254 user=monitor password=Sw0rdfish99",
        "postgres://monitor:Sw0rdfish99@0xa000001/x",
    ):
        result = await ask(dsn)
        assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed"), dsn
        assert "Sw0rdfish99" not in str(result) and "monitor" not in str(result)


@pytest.mark.parametrize(
    "dsn",
    [
        "service=prod user=monitor",
        "host=/var/run/postgresql user=monitor",
        "user=monitor",
        "host=127.0.0.1",
        "host=127.0.0.1,10.0.0.1 user=monitor",
        "host=127.0.0.1 port=x user=monitor",
        "host=127.0.0.1 user=monitor passfile=/etc/shadow",
        "host=127.0.0.1 user=monitor options='-c role=lab_owner'",
        "mysql://monitor:Sw0rdfish99@127.0.0.1/x",
        "Sw0rdfish99",
    ],
)
async def test_a_connection_string_that_would_slip_past_the_guard_is_refused(dsn: str) -> None:
    result = await ask(dsn)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "secret_missing")
    assert "Sw0rdfish99" not in str(result) and "monitor" not in str(result)


async def test_what_is_not_postgres_is_not_let_in() -> None:
    async def web(reader: Any, writer: Any) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(web, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        result = await ask(f"host=127.0.0.1 port={port} user=a password=Sw0rdfish99")
    finally:
        server.close()

    assert (result.status, result.reason_code) == (Status.CRITICAL, "login_failed")


async def test_a_hostile_server_cannot_make_its_words_expensive() -> None:
    words = b"SFATAL\0C28000\0M" + b"role " * 5000 + b"\0\0"
    error = b"E" + (len(words) + 4).to_bytes(4, "big") + words

    async def hostile(reader: Any, writer: Any) -> None:
        # First no TLS, then the error.
        await reader.read(8)
        writer.write(b"N")
        await reader.read(1000)
        writer.write(error)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hostile, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        result = await ask(f"host=127.0.0.1 port={port} user=monitor password=Sw0rdfish99")
    finally:
        server.close()

    assert (result.status, result.reason_code) == (Status.CRITICAL, "login_failed")
    assert len(result.facts["message"]) <= 1000
    assert result.elapsed_s < 1.0

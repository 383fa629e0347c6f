"""sql_query: does the database answer this question, and with what was expected?"""

import asyncio
import importlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from probes.engine.databases.dsn import Dsn, read_dsn
from probes.engine.databases.postgres import MAX_ROWS, Answer, ask, facts_of
from probes.engine.errors import CannotLook, Complaint
from probes.engine.outcomes import SAYS
from probes.engine.redact import mask, names_a_secret
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_READS = re.compile(r"(?i)[\s(]*(?:select|show|values)\b")
# The first that can be told which ways of logging in to refuse.
_OLDEST_LIBPQ = 160_000
_SAYS = {
    **SAYS,
    "dns_failed": "has no address",
    "timed_out_login": "accepted the connection and then did not answer in time",
    "timed_out_query": "did not finish the query in time",
    "auth_failed": "did not accept the user or the password",
    "database_missing": "has no database of that name",
    "too_many_connections": "has no connection left",
    "starting_up": "is starting up or shutting down",
    "tls_failed": "and the probe did not agree on TLS",
    "reset": "broke the connection off",
    "no_route": "cannot be reached: there is no route",
    "schema_missing": "lacks something the query names",
    "login_failed": "did not let the probe in",
    "query_failed": "could not run the query",
}


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    await _check_library()
    dsn = read_dsn(params["dsn_ref"], policy=policy)
    answer = await ask(dsn, params["query"], params["arguments"], policy=policy, deadline=deadline)
    facts = {
        "dsn_ref": dsn.name,
        "host": dsn.address,
        "port": dsn.port,
        **facts_of(answer),
        **_found(dsn, answer),
    }
    if answer.failure:
        told = f" ({answer.message.splitlines()[0][:200]})" if answer.message else ""
        words = f"{dsn.name} at {dsn.address} port {dsn.port} {_SAYS[answer.failure]}{told}"
        return Observation(reason_code=answer.failure, facts=facts, summary=words)
    return _judge(params, facts)


async def _check_library() -> None:
    """In a thread: the first import takes longer than a loop may be held up."""
    if sys.modules.get("psycopg") is None:
        try:
            await asyncio.to_thread(importlib.import_module, "psycopg")
        except ImportError:
            raise _no_library("psycopg is not installed here") from None
    from psycopg import pq

    if pq.version() < _OLDEST_LIBPQ:
        raise _no_library(f"psycopg uses libpq {pq.version() // 10_000} here, which is too old")


def _no_library(what: str) -> CannotLook:
    return CannotLook("library_missing", f"{what}; install it with: pip install 'psycopg[binary]'")


def _found(dsn: Dsn, answer: Answer) -> dict[str, Any]:
    """The rows as names with values. A value whose column's name says secret is none to keep."""
    rows = [
        {name: _kept(dsn, name, value) for name, value in zip(answer.columns, row, strict=True)}
        for row in answer.rows
    ]
    first = next(iter(rows[0].values()), None) if rows else None
    return {
        "columns": answer.columns,
        "rows": rows,
        "row_count": len(rows),
        "rows_are_cut": answer.is_cut,
        "value": first,
    }


def _kept(dsn: Dsn, column: str, value: Any) -> Any:
    if value is not None and names_a_secret(column):
        return mask("secret")
    return dsn.masked(value) if isinstance(value, str) else value


def _judge(params: Mapping[str, Any], facts: dict[str, Any]) -> Observation:
    problems = []
    if params["expect"] is not None and not _is(params["expect"], facts["value"], facts["rows"]):
        problems.append(
            f"the answer is {_shown(facts['value'], facts['rows'])}, not {params['expect']}"
        )
    many = f"more than {facts['row_count']}" if facts["rows_are_cut"] else str(facts["row_count"])
    if params["expect_rows"] is not None and str(params["expect_rows"]) != many:
        problems.append(f"there are {many} rows, not {params['expect_rows']}")
    asked = f"{facts['dsn_ref']} at {facts['host']} port {facts['port']} answered"
    if problems:
        words = f"{asked}, but {' and '.join(problems)}"
        return Observation(reason_code="mismatch", facts=facts, summary=words)
    words = f"{asked} {_shown(facts['value'], facts['rows'])}"
    return Observation(reason_code="as_expected", facts=facts, summary=words)


def _is(expected: str, value: Any, rows: list[Any]) -> bool:
    return bool(rows) and (value == expected or json.dumps(value) == expected)


def _shown(value: Any, rows: list[Any]) -> str:
    if not rows:
        return "no row"
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    query = params["query"]
    if "${" in query:
        # A value from a paste could change what is asked; an argument cannot.
        message = "must not hold a placeholder; write $1 here and the placeholder in arguments"
        yield Complaint(field="query", message=message)
    elif not _READS.match(query):
        yield Complaint(field="query", message="must begin with SELECT, SHOW or VALUES")


KIND = Kind(
    name="sql_query",
    title="SQL query",
    help="Asks a PostgreSQL database one question in a read-only transaction. The connection "
    "string is a secret of the location; its role must not be a superuser.",
    params=(
        Param(
            name="dsn_ref",
            type="ref",
            required=True,
            help="Name of the secret that holds the connection string.",
        ),
        Param(
            name="query",
            type="text",
            required=True,
            help="One statement: SELECT, SHOW or VALUES. Values from outside are $1, $2 and so on.",
        ),
        Param(name="arguments", type="text", multiple=True, help="The values of $1, $2 and so on."),
        Param(name="expect", type="text", help="The first column of the first row."),
        Param(
            name="expect_rows",
            type="integer",
            minimum=0,
            maximum=MAX_ROWS,
            help="How many rows there are.",
        ),
    ),
    reasons=reasons(
        ok=("as_expected",),
        critical=(
            "mismatch",
            "refused",
            "timed_out_connect",
            "timed_out_login",
            "timed_out_query",
            "auth_failed",
            "database_missing",
            "schema_missing",
            "query_failed",
            "login_failed",
            "too_many_connections",
            "starting_up",
            "reset",
            "no_route",
            "dns_failed",
            "tls_failed",
        ),
        unknown=("resolver_unavailable",),
    ),
    look=look,
    cost_s=0.3,
    check=_check,
    facts={
        "dsn_ref": "The name of the secret.",
        "host": "What was asked for.",
        "port": "The port that was asked.",
        "phase": "How far it came: dns, connect, login, query, done.",
        "peer_ip": "The address that was connected to.",
        "addresses": "One entry per address of the name: how connecting to it ended.",
        "sqlstate": "The server's code of the error, for a query that failed.",
        "server_version": "The version of the server.",
        "message": "The server's words about the error.",
        "columns": "The names of the columns.",
        "rows": "The rows as names with values.",
        "row_count": "How many rows were read.",
        "rows_are_cut": "Whether there are more rows than were read.",
        "value": "The first column of the first row.",
    },
    example={"dsn_ref": "shop-db", "query": "select count(*) from slots", "expect": "7"},
)

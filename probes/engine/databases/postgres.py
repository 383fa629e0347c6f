"""One question to a PostgreSQL server: one read-only statement, one deadline, capped rows.

psycopg gives no SQLSTATE when logging in fails, so connecting is tried by ourselves first, and
then the words of the server are recognised. A connection string is never repeated to anyone.
"""

import asyncio
import contextlib
import re
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from probes.engine.databases.dsn import Dsn
from probes.engine.errors import CannotLook
from probes.engine.guard import Address, NameNotFound, resolve
from probes.engine.network.connect import Attempt, close_all, connect_all, winner
from probes.engine.spec import Policy

MAX_ROWS = 50
MAX_VALUE = 1000
_MAX_CHARACTERS = 16 * 1024
# How much earlier than our deadline the server gives up by itself, and says so.
_MARGIN_S = 0.1
_MOST_SAID = 1000
_INTEGERS = (20, 21, 23, 26)
_BOOLEAN = 16
# The server speaks the language it was set up for; libpq's own words come before it.
_LOGIN = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (
            r"password authentication failed|authentication failed for user|no password supplied"
            r"|no pg_hba\.conf entry|pg_hba\.conf rejects|role .* does not exist"
            r"|is not permitted to log in|인증을 실패|롤\(role\) 없음",
            "auth_failed",
        ),
        (r"database .* does not exist|데이터베이스 없음", "database_missing"),
        (
            r"too many clients|remaining connection slots|too many connections|최대 동시 접속자",
            "too_many_connections",
        ),
        (r"is starting up|is shutting down|not yet accepting|가동 중입니다|종료 중", "starting_up"),
        (r"invalid response|expected authentication request", "login_failed"),
        (r"SSL|certificate", "tls_failed"),
        (r"server closed the connection|Connection reset", "reset"),
    )
)
_QUERY = {
    "57014": "timed_out_query",
    "42P01": "schema_missing",
    "3F000": "schema_missing",
    "42703": "schema_missing",
    "42883": "schema_missing",
    "57P01": "reset",
    "57P02": "reset",
}
_CANNOT = {
    "42501": ("permission_denied", "the role of {name} may not read this; grant it SELECT"),
    "25006": ("not_allowed", "the query would change something; probes only read"),
    "42601": ("bad_definition", "the query is not one statement that the server understands"),
}


@dataclass(kw_only=True)
class Answer:
    """How far it came. `failure` is a reason code, empty when the rows are there."""

    phase: str = "dns"
    attempts: list[Attempt] = field(default_factory=list)
    peer_ip: str = ""
    failure: str = ""
    message: str = ""
    sqlstate: str | None = None
    server_version: str | None = None
    columns: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    is_cut: bool = False

    def fail(self, reason_code: str, message: str = "") -> None:
        self.failure, self.message = reason_code, message


async def ask(
    dsn: Dsn, query: str, arguments: Sequence[str], *, policy: Policy, deadline: float
) -> Answer:
    """Raises CannotLook when the server was not or could not be asked."""
    answer = Answer()
    address = await _reach(dsn, answer, policy, deadline)
    if address is None:
        return answer
    work = _converse(dsn, address, query, arguments, answer, deadline)
    if sys.platform == "win32":
        # psycopg cannot use the loop that can start programs there.
        await asyncio.to_thread(in_a_loop_of_its_own, work)
    else:
        await work
    return answer


def in_a_loop_of_its_own(work: Any) -> None:
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(work)


async def _reach(dsn: Dsn, answer: Answer, policy: Policy, deadline: float) -> Address | None:
    """The address that accepts connections. libpq is given only that literal."""
    try:
        addresses = await resolve(dsn.address, dsn.port, policy=policy, deadline=deadline)
    except NameNotFound as error:
        answer.fail("dns_failed", str(error))
        return None
    answer.phase = "connect"
    answer.attempts = await connect_all(addresses, deadline=deadline)
    try:
        won = winner(answer.attempts)
    finally:
        close_all(answer.attempts)
    answer.peer_ip = won.address.ip
    if won.outcome == "connected":
        return won.address
    answer.fail(won.outcome)
    return None


async def _converse(
    dsn: Dsn,
    address: Address,
    query: str,
    arguments: Sequence[str],
    answer: Answer,
    deadline: float,
) -> None:
    answer.phase = "login"
    connection = await _log_in(dsn, address, answer, deadline)
    if connection is None:
        return
    hung_up: list[bool] = []
    loop = asyncio.get_running_loop()
    # Cancelling a query would wait for a server that may hang, so the line is cut instead.
    cut = loop.call_at(deadline, _hang_up, connection, hung_up)
    try:
        answer.phase = "query"
        async with connection.cursor() as cursor:
            await _prepare(dsn, connection, cursor, left_s=deadline - loop.time() - _MARGIN_S)
            await _fetch(cursor, query, arguments, answer)
        answer.phase = "done"
    except _library().Error as error:
        _failed(dsn, error, answer, ran_out_of_time=bool(hung_up))
    finally:
        cut.cancel()
        with contextlib.suppress(Exception):
            await connection.close()


def _library() -> Any:
    import psycopg

    return psycopg


async def _log_in(dsn: Dsn, address: Address, answer: Answer, deadline: float) -> Any:
    psycopg = _library()
    try:
        async with asyncio.timeout_at(deadline):
            connection = await psycopg.AsyncConnection.connect(
                **dsn.keywords(address.ip),
                context=_plain_values(),
                cursor_factory=psycopg.AsyncRawCursor,
            )
    except TimeoutError:
        answer.fail("timed_out_login")
        return None
    except psycopg.Error as error:
        # Cut, because whoever answered there wrote it, and our patterns are no RE2; masked before,
        # because half a password is known no more.
        said = dsn.masked(str(error))[:_MOST_SAID]
        code = reason_code_of_login(said)
        answer.fail(code, said.rpartition("failed: ")[2].strip() if code == "login_failed" else "")
        return None
    version = connection.info.parameter_status("server_version")
    answer.server_version = version.split()[0] if version else None
    return connection


def reason_code_of_login(words: str) -> str:
    """What the server's words about a failed login mean."""
    return next((code for pattern, code in _LOGIN if pattern.search(words)), "login_failed")


def _plain_values() -> Any:
    """Whole numbers and booleans as such, all else as capped text: no type can fail to load."""
    from psycopg import adapt
    from psycopg.types import string

    class Text(adapt.Loader):
        def load(self, data: Any) -> str:
            return bytes(data)[: 4 * MAX_VALUE].decode("utf-8", errors="replace")[:MAX_VALUE]

    class Whole(adapt.Loader):
        def load(self, data: Any) -> int | str:
            text = bytes(data).decode("ascii", errors="replace")[:MAX_VALUE]
            return int(text) if re.fullmatch(r"-?[0-9]{1,20}", text) else text

    class Boolean(adapt.Loader):
        def load(self, data: Any) -> bool:
            return bytes(data) == b"t"

    values = adapt.AdaptersMap()
    values.register_dumper(str, string.StrDumperUnknown)
    loaders: dict[int, Any] = {0: Text, _BOOLEAN: Boolean, **dict.fromkeys(_INTEGERS, Whole)}
    for oid, loader in loaders.items():
        values.register_loader(oid, loader)

    class Context:
        adapters, connection = values, None

    return Context()


async def _prepare(dsn: Dsn, connection: Any, cursor: Any, *, left_s: float) -> None:
    """Read-only, in time, and not as a superuser, whose SELECT reads files and starts programs.
    Asked in the transaction: a pooler in between does not hand on what the server said first."""
    await connection.set_read_only(True)
    await cursor.execute(f"SET LOCAL statement_timeout = {max(int(left_s * 1000), 1)}")
    await cursor.execute("SELECT current_setting('is_superuser')")
    if await cursor.fetchone() != ("off",):
        raise CannotLook(
            "not_allowed",
            f"the role of {dsn.name} is a superuser, which a probe never is; make one that may "
            "only read: CREATE ROLE probe LOGIN PASSWORD '...'; GRANT pg_monitor TO probe",
        )


def _hang_up(connection: Any, hung_up: list[bool]) -> None:
    hung_up.append(True)
    with contextlib.suppress(Exception), socket.socket(fileno=connection.fileno()) as line:
        try:
            line.shutdown(socket.SHUT_RDWR)
        finally:
            line.detach()


async def _fetch(cursor: Any, query: str, arguments: Sequence[str], answer: Answer) -> None:
    """Row by row, through the extended protocol, in which the server refuses a second statement
    as it does for a prepared one; a prepared one would have to be read to its end."""
    taken = 0
    async with contextlib.aclosing(cursor.stream(query, arguments or None)) as rows:
        async for row in rows:
            answer.columns = [column.name for column in cursor.description]
            taken += sum(len(value) for value in row if isinstance(value, str))
            if len(answer.rows) == MAX_ROWS or taken > _MAX_CHARACTERS:
                answer.is_cut = True
                break
            answer.rows.append(list(row))


def _failed(dsn: Dsn, error: Any, answer: Answer, *, ran_out_of_time: bool) -> None:
    answer.sqlstate = error.sqlstate
    if ran_out_of_time:
        return answer.fail("timed_out_query")
    said = dsn.masked(error.diag.message_primary or "")[:_MOST_SAID].strip()
    if error.sqlstate in _CANNOT:
        code, words = _CANNOT[error.sqlstate]
        raise CannotLook(code, f"{words.format(name=dsn.name)} ({error.sqlstate} {said})")
    lost = "reset" if error.sqlstate is None else "query_failed"
    return answer.fail(_QUERY.get(error.sqlstate, lost), said)


def facts_of(answer: Answer) -> Mapping[str, Any]:
    return {
        "phase": answer.phase,
        "peer_ip": answer.peer_ip or None,
        "addresses": [attempt.facts for attempt in answer.attempts],
        "sqlstate": answer.sqlstate,
        "server_version": answer.server_version,
        "message": answer.message or None,
    }

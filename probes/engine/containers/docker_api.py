"""Asking a container engine over its Unix socket: GET only, capped, inside one deadline.

Docker and Podman both answer these paths without a version in front.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from probes.engine.errors import CannotLook
from probes.engine.network.http_reader import AnswerReader, BadAnswer, BrokenOff
from probes.engine.spec import Policy

MAX_ANSWER = 1024 * 1024
_CHUNK = 64 * 1024
# Shorter, and a name made of hex digits would be taken for the beginning of another one's id.
_SHORTEST_ID = 12
_NO_SUCH_PATH = "page not found"

Take = Callable[[bytes], None]


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """`body` is empty where an answer of 200 was handed on piece by piece."""

    status: int
    body: bytes

    @property
    def message(self) -> str:
        """What the engine says when it refuses: `{"message": ...}`."""
        try:
            said = json.loads(self.body)
        except ValueError:
            return self.body[:200].decode("utf-8", errors="replace").strip()
        return str(said.get("message", "")) if isinstance(said, dict) else ""


async def inspect(name: str, *, policy: Policy, deadline: float) -> Mapping[str, Any] | None:
    """What the engine knows about the container of that name or id; None when there is none.

    Raises CannotLook: `daemon_unreachable`, `permission_denied`.
    """
    answer = await _get(f"/containers/{name}/json", policy=policy, deadline=deadline)
    if answer.status == 404 and answer.message and answer.message != _NO_SUCH_PATH:
        return None
    found = _read(answer, policy)
    return found if _is_the_one(name, found) else None


async def read_log(name: str, take: Take, *, tail: int, policy: Policy, deadline: float) -> None:
    """The last lines of both streams, handed to `take` piece by piece as the engine sends them.

    Raises CannotLook as `inspect` does, and `unreadable` when the engine keeps no log of it.
    """
    query = urlencode({"stdout": 1, "stderr": 1, "tail": tail})
    answer = await _get(
        f"/containers/{name}/logs?{query}", policy=policy, deadline=deadline, take=take
    )
    if answer.status != 200:
        raise CannotLook("unreadable", f"the engine gives no log of {name}: {answer.message}")


def _is_the_one(name: str, found: Mapping[str, Any]) -> bool:
    """The engine also finds by the beginning of an id: `db` would be the first id with db."""
    identity = str(found.get("Id", ""))
    is_id = len(name) >= _SHORTEST_ID and identity.startswith(name)
    return is_id or str(found.get("Name", "")).removeprefix("/") == name


def _read(answer: _Answer, policy: Policy) -> Mapping[str, Any]:
    if answer.status != 200:
        raise _no_engine(policy, f"answered {answer.status} {answer.message}".strip())
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _no_engine(policy, "does not answer as a container engine does")
    return found


async def _get(
    target: str, *, policy: Policy, deadline: float, take: Take | None = None
) -> _Answer:
    try:
        async with asyncio.timeout_at(deadline):
            reader, writer = await _connect(policy)
            try:
                return await _converse(target, reader, writer, take)
            finally:
                writer.transport.abort()
    except TimeoutError:
        raise _no_engine(policy, "did not answer in time") from None
    except PermissionError:
        raise CannotLook(
            "permission_denied",
            f"this user may not use {policy.docker_socket}; let its group have the user, or name "
            "another docker_socket in the limits file of this host",
        ) from None
    except OSError as error:
        raise _no_engine(policy, f"cannot be reached ({error.strerror or error})") from None
    except (BadAnswer, BrokenOff) as error:
        raise _no_engine(policy, f"does not speak HTTP: {error}") from None


async def _connect(policy: Policy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if sys.platform == "win32":
        raise _no_engine(policy, "cannot be reached: this system's Python has no Unix sockets")
    return await asyncio.open_unix_connection(policy.docker_socket)


def _no_engine(policy: Policy, words: str) -> CannotLook:
    return CannotLook(
        "daemon_unreachable",
        f"the container engine at {policy.docker_socket} {words}; is it running, and is this "
        "its socket?",
    )


async def _converse(
    target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, take: Take | None
) -> _Answer:
    lines = ["host: docker", "user-agent: knownfix-probe/1", "connection: close"]
    writer.write("\r\n".join([f"GET {target} HTTP/1.1", *lines, "", ""]).encode())
    answer, body = AnswerReader("GET"), bytearray()
    while not answer.is_whole:
        data = await reader.read(_CHUNK)
        if not data:
            answer.end()
        part = answer.feed(data)
        if take is not None and answer.head is not None and answer.head.status == 200:
            take(part)
        elif len(body) <= MAX_ANSWER:
            body += part
        else:
            raise BadAnswer(f"the answer has more than {MAX_ANSWER} bytes")
    assert answer.head is not None
    return _Answer(status=answer.head.status, body=bytes(body))

"""Asking a server that speaks in the clear first to go on in TLS: mail, and PostgreSQL.

Nothing is said but what is needed to ask, and nothing that was heard before TLS is believed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

_MOST_LINES = 50
# PostgreSQL's SSLRequest: its length, and the number that stands where a version would.
_SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")

Negotiation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class NotOffered(Exception):
    """The server does not go on in TLS; the message says what it answered instead."""


async def _smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """RFC 3207."""
    await _expect(reader, "220")
    writer.write(b"EHLO knownfix.invalid\r\n")
    offered = await _expect(reader, "250")
    if not any(line[4:].strip().upper() == "STARTTLS" for line in offered):
        raise NotOffered("its greeting does not offer STARTTLS")
    writer.write(b"STARTTLS\r\n")
    await _expect(reader, "220")


async def _expect(reader: asyncio.StreamReader, code: str) -> list[str]:
    """The lines of one reply, which `-` after the code continues."""
    lines: list[str] = []
    while len(lines) < _MOST_LINES:
        lines.append(await _line(reader))
        if not lines[-1].startswith(code):
            raise NotOffered(f"it answered {lines[-1][:100]!r}")
        if lines[-1][3:4] != "-":
            return lines
    raise NotOffered("its reply does not end")


async def _imap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """RFC 3501 §6.2.1."""
    greeting = await _line(reader)
    if not greeting.upper().startswith("* OK"):
        raise NotOffered(f"it answered {greeting[:100]!r}")
    writer.write(b"a1 STARTTLS\r\n")
    for _ in range(_MOST_LINES):
        line = await _line(reader)
        if line.upper().startswith("A1 OK"):
            return
        if not line.startswith("*"):
            raise NotOffered(f"it answered {line[:100]!r}")
    raise NotOffered("its reply does not end")


async def _postgres(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(_SSL_REQUEST)
    answer = await reader.read(1)
    if answer != b"S":
        raise NotOffered(f"it answered {answer!r}")


async def _line(reader: asyncio.StreamReader) -> str:
    try:
        line = await reader.readline()
    except ValueError:
        # Longer than the reader's limit.
        raise NotOffered("its reply has a line without end") from None
    if not line.endswith(b"\n"):
        raise ConnectionResetError("the connection was closed without an answer")
    return line.decode("ascii", errors="replace").rstrip("\r\n")


NEGOTIATIONS: Mapping[str, Negotiation] = {"smtp": _smtp, "imap": _imap, "postgres": _postgres}

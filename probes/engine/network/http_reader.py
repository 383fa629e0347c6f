"""Reads one HTTP/1.1 answer out of the bytes as they come, by RFC 9112, and says when it is whole.

It asks for no socket and knows no time. Tests hold it against h11, which reads the same answers
at five times the cost (docs/decisions/http-client.md).
"""

import re
from dataclasses import dataclass
from typing import Protocol

MAX_HEADERS = 16 * 1024
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(r"HTTP/([0-9]\.[0-9]) ([0-9]{3})(?: [^\x00\n\r\x0b\x0c\x7f]*)?")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\n\r\x0b\x0c\x7f]*)", re.ASCII)
_HEADER_LINES = re.compile(rf"^{_HEADER.pattern}$", re.ASCII | re.MULTILINE)
_LENGTH = re.compile(r"[0-9]{1,20}")
# A chunk's length, and extensions that nobody reads.
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r\n")
_MAX_LINE = 1024
_NO_BODY = (204, 304)
_SWITCHING = 101


class BadAnswer(Exception):
    """The peer does not talk HTTP."""


class BrokenOff(Exception):
    """The connection ended before the answer did."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """Header names are in lower case, values as they came, both decoded as Latin-1."""

    status: int
    http_version: str
    headers: list[tuple[str, str]]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


class _Framing(Protocol):
    """Where a body ends. `take` gives the body's bytes, and what it cannot use yet."""

    is_whole: bool

    def take(self, data: bytes) -> tuple[bytes, bytes]: ...

    def end(self) -> None: ...


class AnswerReader:
    """Feed it what comes; `head` is there once the head of the final answer is."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._rest = b""
        self._framing: _Framing | None = None
        self.head: Head | None = None

    @property
    def is_whole(self) -> bool:
        return self._framing is not None and self._framing.is_whole

    def feed(self, data: bytes) -> bytes:
        """What these bytes add to the body. Raises BadAnswer."""
        self._rest += data
        while self._framing is None:
            if not self._read_head():
                return b""
        body, self._rest = self._framing.take(self._rest)
        return body

    def end(self) -> None:
        """The peer has closed. Raises BrokenOff where that is not the end of the answer."""
        if self._framing is None:
            raise BrokenOff("the connection was closed before the answer's head ended")
        self._framing.end()

    def _read_head(self) -> bool:
        """False when more bytes are needed. An informational answer is read and forgotten."""
        if self._rest and self._rest[0] < 0x21:
            raise BadAnswer("it begins with neither a version nor a status")
        end = _END_OF_HEAD.search(self._rest, 0, MAX_HEADERS)
        if end is None:
            if len(self._rest) >= MAX_HEADERS:
                raise BadAnswer(f"its headers are longer than {MAX_HEADERS} bytes")
            return False
        head = _head_of(self._rest[: end.start()])
        self._rest = self._rest[end.end() :]
        if head.status == _SWITCHING:
            raise BadAnswer("it switches to another protocol unasked")
        if head.status >= 200:
            self.head, self._framing = head, _framing_of(head, self._method)
        return True


def _head_of(raw: bytes) -> Head:
    text = raw.decode("latin-1").replace("\r\n", "\n")
    first, *lines = text.split("\n")
    status_line = _STATUS_LINE.fullmatch(first)
    if status_line is None:
        raise BadAnswer(f"{first[:80]!r} is not a status line")
    if "\n " in text or "\n\t" in text:
        lines = _unfolded(lines)
    headers = _headers_of(lines)
    return Head(status=int(status_line[2]), http_version=status_line[1], headers=headers)


def _headers_of(lines: list[str]) -> list[tuple[str, str]]:
    """All at once where all are proper, or one by one to name the one that is not."""
    found = _HEADER_LINES.findall("\n".join(lines))
    if len(found) != len(lines):
        return [_header_of(line) for line in lines]
    return [(name.lower(), value.rstrip(" \t")) for name, value in found]


def _header_of(line: str) -> tuple[str, str]:
    header = _HEADER.fullmatch(line)
    if header is None:
        raise BadAnswer(f"{line[:80]!r} is not a header")
    return header[1].lower(), header[2].rstrip(" \t")


def _unfolded(lines: list[str]) -> list[str]:
    """Lines that begin with a space go on the one before: an old form that servers still send."""
    whole: list[str] = []
    for line in lines:
        if not line.startswith((" ", "\t")):
            whole.append(line)
        elif whole:
            whole[-1] += " " + line.strip(" \t")
        else:
            raise BadAnswer("its headers begin with the end of one")
    return whole


def _framing_of(head: Head, method: str) -> _Framing:
    """RFC 9112, section 6.3, for answers: a transfer coding wins over a length."""
    length = _content_length(head)
    if method == "HEAD" or head.status in _NO_BODY:
        return _OfLength(0)
    if codings := head.values("transfer-encoding"):
        if [each.lower() for each in codings] != ["chunked"]:
            raise BadAnswer(f"the transfer encoding {', '.join(codings)[:80]!r} is unknown")
        return _Chunked()
    return _UntilClosed() if length is None else _OfLength(length)


def _content_length(head: Head) -> int | None:
    """Said twice it must be the same: otherwise two readers would see two answers."""
    said = {
        each.strip(" \t") for value in head.values("content-length") for each in value.split(",")
    }
    if not said:
        return None
    length = said.pop()
    if said or not _LENGTH.fullmatch(length):
        raise BadAnswer("its content length is not one number")
    return int(length)


class _OfLength:
    def __init__(self, length: int) -> None:
        self._left = length
        self.is_whole = length == 0

    def take(self, data: bytes) -> tuple[bytes, bytes]:
        body = data[: self._left]
        self._left -= len(body)
        self.is_whole = self._left == 0
        return body, b""

    def end(self) -> None:
        if not self.is_whole:
            raise BrokenOff("the connection was closed before the body ended")


class _UntilClosed:
    is_whole = False

    def take(self, data: bytes) -> tuple[bytes, bytes]:
        return data, b""

    def end(self) -> None:
        self.is_whole = True


class _Chunked:
    """Chunks of a length each; one of none, and perhaps trailers, end the body."""

    def __init__(self) -> None:
        self.is_whole = False
        self._left = 0
        self._is_inside = False
        self._is_in_trailers = False

    def take(self, data: bytes) -> tuple[bytes, bytes]:
        parts: list[bytes] = []
        at = 0
        while not self.is_whole and (step := self._step(data, at, parts)) is not None:
            at = step
        return b"".join(parts), data[at:]

    def end(self) -> None:
        if not self.is_whole:
            raise BrokenOff("the connection was closed before the body ended")

    def _step(self, data: bytes, at: int, parts: list[bytes]) -> int | None:
        """How far one step more reads; None when more bytes are needed."""
        if self._is_in_trailers:
            return self._trailer(data, at)
        if self._left:
            return self._content(data, at, parts)
        if self._is_inside:
            return self._end_of_chunk(data, at)
        return self._length(data, at)

    def _content(self, data: bytes, at: int, parts: list[bytes]) -> int | None:
        part = data[at : at + self._left]
        self._left -= len(part)
        parts.append(part)
        return at + len(part) if part else None

    def _end_of_chunk(self, data: bytes, at: int) -> int | None:
        mark = data[at : at + 2]
        if not b"\r\n".startswith(mark):
            raise BadAnswer("a chunk is longer than its length")
        if len(mark) < 2:
            return None
        self._is_inside = False
        return at + 2

    def _length(self, data: bytes, at: int) -> int | None:
        line = _CHUNK_LINE.match(data, at)
        if line is None:
            _refuse_unless_unfinished(data, at, "a chunk has no length")
            return None
        self._left = int(line[1], 16)
        self._is_inside, self._is_in_trailers = self._left > 0, self._left == 0
        return line.end()

    def _trailer(self, data: bytes, at: int) -> int | None:
        end = data.find(b"\n", at)
        if end < 0:
            _refuse_unless_unfinished(data, at, "a trailer does not end")
            return None
        line = data[at:end].removesuffix(b"\r").decode("latin-1")
        self.is_whole = not line
        if line:
            _header_of(line)
        return end + 1


def _refuse_unless_unfinished(data: bytes, at: int, problem: str) -> None:
    """A line that has not ended may still come right; one that has, or is too long, is wrong."""
    if b"\n" in data[at : at + _MAX_LINE] or len(data) - at >= _MAX_LINE:
        raise BadAnswer(problem)

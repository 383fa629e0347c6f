"""Reading answers, held against h11: what both read must be the same, however it arrives."""

import itertools
from typing import Any

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probes.engine.network.http_reader import MAX_HEADERS, AnswerReader, BadAnswer, BrokenOff

OK = b"HTTP/1.1 200 OK\r\n"


def apart_from_framing(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """h11 tidies what frames the body; we keep it as it came, because it is evidence."""
    return [each for each in headers if each[0] not in ("content-length", "transfer-encoding")]


def ours(pieces: list[bytes], method: str = "GET", *, then_close: bool = True) -> Any:
    """(status, headers, body, is_whole), or the name of what went wrong."""
    reader, body = AnswerReader(method), b""
    try:
        for piece in pieces:
            if not reader.is_whole:
                body += reader.feed(piece)
        if then_close and not reader.is_whole:
            reader.end()
    except (BadAnswer, BrokenOff):
        return "wrong"
    assert reader.head is not None
    headers = apart_from_framing(reader.head.headers)
    return reader.head.status, reader.head.http_version, headers, body, reader.is_whole


def of_h11(pieces: list[bytes], method: str = "GET") -> Any:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADERS)
    connection.send(h11.Request(method=method, target="/", headers=[("host", "a")]))
    connection.send(h11.EndOfMessage())
    head, body = None, b""
    try:
        for piece in [*pieces, b""]:
            connection.receive_data(piece)
            while (event := connection.next_event()) is not h11.NEED_DATA:
                if isinstance(event, h11.Response):
                    head = event
                elif isinstance(event, h11.Data):
                    body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    assert head is not None
                    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in head.headers]
                    version, headers = head.http_version.decode(), apart_from_framing(headers)
                    return head.status_code, version, headers, bytes(body), True
                elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                    return "wrong"
    except h11.RemoteProtocolError:
        return "wrong"
    return "wrong"


ANSWERS = {
    "length": OK + b"Content-Length: 5\r\n\r\nhello",
    "no body at all": OK + b"Content-Length: 0\r\n\r\n",
    "until closed": OK + b"Server: a\r\n\r\nhello",
    "version 1.0": b"HTTP/1.0 200 OK\r\n\r\nhello",
    "no reason phrase": b"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n",
    "empty reason phrase": b"HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\nA: b\n\nhi",
    "folded header": OK + b"A: b\r\n  c\r\n\td\r\nContent-Length: 2\r\n\r\nhi",
    "spaces around a value": OK + b"A:  \t b c \t \r\nContent-Length:2\r\n\r\nhi",
    "empty value": OK + b"A:\r\nContent-Length: 2\r\n\r\nhi",
    "bytes beyond ascii": OK + b"A: caf\xe9\r\nContent-Length: 2\r\n\r\nhi",
    "length twice alike": OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    "length twice in a line": OK + b"Content-Length: 2, 2\r\n\r\nhi",
    "not modified": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "hints first": b"HTTP/1.1 103 Hints\r\nA: b\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi",
    "chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
    "chunked in capitals": OK + b"Transfer-Encoding: Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    "chunks and a length": OK
    + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    "trailers": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\nC: d\r\n\r\n",
    "pipelined rubbish": OK + b"Content-Length: 2\r\n\r\nhirubbish",
}
WRONG = {
    "nothing": b"",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "rubbish": b"\x00\x01\x02\x03\r\n\r\n",
    "status in words": b"HTTP/1.1 two hundred\r\n\r\n",
    "status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "empty lines first": b"\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n",
    "head cut off": OK + b"Content-Length: 5\r\n",
    "body cut off": OK + b"Content-Length: 5\r\n\r\nhell",
    "chunk cut off": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhell",
    "last chunk missing": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
    "trailers cut off": OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n",
    "negative length": OK + b"Content-Length: -1\r\n\r\n",
    "length with a sign": OK + b"Content-Length: +2\r\n\r\nhi",
    "two lengths": OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nhi",
    "length in other digits": OK + b"Content-Length: \xb2\r\n\r\nhi",
    "unknown coding": OK + b"Transfer-Encoding: gzip\r\n\r\n",
    "two codings": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunk without length": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "chunk too long": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhiho\r\n0\r\n\r\n",
    "chunk length in hex notation": OK
    + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n",
    "chunk line without return": OK + b"Transfer-Encoding: chunked\r\n\r\n2\nhi\r\n0\r\n\r\n",
    "fold first": OK + b" folded\r\n\r\n",
    "space before the colon": OK + b"A : b\r\n\r\n",
    "no colon": OK + b"header\r\n\r\n",
    "no name": OK + b": b\r\n\r\n",
    "zero byte in a value": OK + b"A: b\x00c\r\n\r\n",
    "lone return in a value": OK + b"A: b\rc\r\n\r\n",
    "trailer without colon": OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nAb\r\n\r\n",
    "switching protocols": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
}


def cut(answer: bytes, at: list[int]) -> list[bytes]:
    marks = [0, *sorted({place % (len(answer) + 1) for place in at}), len(answer)]
    return [answer[one:other] for one, other in itertools.pairwise(marks) if one != other]


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_answer_is_read_as_h11_reads_it_whole_and_byte_by_byte(answer: bytes) -> None:
    read = ours([answer])

    assert read != "wrong"
    assert read == of_h11([answer])
    assert read == ours([bytes([byte]) for byte in answer])


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_answer_is_refused_as_h11_refuses_it(answer: bytes) -> None:
    assert of_h11([answer]) == "wrong"
    assert ours([answer]) == "wrong"
    assert ours([bytes([byte]) for byte in answer]) == "wrong"


def test_answer_to_head_has_no_body_whatever_its_length_says() -> None:
    answer = OK + b"Content-Length: 5\r\n\r\n"

    assert ours([answer], "HEAD") == of_h11([answer], "HEAD")


def test_longest_head_is_read_and_a_longer_one_is_not() -> None:
    frame = len(OK + b"A: \r\n\r\n")
    fits = OK + b"A: " + b"b" * (MAX_HEADERS - frame) + b"\r\n\r\n"
    longer = OK + b"A: " + b"b" * (MAX_HEADERS - frame + 1) + b"\r\n\r\n"

    assert ours([fits])[0] == 200
    assert ours([longer]) == "wrong"


TEXTS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20)
NAMES = st.from_regex(r"X-[A-Za-z0-9-]{1,10}", fullmatch=True)
PLACES = st.lists(st.integers(0, 10_000), max_size=8)


@given(
    headers=st.lists(st.tuples(NAMES, TEXTS), max_size=5),
    chunks=st.lists(st.binary(min_size=1, max_size=40), max_size=5),
    framing=st.sampled_from(["length", "chunked", "closed"]),
    at=PLACES,
)
def test_any_proper_answer_cut_anywhere_is_read_as_h11_reads_it(
    headers: list[tuple[str, str]], chunks: list[bytes], framing: str, at: list[int]
) -> None:
    lines = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers)
    body = b"".join(chunks)
    answer = {
        "length": OK + lines + f"Content-Length: {len(body)}\r\n\r\n".encode() + body,
        "closed": OK + lines + b"\r\n" + body,
        "chunked": OK
        + lines
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
        + b"0\r\n\r\n",
    }[framing]

    read = ours(cut(answer, at))

    assert read == of_h11([answer])
    assert read[3] == body


@given(
    answer=st.sampled_from([*ANSWERS.values(), *WRONG.values()]),
    place=st.integers(0, 10_000),
    byte=st.integers(0, 255),
    at=PLACES,
)
# A separator that Python takes for white space, before a length.
@example(answer=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", place=32, byte=0x1C, at=[])
def test_damaged_answer_is_never_read_where_h11_refuses_it(
    answer: bytes, place: int, byte: int, at: list[int]
) -> None:
    where = place % (len(answer) + 1)
    damaged = answer[:where] + bytes([byte]) + answer[where + 1 :]

    read, refereed = ours(cut(damaged, at)), of_h11([damaged])

    if refereed == "wrong":
        assert read == "wrong"
    elif read != "wrong":
        assert read == refereed

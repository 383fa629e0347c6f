"""For any message: what varies between two sightings is ignored, what tells problems apart is not."""

import re
import string
from datetime import UTC, datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from kb.matching import FINGERPRINT_VERSION, analyse
from kb.matching.fingerprint import fingerprint

WORDS = (
    "connection", "refused", "worker", "lost", "while", "reading", "from", "upstream", "queue",
    "cannot", "open", "session", "연결이", "거부되었습니다", "서버가", "응답하지", "않습니다",
)  # fmt: skip
messages = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)

numbers = st.integers(1, 99_999).map(str)
hexadecimal = st.text("0123456789abcdef", min_size=12, max_size=40).filter(
    lambda drawn: re.search(r"\d", drawn) and re.search(r"[a-f]", drawn)
)
octets = st.integers(0, 255).map(str)
moments = st.integers(600_000_000, 4_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))
times = moments.flatmap(
    lambda moment: st.sampled_from(
        [
            moment.strftime("%Y-%m-%d %H:%M:%S,123"),
            moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            moment.strftime("%Y/%m/%d %H:%M:%S"),
            moment.strftime("%b %d %H:%M:%S"),
        ]
    )
)
folders = st.lists(st.text(string.ascii_lowercase, min_size=2, max_size=8), min_size=1, max_size=4)

# What stands somewhere in a message and differs from one sighting to the next.
VARYING = {
    "process [{}]": numbers,
    "pid={}": numbers,
    "commit {}": hexadecimal,
    "request {}": st.uuids().map(str),
    "at 0x{}": hexadecimal,
    "from {}": st.tuples(octets, octets, octets, octets).map(".".join),
    "listening on port {}": numbers,
    "main.py:{}": numbers,
    "line {}": numbers,
    "order-{}": st.integers(10_000, 99_999).map(str),
    "file {}main.py": folders.map(lambda names: "/" + "".join(f"{name}/" for name in names)),
    "took {} ms": numbers,
}


@st.composite
def two_sightings(draw: st.DrawFn) -> tuple[str, str]:
    message, tail = draw(messages), draw(messages)
    shape = draw(st.sampled_from(sorted(VARYING)))
    one, other = draw(VARYING[shape]), draw(VARYING[shape])
    # A status says what happened: a bare number that looks like one is no accident.
    assume(not any(re.fullmatch(r"[45]\d\d", drawn) for drawn in (one, other)))
    start, again = draw(times), draw(times)
    return (
        f"{start} ERROR {message} {shape.format(one)} {tail}",
        f"{again} ERROR {message} {shape.format(other)} {tail}",
    )


@given(two_sightings())
def test_two_sightings_of_one_message_share_a_fingerprint(sightings: tuple[str, str]) -> None:
    one, other = sightings

    assert analyse(one).fingerprint == analyse(other).fingerprint


names = st.text(string.ascii_lowercase, min_size=3, max_size=10)
TELLING = {
    "No module named '{}'": names,
    "{}Error: it broke": names.map(str.capitalize),
    "ERR_{}": names.map(str.upper),
    "[Errno {}] it broke": st.integers(1, 130).map(str),
    "[WinError {}] it broke": st.integers(10_000, 11_999).map(str),
    '"GET / HTTP/1.1" {}': st.integers(400, 511).map(str),
    "exited with code {}": st.integers(1, 255).map(str),
    "ORA-{}: it broke": st.integers(10_000, 30_000).map(str),
    "unit {}.service failed": names,
}


@given(messages, st.sampled_from(sorted(TELLING)), st.data())
def test_another_error_has_another_fingerprint(
    message: str, shape: str, data: st.DataObject
) -> None:
    one, other = data.draw(TELLING[shape]), data.draw(TELLING[shape])
    assume(one != other)

    first = analyse(f"{message} {shape.format(one)}").fingerprint
    second = analyse(f"{message} {shape.format(other)}").fingerprint

    assert first != second


def test_fingerprints_of_two_algorithms_are_never_equal() -> None:
    stored = fingerprint(["boom"]).replace(FINGERPRINT_VERSION, "v0", 1)

    assert stored != fingerprint(["boom"])


@given(st.text(max_size=200))
def test_every_text_has_one(text: str) -> None:
    assert re.fullmatch(rf"{FINGERPRINT_VERSION}:[0-9a-f]{{32}}", analyse(text).fingerprint)

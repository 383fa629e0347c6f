"""What a certificate says of itself: its names and how long it holds, read from its DER form.

Python hands out a parsed certificate only when it could verify it, and the days left matter most
when it could not. This reads the few fields of RFC 5280 §4.1 that are shown; whether to believe
them is decided by OpenSSL, never here. Raises ValueError for what is not a certificate.
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_UTC_TIME, _VERSION, _EXTENSIONS, _OCTETS = 0x17, 0xA0, 0xA3, 0x04
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
_COMMON_NAME, _ORGANIZATION = b"\x55\x04\x03", b"\x55\x04\x0a"
_ALTERNATIVE_NAMES = b"\x55\x1d\x11"
_MOST_NAMES = 50
_MOST_CHARACTERS = 200


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """`names` are those a client compares with the host it asked for; the subject is not."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    serial: str
    not_before: datetime
    not_after: datetime

    def days_left(self, now: datetime) -> float:
        return round((self.not_after - now).total_seconds() / 86_400, 2)


@dataclass(frozen=True)
class _Element:
    tag: int
    content: bytes
    whole: bytes


def read_certificate(der: bytes) -> Certificate:
    fields = list(_inside(_first(_first(der).content).content))
    if fields and fields[0].tag == _VERSION:
        fields = fields[1:]
    if len(fields) < 6:
        raise ValueError("not a certificate")
    serial, _algorithm, issuer, validity, subject, _key, *more = fields
    not_before, not_after = (_time(each) for each in _inside(validity.content))
    return Certificate(
        subject=_name(subject),
        issuer=_name(issuer),
        names=tuple(_alternative_names(more))[:_MOST_NAMES],
        serial=serial.content.hex()[:_MOST_CHARACTERS],
        not_before=not_before,
        not_after=not_after,
    )


def _inside(data: bytes) -> Iterator[_Element]:
    """The elements that `data` consists of: tag, length, content (X.690 §8.1)."""
    while data:
        element = _first(data)
        yield element
        data = data[len(element.whole) :]


def _first(data: bytes) -> _Element:
    if len(data) < 2:
        raise ValueError("an element is cut off")
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if start == 2 + 0x7F or start + length > len(data):
        raise ValueError("an element is cut off")
    return _Element(data[0], data[start : start + length], data[: start + length])


def _time(element: _Element) -> datetime:
    text = element.content.decode("ascii")
    if element.tag == _UTC_TIME:
        # RFC 5280 §4.1.2.5.1: from 50 on the last century is meant.
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _name(element: _Element) -> str:
    """The common name, or else the organization."""
    found = {}
    for each in _inside(element.content):
        for pair in _inside(each.content):
            kind, value = _inside(pair.content)
            found[kind.content] = _text(value.content)
    return found.get(_COMMON_NAME) or found.get(_ORGANIZATION) or ""


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")[:_MOST_CHARACTERS]


def _alternative_names(elements: list[_Element]) -> Iterator[str]:
    for part in elements:
        if part.tag != _EXTENSIONS:
            continue
        for extension in _inside(_first(part.content).content):
            kind, *_critical, value = _inside(extension.content)
            if kind.content == _ALTERNATIVE_NAMES and value.tag == _OCTETS:
                yield from _general_names(_first(value.content).content)


def _general_names(data: bytes) -> Iterator[str]:
    for name in _inside(data):
        if name.tag == _DNS_NAME:
            yield _text(name.content)
        elif name.tag == _IP_ADDRESS and len(name.content) in (4, 16):
            yield str(ipaddress.ip_address(name.content))

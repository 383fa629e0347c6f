"""What kind of picture some bytes are, and its size: read from the header alone.

PNG: RFC 2083 §4.1.1. GIF: GIF89a §18. JPEG: ITU-T T.81 §B.2.2 (a frame header, SOFn).
WebP: RFC 9649 §2.5 to §2.7 (`VP8 `, `VP8L`, `VP8X`).
"""

from collections.abc import Callable
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
# SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC), which are no frame headers.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A picture's media type and its width and height in pixels, both at least 1."""

    media_type: str
    width: int
    height: int


def shape_of(content: bytes) -> Shape | None:
    """None where the bytes are no whole PNG, JPEG, GIF or WebP header."""
    for media_type, reads in _READERS.items():
        size = reads(content)
        if size is not None and all(size):
            return Shape(media_type=media_type, width=size[0], height=size[1])
    return None


def _png(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(_PNG) or content[12:16] != b"IHDR" or len(content) < 33:
        return None
    return _big(content[16:20]), _big(content[20:24])


def _gif(content: bytes) -> tuple[int, int] | None:
    if content[:6] not in (b"GIF87a", b"GIF89a") or len(content) < 13:
        return None
    return _little(content[6:8]), _little(content[8:10])


def _jpeg(content: bytes) -> tuple[int, int] | None:
    """Walks the segments until one is a frame header."""
    if content[:3] != b"\xff\xd8\xff":
        return None
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _JPEG_FRAMES:
            return _big(content[place + 7 : place + 9]), _big(content[place + 5 : place + 7])
        if marker == 0xFF:
            place += 1
        elif marker in _JPEG_ALONE:
            place += 2
        else:
            place += 2 + max(2, _big(content[place + 2 : place + 4]))
    return None


def _webp(content: bytes) -> tuple[int, int] | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return None
    part = content[12:16]
    if part == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        return _little(content[26:28]) & 0x3FFF, _little(content[28:30]) & 0x3FFF
    if part == b"VP8L" and content[20] == 0x2F:
        bits = _little(content[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if part == b"VP8X":
        return _little(content[24:27]) + 1, _little(content[27:30]) + 1
    return None


def _big(part: bytes) -> int:
    return int.from_bytes(part, "big")


def _little(part: bytes) -> int:
    return int.from_bytes(part, "little")


_READERS: dict[str, Callable[[bytes], tuple[int, int] | None]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
}

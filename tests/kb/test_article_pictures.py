"""Pictures of guides: known by their bytes, stored once, served as nothing but pictures."""

import hashlib
import struct
import zlib

import pytest
from django.test import Client
from django.utils import translation

from kb.models import GuideImage
from kb.services.guides.picture_sizes import shape_of
from kb.services.guides.pictures import BadPicture, picture_address, store_picture
from tests.factories import make_user
from tests.pages.people import RESPONDER, person


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def png(width: int = 3, height: int = 2, *, padding: int = 0) -> bytes:
    """A real PNG of one colour; `padding` bytes more in a text chunk."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    text = chunk(b"tEXt", b"x" * padding) if padding else b""
    end = chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + text + end


def jpeg(width: int, height: int) -> bytes:
    about = b"\xff\xe0\x00\x10JFIF\0" + b"\0" * 9
    tables = b"\xff\xc4\x00\x05\0\0\0"
    frame = b"\xff\xc2\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\0"
    return b"\xff\xd8" + about + tables + b"\xff" + frame + b"\xff\xd9"


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def webp(kind: bytes, body: bytes) -> bytes:
    part = kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(part) + 4) + b"WEBP" + part


LOSSY = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480) + b"\0" * 4
LOSSLESS = b"\x2f" + struct.pack("<I", 639 | 479 << 14) + b"\0" * 8
EXTENDED = b"\0" * 4 + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")


@pytest.mark.parametrize(
    ("content", "media_type", "size"),
    [
        (png(3, 2), "image/png", (3, 2)),
        (jpeg(1200, 800), "image/jpeg", (1200, 800)),
        (gif(12, 7), "image/gif", (12, 7)),
        (webp(b"VP8 ", LOSSY), "image/webp", (640, 480)),
        (webp(b"VP8L", LOSSLESS), "image/webp", (640, 480)),
        (webp(b"VP8X", EXTENDED), "image/webp", (640, 480)),
    ],
    ids=["png", "jpeg", "gif", "webp lossy", "webp lossless", "webp extended"],
)
def test_a_picture_is_known_by_its_bytes(
    content: bytes, media_type: str, size: tuple[int, int]
) -> None:
    shape = shape_of(content)

    assert shape is not None
    assert (shape.media_type, (shape.width, shape.height)) == (media_type, size)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script>",
        png()[:20],
        png(0, 5),
        b"\xff\xd8\xff" + b"\xff" * 40,
        b"\xff\xd8\xff\xe0\0\0" * 9,
        webp(b"VP8 ", b"\0" * 20),
        b"BM" + b"\0" * 60,
    ],
    ids=[
        "nothing", "svg", "a page", "cut png", "no width", "jpeg of fill bytes",
        "jpeg without a frame", "webp without a start code", "bmp",
    ],
)  # fmt: skip
def test_anything_else_is_no_picture(content: bytes) -> None:
    assert shape_of(content) is None


@pytest.mark.django_db
def test_the_same_bytes_are_stored_once() -> None:
    first = store_picture(png(), make_user("jisu"))
    again = store_picture(png(), make_user("minho"))

    assert again == first
    assert first.sha256 == hashlib.sha256(png()).hexdigest()
    assert (first.width, first.height, first.media_type) == (3, 2, "image/png")
    assert str(first.uploaded_by) == "jisu"
    assert picture_address(first) == f"/pictures/{first.sha256}.png"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg/>", "no PNG, JPEG, GIF or WebP"),
        (png(padding=1_000_000), "1,001 kB"),
        (gif(20_000, 3), "20000 × 3 pixels"),
    ],
    ids=["svg", "too many bytes", "too many pixels"],
)
def test_a_refused_picture_says_why_and_stores_nothing(content: bytes, said: str) -> None:
    with pytest.raises(BadPicture, match=said):
        store_picture(content, None)

    assert not GuideImage.objects.exists()


@pytest.mark.django_db
def test_a_picture_is_served_as_nothing_but_a_picture(client: Client) -> None:
    person(client, *RESPONDER)
    address = picture_address(store_picture(png(), None))

    answer = client.get(address)

    assert answer.content == png()
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert client.get(address.replace(".png", ".gif")).status_code == 404
    assert client.get(address.replace(".png", ".svg")).status_code == 404


@pytest.mark.django_db
def test_a_picture_is_for_who_may_read_guides(client: Client) -> None:
    address = picture_address(store_picture(png(), None))

    assert client.get(address).status_code == 302
    person(client)
    assert client.get(address).status_code == 403

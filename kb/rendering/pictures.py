"""The addresses of pictures of our own, by which Markdown names them."""

import re
from dataclasses import dataclass

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_ADDRESS = re.compile(rf"/pictures/(?P<sha256>[0-9a-f]{{64}})\.(?:{'|'.join(ENDINGS.values())})")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A stored picture: where it is served, and its size in pixels."""

    address: str
    width: int
    height: int


def address_of(sha256: str, ending: str) -> str:
    return f"/pictures/{sha256}.{ending}"


def digest_in(address: str) -> str:
    """The digest that a picture's address names; nothing where it is no such address."""
    found = _ADDRESS.fullmatch(address)
    return found["sha256"] if found else ""

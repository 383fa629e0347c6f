"""Where a text's links and pictures lead: to guides, to pictures of our own, or elsewhere."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.utils.html import format_html
from django.utils.translation import gettext as _

from kb.rendering.pictures import digest_in
from kb.rendering.slots import Piece, StoredPicture, no_picture

# A file beside this one, or in another folder: what counts is its name.
_FILE = re.compile(r"(?:[^?#:]*/)?(?P<name>[^/?#:]+)\.md/?(?:\?[^#]*)?", re.IGNORECASE)
_ADDRESS = re.compile(r"/g/(?P<name>[\w-]+)/?(?:\?[^#]*)?")
# What the base serves itself and answers in the same way to everyone.
_STATIC = re.compile(r"/static/(?!\.)[\w./-]+")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A guide by the name its link uses (empty: this very text), and a section (empty: none)."""

    name: str
    fragment: str


def place_of(address: str) -> Place | None:
    """The guide or section that a link means; None for every other address."""
    path, hash_sign, fragment = address.partition("#")
    if not path:
        return Place(name="", fragment=unquote(fragment)) if hash_sign and fragment else None
    if path.startswith("//"):
        return None
    found = _ADDRESS.fullmatch(unquote(path)) or _FILE.fullmatch(unquote(path))
    return Place(name=found["name"], fragment=unquote(fragment)) if found else None


def picture(address: str, *, alt: str, title: str, is_alone: bool) -> Piece:
    """A picture of our own, or in its place a link that says why it is not shown."""
    if digest := digest_in(address):
        return StoredPicture(sha256=digest, alt=alt, title=title, is_alone=is_alone)
    if _STATIC.fullmatch(address) and ".." not in address:
        return format_html('<img src="{}" alt="{}" loading="lazy">', address, alt)
    return _elsewhere(address, alt)


def _elsewhere(address: str, alt: str) -> str:
    host = _host_of(address)
    if not host:
        return no_picture(alt, "", _("picture is not in this base"))
    said = _("picture from %(host)s is not loaded") % {"host": host}
    return no_picture(alt, address, said)


def _host_of(address: str) -> str:
    """The host of an http(s) address, as a browser reads it: a backslash is a slash there."""
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:
        return ""
    is_http = parts.scheme in ("http", "https") or (not parts.scheme and parts.netloc)
    return (parts.hostname or "") if is_http else ""

"""The forms in which a secret turns up in what a target says back: as it is, encoded, in parts.

A target that wants to can always write what it was sent in a form of its own; these are the
forms of one that echoes innocently: a debug page, a log line, an error message.
"""

import base64
import binascii
import functools
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote, urlsplit

# Shorter ones would mask half of every text.
SHORTEST = 6
_COOKIES = re.compile(r"[\w.-]+=[^;\s]+(?:; ?[\w.-]+=[^;\s]+)*")
_KEYWORD_PASSWORD = re.compile(r"\bpassword\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))")


def known_forms(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Every form of every secret, the longest first so that none is masked only in part."""
    return _known_forms(secrets) if secrets else ()


@functools.lru_cache(maxsize=64)
def _known_forms(secrets: tuple[str, ...]) -> tuple[str, ...]:
    parts = {part for secret in secrets for part in _parts(secret)}
    forms = {form for part in parts for form in _encoded(part)}
    return tuple(sorted((f for f in forms if len(f) >= SHORTEST), key=len, reverse=True))


def _parts(secret: str) -> Iterator[str]:
    """The whole; what follows a scheme such as Bearer; cookies; a connection string's password."""
    _scheme, space, token = secret.strip().partition(" ")
    inner = [secret, *([token.strip()] if space else [])]
    inner += [part for each in inner for part in _basic(each)]
    inner += [*_cookies(secret), *_url_password(secret), *_keyword_password(secret)]
    yield from (part for part in inner if len(part) >= SHORTEST)


def _basic(token: str) -> Iterator[str]:
    """`user:password` that Basic credentials are made of, and the password alone."""
    try:
        decoded = base64.b64decode(token, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return
    if ":" in decoded and decoded.isprintable():
        yield from (decoded, decoded.partition(":")[2])


def _cookies(secret: str) -> Iterator[str]:
    if _COOKIES.fullmatch(secret):
        yield from (pair.partition("=")[2] for pair in secret.split(";"))


def _keyword_password(secret: str) -> Iterator[str]:
    for quoted, plain in _KEYWORD_PASSWORD.findall(secret):
        yield re.sub(r"\\(.)", r"\1", quoted) or plain


def _url_password(secret: str) -> Iterator[str]:
    try:
        password = urlsplit(secret).password
    except ValueError:
        return
    if password:
        yield from (password, unquote(password))


def _encoded(part: str) -> Iterator[str]:
    # A variable of the environment may hold bytes that are no UTF-8.
    raw = part.encode("utf-8", errors="surrogateescape")
    yield part
    yield from (quote(raw, safe=""), quote_plus(raw), quote(raw), html.escape(part))
    yield json.dumps(part)[1:-1]
    yield base64.b64encode(raw).decode()
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")

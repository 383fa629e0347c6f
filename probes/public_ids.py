"""Ids that people and programs pass around: a prefix that says what, then a random part."""

import secrets

# Crockford's base 32: no i, l, o or u, so an id survives being read aloud.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """For example `run_7k2m9qd4x1tz`: 12 characters, 60 random bits."""
    bits = secrets.randbits(60)
    return f"{prefix}_" + "".join(_ALPHABET[bits >> place & 31] for place in range(0, 60, 5))


def batch_id() -> str:
    return new_id("bat")


def run_id() -> str:
    return new_id("run")


def investigation_id() -> str:
    return new_id("inv")


def incident_id() -> str:
    return new_id("inc")


def is_one(text: str) -> bool:
    """Whether the text is a whole id of any kind, as people paste it into a search field."""
    prefix, _, rest = text.strip().partition("_")
    return len(prefix) == 3 and len(rest) == 12 and set(rest) <= set(_ALPHABET)

"""Headers whose values are secrets: named in a definition, kept at the location, sent with care.

They go only to the origin of the definition's URL, over verified https or to this host itself,
and what a target echoes of them is masked before anybody reads it.
"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from probes.engine.errors import CannotLook, Complaint
from probes.engine.guard import Address, secret_named
from probes.engine.redact import mask
from probes.engine.schema import Param
from probes.engine.secret_forms import SHORTEST, known_forms
from probes.engine.spec import Policy
from probes.engine.values import FRAMING_HEADERS, HEADER_NAME, read_value

_REF = Param(name="secret_headers", type="ref")
# Set by the client itself; a secret in one of them would change what the other parameters say.
_OURS = (*FRAMING_HEADERS, "host", "origin", "accept-encoding")

PARAM = Param(
    name="secret_headers",
    type="mapping",
    help="Header and the name of a secret of the location, such as Authorization: metrics-token. "
    "Sent over verified https or to loopback only.",
)


def check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    """What is wrong with the parameter. A placeholder would let a paste choose the secret, or
    the server that gets it."""
    named = params["secret_headers"] or {}
    if not isinstance(named, Mapping):
        yield _complaint("must be written out, without a placeholder")
        return
    if named and "${" in _origin_of(params["url"]):
        yield _complaint("cannot be used while the URL's scheme, host or port is a placeholder")
    shown = {name.lower() for name in _mapping(params.get("headers"))}
    for name, secret in named.items():
        if name.lower() in _OURS or not HEADER_NAME.fullmatch(name):
            yield _complaint(f"{name!r} cannot be set")
        elif name.lower() in shown:
            yield _complaint(f"{name} is in headers too")
        try:
            read_value(_REF, secret)
        except ValueError as error:
            yield _complaint(f"the secret of {name} {error}")


def _origin_of(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def _complaint(message: str) -> Complaint:
    return Complaint(field="secret_headers", message=message)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def secret_headers_of(params: Mapping[str, Any], *, policy: Policy) -> dict[str, str]:
    """The headers with their values. Raises CannotLook; never says a value."""
    named = params["secret_headers"] or {}
    return {name: _header_value(secret, policy) for name, secret in named.items()}


def _header_value(name: str, policy: Policy) -> str:
    value = secret_named(name, policy=policy).strip()
    if len(value) >= SHORTEST and value.isascii() and value.isprintable():
        return value
    raise CannotLook(
        "secret_missing",
        f"the secret {name} cannot be sent as a header: it has fewer than {SHORTEST} characters, "
        "so that an echo could not be masked, or a line break or a character outside ASCII",
    )


def check_where_sent(url: str, addresses: Sequence[Address], *, verify_tls: bool) -> None:
    """Raises CannotLook unless a secret stays with this host or with a server that proved itself."""
    if url.startswith("https://") and verify_tls:
        return
    if all(_is_loopback(address.ip) for address in addresses):
        return
    raise CannotLook(
        "not_allowed",
        f"secret headers are sent to {url} only over https with a verified certificate, because "
        "it is not this host itself; use https and leave verify_tls on",
    )


def _is_loopback(ip: str) -> bool:
    address = ipaddress.ip_address(ip)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def mask_echo(
    headers: list[tuple[str, str]], body: bytes, secrets: Mapping[str, str]
) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body without any form of a secret, before they are cut to what is stored: a
    secret that is cut in the middle would be known no more."""
    # In UTF-16 what is ASCII has zeros beside it.
    encodings = ("utf-8", "utf-16-le", "utf-16-be") if b"\0" in body else ("utf-8",)
    for form in known_forms(tuple(secrets.values())):
        headers = [(name, value.replace(form, _MASK)) for name, value in headers]
        for encoding in encodings:
            sought = form.encode(encoding, "ignore")
            if len(sought) >= SHORTEST:
                body = body.replace(sought, _MASK.encode(encoding))
    return headers, body


_MASK = mask("known")

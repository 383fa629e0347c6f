"""What a check looks at: the address in its values, and a name for the thing itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kb.diagnosis.findings import is_own
from kb.services.diagnosing.answers import CheckState

# The kinds that tell whether something is there, so that one says what another does.
_KINDS = frozenset(
    ("port_listen", "tcp_connect", "http", "http_timing", "cors_preflight", "tls_certificate")
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LAST_PORT = re.compile(r"(?:^|:)(\d{1,5})/?$")


@dataclass(frozen=True, kw_only=True)
class Address:
    """`host` is empty where the place itself is looked at."""

    host: str
    port: int | None


def thing_of(state: CheckState) -> str:
    """`host:port`, the same for every check that looks at it; empty where there is no address.

    A machine's own address is another thing at each place it is looked at from.
    """
    address = address_of(state.values or {})
    if state.check.probe.kind not in _KINDS or address is None or address.port is None:
        return ""
    host = f"@{state.location.slug}" if is_own(address.host) else address.host
    return f"{host}:{address.port}"


def address_of(values: Mapping[str, Any]) -> Address | None:
    """The address among a probe's parameters."""
    if isinstance(url := values.get("url"), str):
        return _of_url(url)
    if isinstance(port := values.get("port"), int):
        return Address(host=str(values.get("host", "")).lower(), port=port)
    return None


def port_of(address: str) -> int | None:
    """The port at the end of `host:port`, of an address with a scheme, or alone."""
    found = _LAST_PORT.search(address)
    return int(found[1]) if found else None


def _of_url(url: str) -> Address | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return Address(host=(parts.hostname or "").lower(), port=port)

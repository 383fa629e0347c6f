"""A connection string that a location keeps: its parts for libpq, and a mask for what it holds."""

import os
import re
from dataclasses import dataclass, field
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.guard import allowed_path, secret_named
from probes.engine.redact import mask
from probes.engine.spec import Policy

_KNOWN = frozenset(
    [
        "host",
        "hostaddr",
        "port",
        "user",
        "password",
        "dbname",
        "sslmode",
        "sslrootcert",
        "channel_binding",
        "application_name",
        "connect_timeout",
    ]
)
_ENCRYPTED = ("require", "verify-ca", "verify-full")


@dataclass(frozen=True, kw_only=True)
class Dsn:
    """`address` is what the guard is asked about; `name` is the only thing that may be shown."""

    name: str
    address: str
    port: int
    parts: dict[str, str] = field(repr=False)

    def keywords(self, ip: str) -> dict[str, Any]:
        """Everything said out loud: what is left unsaid, libpq takes from this process's
        environment and from files of its user."""
        return {
            "host": self.parts.get("host") or ip,
            "hostaddr": ip,
            "port": self.port,
            "user": self.parts["user"],
            "password": self.parts.get("password", ""),
            "dbname": self.parts.get("dbname") or self.parts["user"],
            "sslmode": self.parts.get("sslmode", "prefer"),
            "sslrootcert": self.parts.get("sslrootcert", ""),
            "channel_binding": self.parts.get("channel_binding", "prefer"),
            # Below a file there is no file: not even an empty one is read.
            "passfile": os.path.join(os.devnull, "none"),
            "gssencmode": "disable",
            # A certificate of this process's user is nobody's business either.
            "sslcertmode": "disable",
            "client_encoding": "UTF8",
            "application_name": "knownfix-probe",
            "options": "",
            **self._require_auth(ip),
        }

    def _require_auth(self, ip: str) -> dict[str, str]:
        """No password in clear text through a network to whoever answers there."""
        is_safe = ip.startswith("127.") or ip == "::1"
        if is_safe or self.parts.get("sslmode") in _ENCRYPTED:
            return {}
        return {"require_auth": "!password"}

    def masked(self, text: str) -> str:
        """Without user and password, however short they are: servers repeat them."""
        for word in ("password", "user"):
            if value := self.parts.get(word):
                edge = r"(?<![A-Za-z0-9_])", r"(?![A-Za-z0-9_])"
                text = re.sub(edge[0] + re.escape(value) + edge[1], mask(word), text)
        return text


def read_dsn(name: str, *, policy: Policy) -> Dsn:
    """The connection string of that name. Raises CannotLook without repeating any of it."""
    parts = _parts(name, secret_named(name, policy=policy))
    if strange := sorted(set(parts) - _KNOWN):
        raise _unusable(name, f"it uses {', '.join(strange)}, which a probe does not")
    address, port = parts.get("hostaddr") or parts.get("host", ""), parts.get("port") or "5432"
    if not address or "/" in address or address.startswith("@"):
        raise _unusable(name, "it names no host; give one, such as host=127.0.0.1")
    if "," in address + port:
        raise _unusable(name, "it names several hosts; give one")
    if not (port.isdecimal() and 1 <= int(port[:6]) <= 65535):
        raise _unusable(name, "its port is not a number from 1 to 65535")
    if not parts.get("user"):
        raise _unusable(name, "it names no user")
    if parts.get("sslrootcert") not in (None, "", "system"):
        parts["sslrootcert"] = str(allowed_path(parts["sslrootcert"], policy=policy))
    return Dsn(name=name, address=address, port=int(port), parts=parts)


def _parts(name: str, text: str) -> dict[str, str]:
    from psycopg import Error, conninfo

    try:
        read = conninfo.conninfo_to_dict(text)
    except Error:
        # Its words repeat the string.
        raise _unusable(name, "it is not written as one") from None
    return {key: str(value) for key, value in read.items() if value is not None}


def _unusable(name: str, why: str) -> CannotLook:
    return CannotLook(
        "secret_missing",
        f"the secret {name} cannot be used as a PostgreSQL connection string: {why}",
    )

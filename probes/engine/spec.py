"""The values a probe is asked with and answers with, and the policy it must stay inside."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from probes.engine.errors import Complaint, InvalidParams

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
DOCKER_SOCKET = "/var/run/docker.sock"


class Status(StrEnum):
    """The four states of the Nagios plugin API. UNKNOWN means we could not look."""

    OK = "OK"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"
    UNKNOWN = "UNKNOWN"


# Ways of not having looked that every kind shares. The last three are set by whoever keeps the
# batches: the runner was lost, no agent came for the work, or the approval went meanwhile.
UNKNOWN_CODES = (
    "permission_denied",
    "not_allowed",
    "secret_missing",
    "library_missing",
    "probe_crashed",
    "runner_overloaded",
    "bad_definition",
    "agent_outdated",
    "needs_person",
    "runner_lost",
    "no_agent",
    "not_approved",
)


@dataclass(frozen=True, kw_only=True)
class Aws:
    """Whose keys AWS may be asked with: profiles of this host, `default` being what it has at all.

    `endpoint_url` stands in for Amazon's own addresses.
    """

    profiles: frozenset[str] = frozenset()
    endpoint_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What probes may touch at one location. Empty kinds: every kind; all else fails closed.

    `plugins` are the Nagios plugins that may be started, by name with their full path. `secrets`
    are what a definition names and never holds: connection strings, values of headers.
    """

    networks: tuple[Network, ...] = ()
    roots: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    interpreters: frozenset[str] = frozenset()
    denied_ports: frozenset[int] = frozenset()
    plugins: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    docker_socket: str = DOCKER_SOCKET
    aws: Aws = Aws()

    @classmethod
    def read(
        cls,
        *,
        networks: Sequence[str] = (),
        roots: Sequence[str] = (),
        kinds: Sequence[str] = (),
        interpreters: Sequence[str] = (),
        denied_ports: Iterable[int] = (),
        plugins: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        docker_socket: str = DOCKER_SOCKET,
        aws: Aws | None = None,
    ) -> "Policy":
        """The policy as a location stores it. Raises InvalidParams naming every bad network."""
        return cls(
            networks=_read_networks(networks),
            roots=tuple(roots),
            kinds=frozenset(kinds),
            interpreters=frozenset(interpreters),
            denied_ports=frozenset(denied_ports),
            plugins=dict(plugins or {}),
            secrets=dict(secrets or {}),
            docker_socket=docker_socket,
            aws=aws or Aws(),
        )


def _read_networks(networks: Sequence[str]) -> tuple[Network, ...]:
    read: list[Network] = []
    complaints = []
    for text in networks:
        try:
            read.append(ipaddress.ip_network(text))
        except ValueError as error:
            complaints.append(Complaint(field="networks", message=str(error)))
    if complaints:
        raise InvalidParams(complaints)
    return tuple(read)


@dataclass(frozen=True, kw_only=True)
class ProbeSpec:
    """One probe, ready to run. `expectation` maps reason codes to the status they mean here."""

    kind: str
    params: Mapping[str, Any]
    timeout_s: float
    retries: int = 0
    expectation: Mapping[str, str] = field(default_factory=dict)


# Not frozen as the others are: making a frozen one costs four times as much, and every probe makes
# both.
@dataclass(slots=True, kw_only=True)
class Observation:
    """What a kind saw, not yet judged. `facts` is JSON; `output` is a capped raw excerpt."""

    reason_code: str
    facts: dict[str, Any]
    summary: str
    output: str = ""


@dataclass(slots=True, kw_only=True)
class ProbeResult:
    """What one run says.

    `attempts` holds {status, reason_code, summary, started_at, elapsed_s} per try.
    `elapsed_s` covers all attempts and the waits between them; `lateness_s` is the longest
    the event loop kept the deciding attempt waiting.
    """

    status: Status
    reason_code: str
    facts: dict[str, Any]
    summary: str
    output: str
    attempts: list[dict[str, Any]]
    started_at: datetime
    elapsed_s: float
    lateness_s: float

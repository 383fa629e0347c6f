"""What one host allows its probes: a TOML file that stays on that host.

    networks = ["127.0.0.0/8", "::1/128"]
    roots = ["/srv/app"]
    interpreters = ["/srv/app/.venv/bin/python"]
    kinds = []                                      # empty: every kind
    docker_socket = "/var/run/docker.sock"
    [plugins]
    check_disk = "/usr/lib/nagios/plugins/check_disk"
    [secrets]
    shop-db = {env = "SHOP_DSN"}
    metrics-token = {file = "/run/secrets/metrics"}
    [aws]
    profiles = ["default", "shop-readonly"]         # whose keys AWS may be asked with

A secret is named here and kept elsewhere, so the file itself may be read by anyone.
"""

import ipaddress
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from probes.engine.errors import Complaint, InvalidParams
from probes.engine.guard import is_inside
from probes.engine.spec import Aws, Network, Policy

_LISTS = ("networks", "roots", "kinds", "interpreters")


def read_limits(path: Path, *, unsaid: Policy | None = None) -> Policy:
    """The policy that a file on this host describes; `unsaid` is what holds where it is silent.

    Raises InvalidParams with every complaint: a file that cannot be read allows nothing.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidParams([Complaint(field=str(path), message=str(error))]) from None
    return _policy(given, unsaid or Policy())


def _policy(given: Mapping[str, Any], unsaid: Policy) -> Policy:
    complaints = [
        Complaint(field=name, message="there is no such limit")
        for name in given
        if name not in _READERS
    ]
    read: dict[str, Any] = {}
    for name, reader in _READERS.items():
        if name in given:
            try:
                read[name] = reader(given[name])
            except ValueError as error:
                complaints.append(Complaint(field=name, message=str(error)))
    try:
        policy = Policy.read(**read)
    except InvalidParams as refused:
        complaints += refused.complaints
    if complaints:
        raise InvalidParams(complaints)
    return replace(unsaid, **{name: getattr(policy, name) for name in read})


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("must be a list of texts")
    return value


def _path(value: Any) -> str:
    if not isinstance(value, str) or not os.path.isabs(value):
        raise ValueError(f"{value!r} is not a full path")
    return value


def _plugins(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("must be names with full paths")
    return {name: _path(path) for name, path in value.items()}


def _secrets(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError('must be names such as shop-db = {env = "SHOP_DSN"}')
    return {name: _secret(name, where) for name, where in value.items()}


def _secret(name: str, where: Any) -> str:
    match where:
        case {"env": str(variable)} if len(where) == 1:
            if variable not in os.environ:
                raise ValueError(f"{name}: the variable {variable} is not set")
            return os.environ[variable]
        case {"file": str(path)} if len(where) == 1:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise ValueError(f"{name}: {path} cannot be read") from None
    raise ValueError(f'{name}: say where it is kept, as {{env = "NAME"}} or {{file = "/path"}}')


def _aws(value: Any) -> Aws:
    match value:
        case {"profiles": list(names), **rest} if not rest.keys() - {"endpoint_url"}:
            url = rest.get("endpoint_url", "")
            if isinstance(url, str) and (not url or urlsplit(url).hostname):
                return Aws(profiles=frozenset(_texts(names)), endpoint_url=url)
            raise ValueError(f"endpoint_url: {url!r} is not a URL such as http://127.0.0.1:5000")
    raise ValueError('must say profiles = ["default"], and endpoint_url if it is not Amazon\'s own')


_READERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_LISTS, _texts),
    "plugins": _plugins,
    "secrets": _secrets,
    "docker_socket": _path,
    "aws": _aws,
}


def narrowed(own: Policy, *, wished: Policy) -> Policy:
    """What both allow. `own` is the host's; `wished` is what somebody else would have it do.

    Plugins, secrets, the engine's socket and AWS's keys are the host's alone.
    """
    return replace(
        own,
        networks=_common_networks(own.networks, wished.networks),
        roots=tuple(_common_roots(own.roots, wished.roots)),
        kinds=_common_kinds(own.kinds, wished.kinds),
        interpreters=own.interpreters & wished.interpreters,
        denied_ports=own.denied_ports | wished.denied_ports,
    )


_NO_KIND = frozenset({"none"})


def _common_kinds(own: frozenset[str], wished: frozenset[str]) -> frozenset[str]:
    """An empty set is every kind, so two that share none must not become one."""
    if not own or not wished:
        return own or wished
    return own & wished or _NO_KIND


def _common_networks(own: tuple[Network, ...], wished: tuple[Network, ...]) -> tuple[Network, ...]:
    """Two networks share the smaller one, or nothing."""
    pairs = ((one, other) for one in own for other in wished if one.version == other.version)
    shared = {max(pair, key=lambda network: network.prefixlen) for pair in pairs if _meet(*pair)}
    return tuple(sorted(shared, key=lambda network: (network.version, int(network[0]))))


def _meet(one: Network, other: Network) -> bool:
    if isinstance(one, ipaddress.IPv4Network):
        return isinstance(other, ipaddress.IPv4Network) and one.overlaps(other)
    return isinstance(other, ipaddress.IPv6Network) and one.overlaps(other)


def _common_roots(own: tuple[str, ...], wished: tuple[str, ...]) -> list[str]:
    """The deeper folder of each pair where one holds the other."""
    shared = [root for root in wished if any(is_inside(root, of=each) for each in own)]
    shared += [root for root in own if any(is_inside(root, of=each) for each in wished)]
    return list(dict.fromkeys(shared))

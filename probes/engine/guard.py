"""What a probe may touch: addresses, files and interpreters, checked against the policy.

A name is resolved once, every address it has is checked, and what was checked is what gets
connected to: a second answer of a name server cannot slip past.
"""

import asyncio
import functools
import ipaddress
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.spec import Network, Policy

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Awaitable[Sequence[Any]]]

# Link-local, the metadata services of the large clouds, and what is not one host. No policy
# can allow them.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "169.254.0.0/16",
        "fe80::/10",
        "fd00:ec2::254/128",
        "fd20:ce::254/128",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "224.0.0.0/4",
        "ff00::/8",
        "255.255.255.255/32",
    )
)
# IPv6 prefixes whose last 32 bits are an IPv4 address: NAT64, local NAT64, IPv4-compatible,
# and the old translated form.
_EMBEDDING = tuple(
    ipaddress.IPv6Network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")
)
_ISATAP = (0x00005EFE, 0x02005EFE)
_MOST_ADDRESSES = 8


@dataclass(frozen=True, kw_only=True)
class Address:
    """A literal address that passed the guard."""

    family: socket.AddressFamily
    ip: str
    port: int


class NameNotFound(Exception):
    """The name has no address: asked and answered."""


async def resolve(
    host: str, port: int, *, policy: Policy, deadline: float, lookup: Lookup | None = None
) -> tuple[Address, ...]:
    """Every address of `host`, in the resolver's order, all of them allowed.

    Raises NameNotFound, or CannotLook: `not_allowed` when any address is refused,
    `resolver_unavailable` when nobody answered for the name.
    """
    if port in policy.denied_ports:
        raise CannotLook("not_allowed", f"port {port} belongs to Knownfix itself")
    literals = _literal(host) or await _look_up(host, port, deadline, lookup or _system_lookup)
    for literal in literals:
        check_address(literal, policy=policy, asked=host)
    return tuple(_address(literal, port) for literal in literals[:_MOST_ADDRESSES])


@functools.lru_cache(maxsize=1024)
def _address(literal: IP, port: int) -> Address:
    family = socket.AF_INET if literal.version == 4 else socket.AF_INET6
    return Address(family=family, ip=str(literal), port=port)


async def addresses_of(
    host: str, *, policy: Policy, deadline: float, lookup: Lookup | None = None
) -> tuple[IP, ...]:
    """Every address of `host`, in the resolver's order, to be told and not to be connected to.

    Raises NameNotFound, or CannotLook as `resolve` does and `check_tellable` says.
    """
    found = _literal(host) or await _look_up(host, 0, deadline, lookup or _system_lookup)
    for address in found:
        check_tellable(address, policy=policy, asked=host)
    return tuple(found)


def check_tellable(address: IP, *, policy: Policy, asked: str) -> None:
    """Raises CannotLook for an address that a run may not even name.

    Public addresses are public knowledge, and 0.0.0.0 leads nowhere. All others must be inside
    the policy's networks: names that are tried one by one would draw a map of a network that
    the probe may not reach.
    """
    if not all(inner.is_global or inner.is_unspecified for inner in _meant_by(address)):
        check_address(address, policy=policy, asked=asked)


def check_address(address: IP, *, policy: Policy, asked: str) -> None:
    """Raises CannotLook when `address`, or one that it carries inside, is refused."""
    if refusal := _refusal(address, policy.networks, asked):
        raise CannotLook("not_allowed", refusal)


@functools.lru_cache(maxsize=1024)
def _refusal(address: IP, networks: tuple[Network, ...], asked: str) -> str:
    """Why not; empty when nothing is against it. The same question always has the same answer."""
    for inner in _meant_by(address):
        if any(inner in network for network in _NEVER):
            return (
                f"{_named(asked, inner)} is a link-local, metadata or multicast address; "
                "probes never connect to those"
            )
        if not any(inner in network for network in networks):
            return _how_to_allow(asked, inner)
    return ""


def _how_to_allow(asked: str, address: IP) -> str:
    if address.is_unspecified:
        return (
            f"{address} is an address to listen on, not one to connect to; "
            f"use {'127.0.0.1' if address.version == 4 else '::1'}"
        )
    return (
        f"{_named(asked, address)} is outside the networks this location may reach; to allow it, "
        f"add {address}/{address.max_prefixlen} to the location's networks"
    )


def _named(asked: str, address: IP) -> str:
    return str(address) if asked == str(address) else f"{asked} ({address})"


def _meant_by(address: IP) -> Iterator[IP]:
    """The address itself, or for a v4-mapped one the IPv4 address that it is; and all inside."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    yield address
    yield from _inside(address)


def _inside(address: ipaddress.IPv6Address) -> Iterator[IP]:
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    last_32 = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    is_isatap = (int(address) >> 32) & 0xFFFFFFFF in _ISATAP
    if is_isatap or (int(address) > 1 and any(address in network for network in _EMBEDDING)):
        yield last_32


@functools.lru_cache(maxsize=1024)
def _literal(host: str) -> Sequence[IP]:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ()
    return (_without_zone(address),)


def _without_zone(address: IP) -> IP:
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        raise CannotLook("not_allowed", f"{address} carries a zone; probes never use one")
    return address


async def _look_up(host: str, port: int, deadline: float, lookup: Lookup) -> list[IP]:
    try:
        async with asyncio.timeout_at(deadline):
            answers = await lookup(host, port)
    except TimeoutError:
        raise CannotLook(
            "resolver_unavailable", f"the name service did not answer for {host} in time"
        ) from None
    except socket.gaierror as error:
        if error.errno in _NOBODY_ANSWERED:
            raise CannotLook(
                "resolver_unavailable", f"the name service did not answer for {host}"
            ) from None
        raise NameNotFound(f"{host} has no address ({error.strerror})") from None
    except UnicodeError:
        raise NameNotFound(f"{host} cannot be a host name") from None
    found = [_without_zone(ipaddress.ip_address(answer[4][0])) for answer in answers]
    return list(dict.fromkeys(found))


_NOBODY_ANSWERED = tuple(
    getattr(socket, name)
    for name in ("EAI_AGAIN", "EAI_FAIL", "EAI_SYSTEM", "EAI_MEMORY")
    if hasattr(socket, name)
)


async def _system_lookup(host: str, port: int) -> Sequence[Any]:
    loop = asyncio.get_running_loop()
    return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def allowed_path(path: str, *, policy: Policy) -> Path:
    """The path with every link followed, inside one of the policy's folders. May not exist.

    What is looked at afterwards is the answer, never the path that was asked for.
    """
    real = Path(os.path.realpath(path))
    if any(is_inside(str(real), of=root) for root in policy.roots):
        return real
    shown = path if str(real) == path else f"{path} (really {real})"
    raise CannotLook(
        "not_allowed",
        f"{shown} is outside the folders this location may look at; to allow it, "
        "add its folder to the location's folders",
    )


def is_inside(path: str, *, of: str) -> bool:
    """True when the path, with every link followed, is the folder `of` or lies in it."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(of))


def allowed_interpreter(path: str, *, policy: Policy) -> str:
    """The interpreter as allowed. Links are not followed: a venv's python is one on purpose."""
    asked = os.path.normpath(path)
    if asked in {os.path.normpath(allowed) for allowed in policy.interpreters}:
        return asked
    raise CannotLook(
        "not_allowed",
        f"{path} is not an interpreter this location may start; to allow it, "
        "add it to the location's interpreters",
    )


def allowed_plugin(name: str, *, policy: Policy) -> str:
    """The full path of the Nagios plugin of that name."""
    if name in policy.plugins:
        return policy.plugins[name]
    raise CannotLook(
        "not_allowed",
        f"{name} is not a plugin this location may start; to allow it, name it with its full "
        "path under [plugins] in the limits file of its host",
    )


def secret_named(name: str, *, policy: Policy) -> str:
    """The value a definition refers to. It must not reach facts, a summary or an output."""
    if name in policy.secrets:
        return policy.secrets[name]
    raise CannotLook(
        "secret_missing",
        f"there is no secret {name} at this location; say where it is kept under [secrets] in "
        "the limits file of its host",
    )

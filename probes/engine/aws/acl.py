"""Whether network ACLs let packets through, and where a route table sends them.

https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html: rules are tried by their number
and the first that fits decides; what no rule fits is denied. Nothing remembers connections, so
that an answer needs rules of its own.
https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html: the longest prefix.
"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from probes.engine.spec import Network

Entry = Mapping[str, Any]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# The ports a load balancer may be answered on.
EPHEMERAL = range(1024, 65536)
_ALL, _TCP = "-1", "6"


def blocked_by(
    entries: Iterable[Entry], *, egress: bool, network: Network, ports: range
) -> int | None:
    """The number of the first rule that denies TCP for part of `network` and `ports`, or None.

    Exact: what a rule says changes only where some rule begins or has ended, and each such
    point is asked.
    """
    rules = sorted(
        (each for each in entries if each["Egress"] is egress and _is_about(each, network)),
        key=lambda each: int(each["RuleNumber"]),
    )
    for address in _addresses(rules, network):
        for port in _ports(rules, ports):
            number = _decided(rules, address, port)
            if number is not None:
                return number
    return None


def _is_about(entry: Entry, network: Network) -> bool:
    return entry["Protocol"] in (_ALL, _TCP) and _cidr(entry).version == network.version


def _cidr(entry: Entry) -> Network:
    return ipaddress.ip_network(entry.get("CidrBlock") or entry["Ipv6CidrBlock"], strict=False)


def _addresses(rules: Sequence[Entry], network: Network) -> list[Address]:
    edges = {network[0]}
    for rule in rules:
        cidr = _cidr(rule)
        edges.add(cidr[0])
        if int(cidr[-1]) < int(network[-1]):
            edges.add(cidr[-1] + 1)
    return sorted((each for each in edges if each in network), key=int)


def _ports(rules: Sequence[Entry], ports: range) -> list[int]:
    edges = {ports[0]}
    for rule in rules:
        allowed = _port_range(rule)
        edges |= {allowed[0], allowed[-1] + 1}
    return sorted(each for each in edges if each in ports)


def _port_range(rule: Entry) -> range:
    if rule["Protocol"] == _ALL or "PortRange" not in rule:
        return range(65536)
    return range(rule["PortRange"]["From"], rule["PortRange"]["To"] + 1)


def _decided(rules: Sequence[Entry], address: Address, port: int) -> int | None:
    """None where the packet passes; else the number of the rule that denies it."""
    for rule in rules:
        if address in _cidr(rule) and port in _port_range(rule):
            return None if rule["RuleAction"] == "allow" else int(rule["RuleNumber"])
    return 32767  # the last rule of every ACL, which denies all and cannot be removed


def route_to(network: Network, routes: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The most specific route that covers `network`, whatever its state; None without one."""
    covering = [
        (cidr.prefixlen, route)
        for route in routes
        if (cidr := _destination(route)) is not None and _covers(cidr, network)
    ]
    return max(covering, key=lambda each: each[0])[1] if covering else None


def _destination(route: Mapping[str, Any]) -> Network | None:
    text = route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock")
    return ipaddress.ip_network(text, strict=False) if text else None


def _covers(cidr: Network, network: Network) -> bool:
    return cidr.version == network.version and network[0] in cidr and network[-1] in cidr

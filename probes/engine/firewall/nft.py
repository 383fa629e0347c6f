"""nft's JSON (`nft -j list ruleset`), read for one packet. libnftables-json(5) is the grammar."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from probes.engine.firewall.nft_terms import Unclear, shown, subject, value_of
from probes.engine.firewall.rules import (
    Action,
    Base,
    Match,
    Packet,
    Rule,
    Ruleset,
    both,
    either,
    network,
    turned,
    yes_or_no,
)

_FAMILIES = {"ipv4": ("ip", "inet", "netdev"), "ipv6": ("ip6", "inet", "netdev")}
_INCOMING = ("ingress", "prerouting", "input")
_JUMPS = ("jump", "goto")
_VERDICTS = ("accept", "drop", "reject", "return", *_JUMPS)
# They say or change nothing about whether the packet passes.
_HARMLESS = ("counter", "log", "mangle", "notrack", "ct helper", "comment", "set", "map", "last")
_LOGGING = ("LOG", "NFLOG")
_ORDERS: Mapping[str, Callable[[int, int], bool]] = {
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
}


def read_nft(text: str, packet: Packet, *, without: frozenset[str] = frozenset()) -> Ruleset:
    """The chains a packet for this host comes through, but those of the tables `without`.

    Raises ValueError when it is not nft's JSON.
    """
    found = json.loads(text)
    if not isinstance(found, dict) or not isinstance(found.get("nftables"), list):
        raise ValueError("is not the JSON of nft")
    reader = _Reader(packet, found["nftables"], without)
    return reader.ruleset()


def tables_of_iptables(text: str, packet: Packet) -> frozenset[str]:
    """Tables that iptables made and nft shows in part only: matches of its own have no JSON."""
    own = _FAMILIES[packet.family][0]
    rules = (entry.get("rule") for entry in json.loads(text)["nftables"])
    return frozenset(
        rule["table"]
        for rule in rules
        if rule and rule["family"] == own and any("xt" in one for one in rule.get("expr", ()))
    )


class _Reader:
    def __init__(self, packet: Packet, entries: list[Any], without: frozenset[str]) -> None:
        self._packet = packet
        self._entries = entries
        self._without = without
        self._sets = {_name(each, "name"): each.get("elem", []) for each in self._each("set")}

    def ruleset(self) -> Ruleset:
        found = Ruleset()
        for chain in self._each("chain"):
            name = _name(chain, "name")
            found.chains[name] = []
            if chain.get("hook") in _INCOMING and self._concerns(chain):
                found.bases.append(
                    Base(
                        chain=name,
                        policy=Action(chain.get("policy", "accept")),
                        is_partial=chain["family"] == "netdev",
                    )
                )
        for rule in self._each("rule"):
            found.chains.setdefault(_name(rule, "chain"), []).extend(self._read(rule))
        return found

    def _each(self, sort: str) -> Iterator[dict[str, Any]]:
        families, own = _FAMILIES[self._packet.family], _FAMILIES[self._packet.family][0]
        for entry in self._entries:
            one = entry.get(sort)
            if not one or one["family"] not in families:
                continue
            if one["family"] != own or one["table"] not in self._without:
                yield one

    def _concerns(self, chain: Mapping[str, Any]) -> bool:
        """An ingress chain belongs to devices; loopback's has nothing to do with others."""
        devices = chain.get("dev") or []
        devices = [devices] if isinstance(devices, str) else devices
        found = either(self._packet.comes_through(str(device)) for device in devices)
        return not devices or found is not Match.NO

    def _read(self, rule: Mapping[str, Any]) -> Iterator[Rule]:
        """One rule; one per entry where a map gives the verdict."""
        matches: list[Match] = []
        text = f"{rule['family']} {rule['table']} {rule['chain']}: {shown(rule)}"
        for one in rule.get("expr", ()):
            sort, value = _statement_of(one)
            if (condition := self._condition(sort, value)) is not None:
                matches.append(condition)
            elif sort == "vmap":
                yield from self._mapped(value, both(matches), rule, text)
            elif sort not in _HARMLESS and not _only_logs(sort, value):
                yield self._statement(sort, value, both(matches), rule, text)

    def _condition(self, sort: str, value: Any) -> Match | None:
        """Whether the rest of the rule is reached; None for what is no condition."""
        if sort == "match":
            return self._match(value)
        if sort == "limit":
            # One new connection is within a rate.
            return yes_or_no(not value.get("inv"))
        is_foreign = sort == "ct count" or (sort == "xt" and value.get("type") == "match")
        return Match.UNCLEAR if is_foreign else None

    def _statement(
        self, sort: str, value: Any, match: Match, rule: Mapping[str, Any], text: str
    ) -> Rule:
        action = Action(sort) if sort in _VERDICTS else Action.UNCLEAR
        target = _name({**rule, "chain": value["target"]}, "chain") if sort in _JUMPS else ""
        return Rule(match=match, action=action, target=target, text=text)

    def _mapped(
        self, vmap: Mapping[str, Any], match: Match, rule: Mapping[str, Any], text: str
    ) -> Iterator[Rule]:
        entries = vmap["data"].get("set") if isinstance(vmap["data"], dict) else None
        if entries is None:
            yield Rule(match=match, action=Action.UNCLEAR, text=text)
            return
        for key, verdict in entries:
            met = self._match({"op": "==", "left": vmap["key"], "right": key})
            ((sort, value),) = verdict.items()
            yield self._statement(sort, value, both((match, met)), rule, text)

    def _match(self, value: Mapping[str, Any]) -> Match:
        op, left, right = value["op"], value["left"], value["right"]
        try:
            if self._is_of_another(left):
                return Match.NO
            if op in _ORDERS:
                number = self._known(left)
                return yes_or_no(_ORDERS[op](int(number), int(right)))
            found = either(self._equals(left, each) for each in self._all(right))
        except (Unclear, ValueError, TypeError, KeyError):
            return Match.UNCLEAR
        return turned(found) if op == "!=" else found

    def _all(self, right: Any) -> list[Any]:
        if isinstance(right, str) and right.startswith("@"):
            return self._named_set(right[1:])
        if isinstance(right, dict) and "set" in right:
            return [each for inner in right["set"] for each in self._all(value_of(inner))]
        return right if isinstance(right, list) else [right]

    def _named_set(self, name: str) -> list[Any]:
        known = [each for full, each in self._sets.items() if full.split("/")[2] == name]
        # The same name in two tables: which one is meant is not looked up.
        if len(known) != 1:
            raise Unclear
        return [value_of(each) for each in known[0]]

    def _equals(self, left: Mapping[str, Any], right: Any) -> Match:
        if isinstance(right, dict) and not right.keys() & {"range", "prefix"}:
            raise Unclear
        match subject(left):
            case ("payload", "ip" | "ip6", "saddr"):
                return self._address(right, self._packet.comes_from)
            case ("payload", "ip" | "ip6", "daddr"):
                return self._address(right, self._packet.goes_to)
            case ("meta", "iif" | "iifname", _):
                return self._packet.comes_through(str(right))
        known = self._known(left)
        if isinstance(right, dict):
            low, high = right["range"]
            return yes_or_no(int(low) <= int(known) <= int(high))
        return yes_or_no(known == right)

    def _address(self, right: Any, asked: Callable[[Any], Match]) -> Match:
        if isinstance(right, dict):
            prefix = right["prefix"]
            return asked(network(f"{prefix['addr']}/{prefix['len']}"))
        return asked(network(right))

    def _known(self, left: Mapping[str, Any]) -> Any:
        """What the packet has there. Raises Unclear where that is not known."""
        packet, family = self._packet, "ip" if self._packet.family == "ipv4" else "ip6"
        match subject(left):
            case ("payload", "tcp" | "udp" | "th" as proto, "dport"):
                return packet.port if proto in ("th", packet.proto) else None
            case ("payload", "ip", "protocol") | ("payload", "ip6", "nexthdr"):
                return packet.proto
            case ("payload", "tcp", "flags"):
                return "syn" if packet.proto == "tcp" else None
            case ("flags", _, _):
                return self._flags(left)
            case ("meta", "l4proto", _):
                return packet.proto
            case ("meta", "nfproto", _):
                return packet.family
            case ("meta", "protocol", _):
                return family
            case ("ct", "state", _):
                return "new"
            case ("fib", "type", ("daddr",)):
                return "local"
            case _:
                raise Unclear

    def _flags(self, left: Mapping[str, Any]) -> Any:
        """`tcp flags & (fin|syn|rst|ack) == syn`: a first packet has syn alone."""
        mask = left["&"][1]
        names = mask.get("|") if isinstance(mask, dict) else mask
        return "syn" if "syn" in (names if isinstance(names, list) else [names]) else None

    def _is_of_another(self, left: Mapping[str, Any]) -> bool:
        """`udp dport != 53` is about UDP only: the protocol is part of the match."""
        of = subject(left)
        other = {"tcp": "udp", "udp": "tcp"}[self._packet.proto]
        own = {"ipv4": "ip6", "ipv6": "ip"}[self._packet.family]
        return of[0] == "payload" and of[1] in (other, own, "icmp", "icmpv6", "sctp")


def _name(entry: Mapping[str, Any], key: str) -> str:
    return f"{entry['family']}/{entry['table']}/{entry[key]}"


def _only_logs(sort: str, value: Any) -> bool:
    return sort == "xt" and value.get("name") in _LOGGING


def _statement_of(one: Any) -> tuple[str, Any]:
    """`{"accept": null}`, and in newer versions plain words."""
    return next(iter(one.items())) if isinstance(one, dict) else (str(one), None)

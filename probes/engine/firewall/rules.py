"""What a packet filter does with a new connection from outside, whatever tool wrote its rules.

A rule matches, does not, matches for some senders only, or is not understood. Both branches of
the last two are followed, so an outcome is claimed only when every branch comes to the same end.
"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_DEEPEST = 16
_MOST_SHOWN = 20

Addresses = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Match(StrEnum):
    YES = "yes"
    NO = "no"
    SOME = "some"
    UNCLEAR = "unclear"


class Action(StrEnum):
    ACCEPT = "accept"
    DROP = "drop"
    REJECT = "reject"
    RETURN = "return"
    NEXT = "next"
    JUMP = "jump"
    GOTO = "goto"
    # Sent elsewhere, or a target that is not known here.
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Packet:
    """The first packet of a connection to `port`. No source: any that is not this host itself.

    `addresses` and `devices` are the host's own, without loopback; empty when not known.
    """

    port: int
    proto: str = "tcp"
    family: str = "ipv4"
    source: Address | None = None
    addresses: tuple[Address, ...] = ()
    devices: tuple[str, ...] = ()

    @property
    def is_from_loopback(self) -> bool:
        return self.source is not None and self.source.is_loopback

    @property
    def is_from_here(self) -> bool:
        """What a host sends to itself comes through lo, whichever address it uses."""
        return self.is_from_loopback or self.source in self.addresses

    def comes_through(self, device: str) -> Match:
        """`device` may end in a wildcard: eth* for nft, eth+ for iptables."""
        if device == "lo" or self.is_from_here:
            return yes_or_no(device == "lo" and self.is_from_here)
        beginning = device.rstrip("*+")
        return _of_all(
            own == device or (beginning != device and own.startswith(beginning))
            for own in self.devices
        )

    def comes_from(self, network: Addresses) -> Match:
        if self.source is not None:
            return yes_or_no(self.source in network)
        if network.is_loopback or self.family != f"ipv{network.version}":
            return Match.NO
        return Match.YES if network.prefixlen == 0 else Match.SOME

    def goes_to(self, network: Addresses) -> Match:
        """Which of the host's addresses was called is not known; only whether loopback was."""
        if self.family != f"ipv{network.version}":
            return Match.NO
        if network.is_loopback or self.is_from_loopback:
            return yes_or_no(network.is_loopback and self.is_from_loopback)
        if network.prefixlen == 0:
            return Match.YES
        if network.is_multicast:
            return Match.NO
        return _of_all(own in network for own in self.addresses if own.version == network.version)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule as it concerns the packet; `text` is the rule as a person reads it."""

    match: Match
    action: Action
    target: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Base:
    """A chain where the kernel begins. `is_partial`: only for what comes through one device."""

    chain: str
    policy: Action = Action.ACCEPT
    is_partial: bool = False


@dataclass(kw_only=True)
class Ruleset:
    bases: list[Base] = field(default_factory=list)
    chains: dict[str, list[Rule]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """True when nothing of it can stop a packet: no rule, and every policy accepts."""
        return all(
            base.policy is Action.ACCEPT and not self.chains.get(base.chain) for base in self.bases
        )

    @property
    def default_policy(self) -> str | None:
        """Of several, the one that does not accept: it is what counts in the end."""
        policies = sorted({base.policy for base in self.bases}, key=lambda one: one == "accept")
        return str(policies[0]) if policies else None


@dataclass(kw_only=True)
class Verdict:
    """What may become of the packet, the rules that had a say, and what was not understood."""

    possible: frozenset[Action]
    matching: list[str]
    unclear: list[str]

    @property
    def actions(self) -> list[str]:
        return sorted(str(action) for action in self.possible)

    @property
    def reason_code(self) -> str:
        if Action.ACCEPT not in self.possible:
            return "blocked"
        if len(self.possible) == 1:
            return "open"
        return "not_understood" if self.unclear else "open_to_some"


def decide(ruleset: Ruleset) -> Verdict:
    """Each base chain must let the packet pass; one that surely stops it is enough."""
    walk = _Walk(ruleset.chains)
    ends = [walk.base(base) for base in ruleset.bases]
    stopped = [end for end in ends if Action.ACCEPT not in end]
    possible = stopped[0] if stopped else frozenset().union(*ends) or frozenset({Action.ACCEPT})
    return Verdict(
        possible=possible,
        matching=list(dict.fromkeys(walk.matching))[:_MOST_SHOWN],
        unclear=list(dict.fromkeys(walk.unclear))[:_MOST_SHOWN],
    )


class _Walk:
    def __init__(self, chains: Mapping[str, Sequence[Rule]]) -> None:
        self._chains = chains
        self.matching: list[str] = []
        self.unclear: list[str] = []

    def base(self, base: Base) -> frozenset[Action]:
        ends = self._chain(base.chain, depth=0)
        if Action.RETURN in ends:
            ends = ends - {Action.RETURN} | {base.policy}
        return ends | {Action.ACCEPT} if base.is_partial else ends

    def _chain(self, name: str, *, depth: int) -> frozenset[Action]:
        """How the chain can end; RETURN when the packet may come out of it undecided."""
        if name not in self._chains or depth > _DEEPEST:
            return self._anything(f"there is no chain {name}")
        ends: frozenset[Action] = frozenset()
        for rule in self._chains[name]:
            if rule.match is Match.NO or rule.action is Action.NEXT:
                continue
            here = self._end(rule, depth)
            ends |= here - {Action.NEXT}
            if rule.match is Match.YES and Action.NEXT not in here:
                return ends
        return ends | {Action.RETURN}

    def _end(self, rule: Rule, depth: int) -> frozenset[Action]:
        if rule.match is Match.UNCLEAR:
            self.unclear.append(rule.text)
        if rule.action is Action.UNCLEAR:
            self.matching.append(rule.text)
            return self._anything(rule.text)
        if rule.action not in (Action.JUMP, Action.GOTO):
            if rule.action is not Action.RETURN:
                self.matching.append(rule.text)
            return frozenset({rule.action})
        ends = self._chain(rule.target, depth=depth + 1)
        if rule.action is Action.JUMP and Action.RETURN in ends:
            return ends - {Action.RETURN} | {Action.NEXT}
        return ends

    def _anything(self, why: str) -> frozenset[Action]:
        self.unclear.append(why)
        return frozenset({Action.ACCEPT, Action.DROP})


def yes_or_no(claim: bool) -> Match:
    return Match.YES if claim else Match.NO


def _of_all(claims: Iterable[bool]) -> Match:
    """Of things one of which it is: YES when it holds for all. SOME when they are not known."""
    found = set(claims)
    return yes_or_no(found.pop()) if len(found) == 1 else Match.SOME


def turned(match: Match) -> Match:
    return {Match.YES: Match.NO, Match.NO: Match.YES}.get(match, match)


def both(matches: Iterable[Match]) -> Match:
    """All must match. One that surely does not settles it, whatever the others are."""
    found = set(matches)
    for match in (Match.NO, Match.UNCLEAR, Match.SOME):
        if match in found:
            return match
    return Match.YES


def either(matches: Iterable[Match]) -> Match:
    """One must match, as in a set."""
    return turned(both(turned(match) for match in matches))


def network(value: Any) -> Addresses:
    """Raises ValueError for what is no address or network."""
    return ipaddress.ip_network(str(value), strict=False)

"""`iptables -S` and `ufw status verbose`, read for one packet."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping

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

_POLICIES = {"ACCEPT": Action.ACCEPT, "DROP": Action.DROP}
_TARGETS = {**_POLICIES, "REJECT": Action.REJECT, "RETURN": Action.RETURN}
_ONLY_LOOK = ("LOG", "NFLOG", "ULOG", "TRACE", "MARK", "CONNMARK", "TCPMSS", "CT", "NOTRACK")
_ELSEWHERE = ("DNAT", "REDIRECT", "TPROXY", "QUEUE", "NFQUEUE")
# Where packets for this host begin, by table.
_BASES = ("PREROUTING", "INPUT")
# Their values say nothing about a sender's first packet: a comment, a rate that one packet is
# within, how the list of recent senders is kept.
_SAYS_NOTHING = (
    *("-m", "--match", "--comment", "--limit", "--limit-burst"),
    *("--set", "--name", "--seconds", "--hitcount", "--mask", "--rsource", "--rdest"),
)
# A sender that was there before; a routing header, which a usual packet does not have.
_NEVER_OF_A_FIRST = ("--update", "--rcheck", "--rt-type")

Reader = Callable[[str, Packet], Match]


def read_iptables(listed: str, packet: Packet, *, origin: str) -> Ruleset:
    """The chains of one table; `origin` tells them from those of others. Raises ValueError for a
    line that is no rule."""
    found = Ruleset()
    lines = [shlex.split(line) for line in listed.splitlines() if line.strip()]
    for words in lines:
        match words:
            case ["-P", name, policy]:
                found.chains[_full(origin, name)] = []
                if name in _BASES:
                    found.bases.append(Base(chain=_full(origin, name), policy=_POLICIES[policy]))
            case ["-N", name]:
                found.chains[_full(origin, name)] = []
            case ["-A", name, *rest]:
                rule = _rule(rest, packet, origin, text=" ".join(words))
                found.chains.setdefault(_full(origin, name), []).append(rule)
            case [first, *_] if not first.startswith("#"):
                raise ValueError(f"{' '.join(words)[:100]!r} is not a line of iptables -S")
    if not found.bases:
        raise ValueError("there is no chain for incoming packets")
    return found


def _full(origin: str, chain: str) -> str:
    return f"{origin}/{chain}"


def _rule(words: list[str], packet: Packet, origin: str, *, text: str) -> Rule:
    conditions, jump, target = words, "", ""
    for flag in ("-j", "-g"):
        if flag in words:
            at = words.index(flag)
            conditions, jump, target = words[:at], flag, words[at + 1]
    match = both(_conditions(conditions, packet))
    if not target or target in _ONLY_LOOK:
        return Rule(match=match, action=Action.NEXT, text=text)
    if target in _TARGETS:
        return Rule(match=match, action=_TARGETS[target], text=text)
    if target in _ELSEWHERE:
        return Rule(match=match, action=Action.UNCLEAR, text=text)
    action = Action.GOTO if jump == "-g" else Action.JUMP
    return Rule(match=match, action=action, target=_full(origin, target), text=text)


def _conditions(words: list[str], packet: Packet) -> Iterator[Match]:
    """One match per option; one that is not known makes the rule unclear."""
    left = list(words)
    while left:
        is_turned = left[0] == "!"
        option = left.pop(1 if is_turned else 0)
        if is_turned:
            left.pop(0)
        values = []
        while left and not left[0].startswith("-") and left[0] != "!":
            values.append(left.pop(0))
        found = _condition(option, values, packet)
        yield turned(found) if is_turned else found


def _condition(option: str, values: list[str], packet: Packet) -> Match:
    if option in _SAYS_NOTHING:
        return Match.YES
    if option in _NEVER_OF_A_FIRST:
        return Match.NO
    if option == "--tcp-flags":
        return yes_or_no(packet.proto == "tcp" and "SYN" in values[0] and values[1] == "SYN")
    if option == "--syn":
        return yes_or_no(packet.proto == "tcp")
    if option not in _READERS or len(values) != 1:
        return Match.UNCLEAR
    try:
        return _READERS[option](values[0], packet)
    except ValueError:
        return Match.UNCLEAR


def _protocol(value: str, packet: Packet) -> Match:
    return yes_or_no(value in ("all", packet.proto))


def _ports(value: str, packet: Packet) -> Match:
    return either(yes_or_no(_holds(each, packet.port)) for each in value.split(","))


def _holds(ports: str, port: int) -> bool:
    low, colon, high = ports.partition(":")
    return int(low or 0) <= port <= int((high or 65535) if colon else low)


def _state(value: str, packet: Packet) -> Match:
    return yes_or_no("NEW" in value.split(","))


def _destination_type(value: str, packet: Packet) -> Match:
    return yes_or_no("LOCAL" in value.split(","))


_READERS: Mapping[str, Reader] = {
    "-p": _protocol,
    "-s": lambda value, packet: packet.comes_from(network(value)),
    "-d": lambda value, packet: packet.goes_to(network(value)),
    "-i": lambda value, packet: packet.comes_through(value),
    "--dport": _ports,
    "--dports": _ports,
    "--state": _state,
    "--ctstate": _state,
    "--dst-type": _destination_type,
}

_UFW_DEFAULT = re.compile(r"^Default: (allow|deny|reject) \(incoming\)", re.MULTILINE)
_UFW_RULE = re.compile(
    r"(?P<to>\S+)(?P<v6> \(v6\))?(?: on (?P<device>\S+))?\s{2,}"
    r"(?P<action>ALLOW|DENY|REJECT|LIMIT)(?: IN)?\s{2,}(?P<source>\S+)(?: \(v6\))?(?:\s+#.*)?"
)
_UFW_ACTIONS = {
    "allow": Action.ACCEPT,
    "limit": Action.ACCEPT,
    "deny": Action.DROP,
    "reject": Action.REJECT,
}


def read_ufw(listed: str, packet: Packet) -> Ruleset:
    """What `ufw status verbose` says. Raises ValueError when it says nothing about incoming."""
    if listed.startswith("Status: inactive"):
        return Ruleset(bases=[Base(chain="ufw")], chains={"ufw": []})
    default = _UFW_DEFAULT.search(listed)
    if not listed.startswith("Status: active") or default is None:
        raise ValueError("is not what ufw status says")
    _, _, rules = listed.partition("\n--")
    lines = [line.strip() for line in rules.splitlines()[1:] if line.strip()]
    return Ruleset(
        bases=[Base(chain="ufw", policy=_UFW_ACTIONS[default[1]])],
        chains={"ufw": [_ufw_rule(line, packet) for line in lines if " OUT " not in line]},
    )


def _ufw_rule(line: str, packet: Packet) -> Rule:
    found = _UFW_RULE.fullmatch(line)
    if found is None:
        return Rule(match=Match.UNCLEAR, action=Action.UNCLEAR, text=line)
    matches = (
        yes_or_no(bool(found["v6"]) == (packet.family == "ipv6")),
        packet.comes_through(found["device"]) if found["device"] else Match.YES,
        _ufw_port(found["to"], packet),
        _ufw_source(found["source"], packet),
    )
    return Rule(match=both(matches), action=_UFW_ACTIONS[found["action"].lower()], text=line)


def _ufw_port(to: str, packet: Packet) -> Match:
    ports, _, proto = to.partition("/")
    if not re.fullmatch(r"[\d,:]+", ports):
        return Match.YES if ports == "Anywhere" else Match.UNCLEAR
    return both((_protocol(proto or "all", packet), _ports(ports, packet)))


def _ufw_source(source: str, packet: Packet) -> Match:
    if source == "Anywhere":
        return Match.YES
    try:
        return packet.comes_from(network(source))
    except ValueError:
        return Match.UNCLEAR

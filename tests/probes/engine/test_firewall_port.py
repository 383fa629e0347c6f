"""firewall_port: what a list of rules means. tests/lab asks real packet filters."""

import ipaddress
import json
from pathlib import Path
from typing import Any

import pytest

from probes.engine.errors import InvalidParams
from probes.engine.firewall.iptables import read_iptables, read_ufw
from probes.engine.firewall.nft import read_nft
from probes.engine.firewall.rules import Packet, decide
from probes.engine.registry import validate
from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import run

PACKET = Packet(port=8000)
SIX = Packet(port=8000, family="ipv6")


def iptables(*lines: str, packet: Packet = PACKET) -> str:
    listed = "\n".join(("-P INPUT ACCEPT", *lines))
    return decide(read_iptables(listed, packet, origin="t")).reason_code


@pytest.mark.parametrize(
    ("lines", "reason_code"),
    [
        (("-A INPUT -p tcp -m tcp --dport 8000 -j DROP",), "blocked"),
        (("-A INPUT -p udp -m udp --dport 8000 -j DROP",), "open"),
        (("-A INPUT ! -i lo -p tcp -m tcp ! --dport 22 -j DROP",), "blocked"),
        (("-A INPUT -s 127.0.0.0/8 -j ACCEPT", "-A INPUT -j DROP"), "blocked"),
        (("-A INPUT -s 0.0.0.0/0 -j DROP",), "blocked"),
        (("-A INPUT -m addrtype --dst-type LOCAL -j DROP",), "blocked"),
        (("-A INPUT -m set --match-set bad src -j DROP",), "not_understood"),
        (("-A INPUT -m set --match-set bad src", "-A INPUT -p tcp -j DROP"), "blocked"),
        (("-A INPUT -m recent --update --seconds 60 --hitcount 6 -j DROP",), "open"),
        (("-A INPUT -d 224.0.0.251/32 -j DROP",), "open"),
        (("-A INPUT -j NFQUEUE --queue-num 0",), "not_understood"),
        (("-A INPUT -j GONE",), "not_understood"),
        (("-N A", "-A A -j A", "-A INPUT -j A"), "not_understood"),
        (("-N A", "-A A -p tcp -j RETURN", "-A A -j DROP", "-A INPUT -j A"), "open"),
        (("-N A", "-A A -p udp -j DROP", "-A INPUT -g A", "-A INPUT -j DROP"), "open"),
        (("-A INPUT -j LOG --log-prefix 'a -j DROP'",), "open"),
    ],
)
def test_iptables_rules_are_followed(lines: tuple[str, ...], reason_code: str) -> None:
    assert iptables(*lines) == reason_code


def test_interface_decides_only_where_one_is_known() -> None:
    local = Packet(port=8000, source=ipaddress.ip_address("127.0.0.1"))
    rules = ("-A INPUT ! -i lo -j DROP",)

    assert iptables(*rules) == "blocked"
    assert iptables(*rules, packet=local) == "open"
    assert iptables("-A INPUT -i eth0 -j DROP") == "open_to_some"


@pytest.mark.parametrize(
    ("rule", "reason_code"),
    [
        # What Docker 28 writes for each container: its address is not one of the host's own.
        ("-A INPUT -d 172.17.0.2/32 ! -i docker0 -j DROP", "open"),
        ("-A INPUT -d 192.0.2.1/32 -j DROP", "open_to_some"),
        ("-A INPUT -d 192.0.2.0/24 -j DROP", "blocked"),
        ("-A INPUT -i wlan0 -j DROP", "open"),
        ("-A INPUT -i eth1 -j DROP", "open_to_some"),
        ("-A INPUT -i eth+ -j DROP", "blocked"),
        ("-A INPUT ! -i eth+ -j DROP", "open"),
    ],
)
def test_the_host_s_own_addresses_and_devices_settle_what_they_can(
    rule: str, reason_code: str
) -> None:
    own = tuple(ipaddress.ip_address(each) for each in ("192.0.2.1", "192.0.2.2", "2001:db8::1"))
    packet = Packet(port=8000, addresses=own, devices=("eth0", "eth1"))

    assert iptables(rule, packet=packet) == reason_code


def test_what_a_host_sends_to_its_own_address_comes_through_loopback() -> None:
    own = ipaddress.ip_address("192.0.2.1")
    packet = Packet(port=8000, source=own, addresses=(own,), devices=("eth0",))

    assert iptables("-A INPUT -i lo -j ACCEPT", "-A INPUT -j DROP", packet=packet) == "open"
    assert iptables("-A INPUT -i eth0 -j ACCEPT", "-A INPUT -j DROP", packet=packet) == "blocked"


@pytest.mark.parametrize(
    "listed",
    ["", "*filter\n:INPUT ACCEPT [0:0]", "{}", "-P INPUT ACCEPT\n-X", "-A INPUT 'unclosed"],
)
def test_what_is_no_list_of_rules_is_refused_and_never_an_open_door(listed: str) -> None:
    with pytest.raises(ValueError):
        read_iptables(listed, PACKET, origin="t")


def nft(*entries: dict[str, Any], policy: str = "accept", packet: Packet = PACKET) -> str:
    own = {"family": "inet", "table": "t"}
    hook = {"type": "filter", "hook": "input", "prio": 0, "policy": policy}
    chain = {"chain": {**own, "name": "input", **hook}}
    rules = [
        {"rule": {**own, "chain": "input", "expr": [entry, {"drop": None}]}} for entry in entries
    ]
    return decide(read_nft(json.dumps({"nftables": [chain, *rules]}), packet)).reason_code


def meets(left: dict[str, Any], right: Any, op: str = "==") -> dict[str, Any]:
    return {"match": {"op": op, "left": left, "right": right}}


DPORT = {"payload": {"protocol": "tcp", "field": "dport"}}
SADDR6 = {"payload": {"protocol": "ip6", "field": "saddr"}}


@pytest.mark.parametrize(
    ("entry", "reason_code"),
    [
        (meets(DPORT, 1024, ">"), "blocked"),
        (meets(DPORT, 1024, "<="), "open"),
        (meets(DPORT, {"range": [7000, 9000]}), "blocked"),
        (meets(DPORT, "@gone"), "not_understood"),
        (meets({"meta": {"key": "mark"}}, 1), "not_understood"),
        (meets({"ct": {"key": "state"}}, ["established", "new"], "in"), "blocked"),
        (meets({"ct": {"key": "state"}}, "new", "!="), "open"),
        (meets({"fib": {"result": "type", "flags": ["daddr"]}}, "local", "!="), "open"),
        (meets(SADDR6, {"prefix": {"addr": "fe80::", "len": 10}}, "!="), "open"),
        ({"quota": {"val": 1, "val_unit": "bytes"}}, "not_understood"),
        ({"xt": {"type": "match", "name": "set"}}, "not_understood"),
        ({"newer thing": {}}, "not_understood"),
        ({"limit": {"rate": 1, "per": "second", "inv": True}}, "open"),
    ],
)
def test_nft_expressions_are_followed_or_said_to_be_unclear(
    entry: dict[str, Any], reason_code: str
) -> None:
    assert nft(entry) == reason_code


def test_families_are_apart() -> None:
    entry = meets({"meta": {"key": "nfproto"}}, "ipv6")

    assert (nft(entry), nft(entry, packet=SIX)) == ("open", "blocked")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"nftables": 1}', "nonsense"])
def test_what_is_not_nft_s_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_nft(text, PACKET)


# What ufw 0.36.2 printed, and the rules it wrote, after: allow 22/tcp; limit 2222/tcp; allow from
# 10.0.0.0/8 to any port 8000; deny 9000:9100/tcp; allow in on eth0 to any port 7000 proto tcp;
# reject 6000; allow in on eth0 from 10.2.0.0/16 to any port 6001; allow 80,443/tcp comment web.
UFW = {
    name: (Path(__file__).parent / f"ufw_{name}.txt").read_text() for name in ("status", "rules")
}


@pytest.mark.parametrize(
    ("packet", "reason_code"),
    [
        (Packet(port=22), "open"),
        (Packet(port=22, proto="udp"), "blocked"),
        (Packet(port=23), "blocked"),
        (Packet(port=443), "open"),
        (Packet(port=2222), "open"),
        (PACKET, "open_to_some"),
        (Packet(port=8000, source=ipaddress.ip_address("10.1.2.3")), "open"),
        (Packet(port=8000, source=ipaddress.ip_address("11.1.2.3")), "blocked"),
        (Packet(port=9050), "blocked"),
        (Packet(port=7000), "open_to_some"),
        (Packet(port=6000), "blocked"),
        (Packet(port=6001), "open_to_some"),
        (Packet(port=6001, source=ipaddress.ip_address("11.1.2.3")), "blocked"),
        (Packet(port=53, proto="udp"), "blocked"),
    ],
)
def test_ufw_and_the_rules_it_writes_say_the_same(packet: Packet, reason_code: str) -> None:
    said = decide(read_ufw(UFW["status"], packet))
    written = decide(read_iptables(UFW["rules"], packet, origin="ufw"))

    assert (said.reason_code, written.reason_code) == (reason_code, reason_code)
    assert (said.unclear, written.unclear) == ([], [])


def test_ufw_s_rules_for_ipv6_are_apart() -> None:
    assert decide(read_ufw(UFW["status"], Packet(port=22, family="ipv6"))).reason_code == "open"
    assert decide(read_ufw(UFW["status"], SIX)).reason_code == "blocked"


def test_ufw_that_is_off_is_no_firewall() -> None:
    assert read_ufw("Status: inactive\n", PACKET).is_empty
    with pytest.raises(ValueError):
        read_ufw("something else", PACKET)


async def test_a_host_is_read_or_says_why_not() -> None:
    result = await run("firewall_port", policy=Policy(), port=8000)

    looked = {"open", "blocked", "open_to_some", "no_firewall"}
    could_not = {"permission_denied", "tool_missing", "not_understood", "timeout"}
    assert result.reason_code in (could_not if result.status is Status.UNKNOWN else looked)


def test_source_must_be_an_address() -> None:
    with pytest.raises(InvalidParams, match="IP address"):
        validate("firewall_port", {"port": 8000, "source": "shop.test"})

"""Network ACLs and route tables, read as the VPC guide says they are."""

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.engine.aws.acl import EPHEMERAL, blocked_by, route_to

HERE = ipaddress.ip_network("10.0.1.0/24")
LAST = {
    "RuleNumber": 32767, "Protocol": "-1", "RuleAction": "deny", "Egress": False,
    "CidrBlock": "0.0.0.0/0",
}  # fmt: skip


def rule(number: int, action: str, cidr: str = "0.0.0.0/0", **more: Any) -> dict[str, Any]:
    named = "Ipv6CidrBlock" if ":" in cidr else "CidrBlock"
    said = {"RuleNumber": number, "RuleAction": action, named: cidr}
    return {"Protocol": "6", "Egress": False, **said, **more}


def ports(first: int, last: int) -> dict[str, Any]:
    return {"PortRange": {"From": first, "To": last}}


def blocked(*rules: dict[str, Any], at: range = range(8000, 8001)) -> int | None:
    return blocked_by([LAST, *rules], egress=False, network=HERE, ports=at)


@pytest.mark.parametrize(
    ("rules", "by"),
    [
        ([rule(100, "allow", Protocol="-1")], None),
        ([], 32767),
        ([rule(100, "allow", **ports(8000, 8000))], None),
        ([rule(100, "allow", **ports(443, 443))], 32767),
        ([rule(100, "allow"), rule(50, "deny", **ports(8000, 8000))], 50),
        ([rule(100, "allow"), rule(150, "deny", **ports(8000, 8000))], None),
        ([rule(100, "allow", "10.0.1.0/25")], 32767),
        ([rule(100, "allow", "10.0.1.0/25"), rule(101, "allow", "10.0.1.128/25")], None),
        ([rule(90, "deny", "10.0.1.7/32"), rule(100, "allow")], 90),
        ([rule(100, "allow", Egress=True)], 32767),
        ([rule(100, "allow", Protocol="17")], 32767),
        ([rule(100, "allow", "::/0")], 32767),
    ],
    ids=[
        "all let through", "nothing said", "its port", "another port", "denied first",
        "denied too late", "half of the network", "both halves", "one address denied",
        "the other way", "UDP", "IPv6 only",
    ],
)  # fmt: skip
def test_the_first_rule_that_fits_decides(rules: list[dict[str, Any]], by: int | None) -> None:
    assert blocked(*rules) == by


def test_answers_need_every_port_they_may_go_to() -> None:
    high = rule(100, "allow", **ports(32768, 65535))
    low = rule(101, "allow", **ports(1024, 32767))

    assert blocked(high, at=EPHEMERAL) == 32767
    assert blocked(high, low, at=EPHEMERAL) is None


NETWORK = ipaddress.ip_network("10.0.0.0/29")
some_rules = st.lists(
    st.builds(
        lambda number, action, base, prefix, first, more: rule(
            number,
            action,
            str(ipaddress.ip_network(f"10.0.0.{base}/{prefix}", strict=False)),
            **ports(first, first + more),
        ),
        st.integers(1, 30000),
        st.sampled_from(["allow", "deny"]),
        st.integers(0, 15),
        st.integers(28, 32),
        st.integers(1, 12),
        st.integers(0, 8),
    ),
    max_size=6,
    unique_by=lambda each: each["RuleNumber"],
)


@given(some_rules)
def test_it_agrees_with_asking_for_every_address_and_port(rules: list[dict[str, Any]]) -> None:
    def passes(address: ipaddress.IPv4Address, port: int) -> bool:
        for each in sorted(rules, key=lambda each: each["RuleNumber"]):
            span = each["PortRange"]
            inside = address in ipaddress.ip_network(each["CidrBlock"])
            if inside and span["From"] <= port <= span["To"]:
                return bool(each["RuleAction"] == "allow")
        return False

    every = all(passes(address, port) for address in NETWORK for port in range(3, 11))

    found = blocked_by(rules, egress=False, network=NETWORK, ports=range(3, 11))

    assert (found is None) == every


def test_the_longest_prefix_is_the_route() -> None:
    routes = [
        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"},
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"},
        {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"},
        {"DestinationCidrBlock": "10.0.1.0/24", "NatGatewayId": "nat-1"},
        {"DestinationCidrBlock": "10.0.1.0/28", "NatGatewayId": "nat-2"},
    ]

    assert route_to(HERE, routes) == routes[3]
    assert route_to(HERE, routes[:1]) == routes[0]
    assert route_to(HERE, routes[2:3]) is None

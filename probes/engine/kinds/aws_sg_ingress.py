"""aws_sg_ingress: does a security group let another group in on a port, and nobody else?"""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from probes.engine.aws import client as aws
from probes.engine.aws.lookup import Described, security_group
from probes.engine.errors import CannotLook
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_EVERYWHERE = ("0.0.0.0/0", "::/0")
_PROTOCOLS = {"-1": "all", "6": "tcp"}


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    return await aws.ask(observe, ("ec2",), params, deadline=deadline, policy=policy)


def observe(params: Mapping[str, Any], ec2: aws.Client) -> Observation:
    facts: dict[str, Any] = {"port": params["port"], "allowed": False, "rules": []}
    for role in ("group", "source_group"):
        group = security_group(ec2, params[role])
        if group is None:
            words = f"there is no security group {params[role]} in this region"
            return Observation(reason_code="group_missing", facts=facts, summary=words)
        facts |= {role: group["GroupName"], f"{role}_id": group["GroupId"]}
        if role == "group":
            facts |= {"vpc": group.get("VpcId"), "rules": list(_rules(group, params["port"]))}
    return _judge(facts, ec2)


def _rules(group: Described, port: int) -> Iterator[dict[str, Any]]:
    """The rules that let TCP in on the port, each with all that it lets in."""
    for rule in group["IpPermissions"]:
        protocol = _PROTOCOLS.get(rule["IpProtocol"], rule["IpProtocol"])
        first, last = rule.get("FromPort", 0), rule.get("ToPort", 65535)
        if protocol == "all" or (protocol == "tcp" and first <= port <= last):
            yield {
                "protocol": protocol,
                "from_port": 0 if protocol == "all" else first,
                "to_port": 65535 if protocol == "all" else last,
                "groups": [each["GroupId"] for each in rule.get("UserIdGroupPairs", ())],
                "networks": [
                    *(each["CidrIp"] for each in rule.get("IpRanges", ())),
                    *(each["CidrIpv6"] for each in rule.get("Ipv6Ranges", ())),
                ],
                "prefix_lists": [each["PrefixListId"] for each in rule.get("PrefixListIds", ())],
            }


def _judge(facts: dict[str, Any], ec2: aws.Client) -> Observation:
    source, rules = facts["source_group_id"], facts["rules"]
    networks = [network for rule in rules for network in rule["networks"]]
    everywhere = [network for network in networks if network in _EVERYWHERE]
    by_group = any(source in rule["groups"] for rule in rules)
    if everywhere:
        facts["allowed"] = True
        return _say("wider_than_needed", facts, f"lets in everybody ({', '.join(everywhere)})")
    if by_group:
        facts["allowed"] = True
        return _say("allowed", facts, f"lets in {facts['source_group']}")
    if networks and _all_inside(_addresses(ec2, source), networks):
        facts["allowed"] = True
        words = f"lets in every address of {facts['source_group']} ({', '.join(networks)})"
        return _say("allowed", facts, words)
    _refuse_prefix_lists(rules)
    return _say("missing", facts, f"has no rule that lets in {facts['source_group']}")


def _addresses(ec2: aws.Client, group_id: str) -> list[str]:
    """Where the members of the group are: a rule may name their network instead of the group."""
    pages = ec2.get_paginator("describe_network_interfaces").paginate(
        Filters=[{"Name": "group-id", "Values": [group_id]}]
    )
    return [
        each["PrivateIpAddress"]
        for page in pages
        for each in page["NetworkInterfaces"]
        if "PrivateIpAddress" in each
    ]


def _all_inside(addresses: list[str], networks: list[str]) -> bool:
    allowed = [ipaddress.ip_network(network, strict=False) for network in networks]
    found = [ipaddress.ip_address(address) for address in addresses]
    return bool(found) and all(any(each in network for network in allowed) for each in found)


def _refuse_prefix_lists(rules: list[dict[str, Any]]) -> None:
    if named := [each for rule in rules for each in rule["prefix_lists"]]:
        raise CannotLook(
            "prefix_list_unread",
            f"the port is open to {', '.join(named)}, and what a prefix list holds is not read; "
            "look whether it holds the load balancer's addresses",
        )


def _say(reason_code: str, facts: dict[str, Any], words: str) -> Observation:
    summary = f"security group {facts['group']} {words} on port {facts['port']}"
    return Observation(reason_code=reason_code, facts=facts, summary=summary)


KIND = Kind(
    name="aws_sg_ingress",
    title="AWS security group",
    help="Asks whether a security group lets another group in on a TCP port, and who else it does.",
    params=(
        Param(name="group", type="text", required=True, help="Whose rules; id or name."),
        Param(name="port", type="port", required=True),
        Param(name="source_group", type="text", required=True, help="Who comes; id or name."),
        *aws.WHERE,
    ),
    reasons=reasons(
        ok=("allowed",),
        warning=("wider_than_needed",),
        critical=("missing", "group_missing"),
        unknown=(*aws.UNKNOWN, "prefix_list_unread"),
    ),
    look=look,
    cost_s=1.0,
    check=aws.check,
    facts={
        "group": "The group whose rules were read.",
        "group_id": "Its id.",
        "vpc": "Its VPC.",
        "source_group": "The group that should be let in.",
        "source_group_id": "The id of that one.",
        "port": "The port that was asked.",
        "allowed": "Whether it is let in, by whatever rule.",
        "rules": "The rules that let something in on the port.",
    },
    example={
        "group": "academy-api",
        "port": 8000,
        "source_group": "academy-alb",
        "region": "ap-northeast-2",
    },
)

"""aws_network_path: can a load balancer's subnets and a target's subnet reach each other?

Security groups are another question: aws_sg_ingress.
"""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from probes.engine import aws
from probes.engine.aws_acl import EPHEMERAL, blocked_by, route_to
from probes.engine.aws_lookup import Described, instances, load_balancer
from probes.engine.errors import CannotLook
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Network, Observation, Policy

_SERVICES = ("elbv2", "ec2")


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    return await aws.ask(observe, _SERVICES, params, deadline=deadline, policy=policy)


def observe(params: Mapping[str, Any], elbv2: aws.Client, ec2: aws.Client) -> Observation:
    balancer = load_balancer(elbv2, params["lb"])
    if balancer is None:
        return _say("missing", {"lb": params["lb"]}, "there is no such load balancer here", params)
    target = _one_target(ec2, params["target"])
    if target is None:
        return _say("missing", {"lb": params["lb"]}, "there is no such target here", params)
    near = [zone["SubnetId"] for zone in balancer["AvailabilityZones"]]
    far = params["subnet"] or target["SubnetId"]
    subnets = _subnets(ec2, [*near, far])
    facts: dict[str, Any] = {
        "lb": balancer["LoadBalancerName"],
        "target": target["InstanceId"],
        "private_ip": target.get("PrivateIpAddress"),
        "same_vpc": balancer["VpcId"] == subnets[far]["VpcId"],
        "lb_vpc": balancer["VpcId"],
        "target_vpc": subnets[far]["VpcId"],
        "lb_subnets": near,
        "target_subnet": far,
        "route_tables": {},
        "nacls": {},
    }
    if not facts["same_vpc"]:
        words = f"the one is in {facts['lb_vpc']}, the other in {facts['target_vpc']}"
        return _say("different_vpc", facts, words, params)
    port = params["port"] or _port_of(elbv2, balancer)
    to = _network_of(params, target, subnets[far])
    return _walk(_Vpc(ec2, balancer["VpcId"]), facts, subnets, port, to, params)


def _one_target(ec2: aws.Client, asked: str) -> Described | None:
    found = [each for each in instances(ec2, asked) if each.get("SubnetId")]
    if len({each["SubnetId"] for each in found}) > 1:
        ids = ", ".join(sorted(each["InstanceId"] for each in found))
        raise CannotLook("bad_definition", f"several are called {asked}; give one of {ids}")
    return found[0] if found else None


def _subnets(ec2: aws.Client, ids: Sequence[str]) -> dict[str, Described]:
    """Raises CannotLook naming those that are not there."""
    wanted = sorted(set(ids))
    answer = ec2.describe_subnets(Filters=[{"Name": "subnet-id", "Values": wanted}])
    found = {each["SubnetId"]: each for each in answer["Subnets"]}
    if gone := [each for each in wanted if each not in found]:
        raise CannotLook("bad_definition", f"there is no subnet {', '.join(gone)} in this region")
    return found


def _port_of(elbv2: aws.Client, balancer: Described) -> int:
    """The port that the load balancer sends to, where its target groups agree on one."""
    answer = elbv2.describe_target_groups(LoadBalancerArn=balancer["LoadBalancerArn"])
    ports = {each["Port"] for each in answer["TargetGroups"] if each.get("Port")}
    if len(ports) == 1:
        return int(ports.pop())
    told = f"{balancer['LoadBalancerName']} sends to {sorted(ports) or 'no'} ports"
    raise CannotLook("bad_definition", f"{told}; say which port the target listens on")


def _network_of(params: Mapping[str, Any], target: Described, subnet: Described) -> Network:
    """The target's own address; a subnet that was asked for stands for all that is in it."""
    return ipaddress.ip_network(
        subnet["CidrBlock"] if params["subnet"] else target["PrivateIpAddress"]
    )


class _Vpc:
    """The route tables and ACLs of one VPC; a subnet without its own has the main ones."""

    def __init__(self, ec2: aws.Client, vpc_id: str) -> None:
        here = [{"Name": "vpc-id", "Values": [vpc_id]}]
        pages = ec2.get_paginator("describe_route_tables").paginate(Filters=here)
        self._tables: list[Described] = [table for page in pages for table in page["RouteTables"]]
        pages = ec2.get_paginator("describe_network_acls").paginate(Filters=here)
        self._acls: list[Described] = [acl for page in pages for acl in page["NetworkAcls"]]

    def table_of(self, subnet_id: str) -> Described:
        for table in self._tables:
            if any(each.get("SubnetId") == subnet_id for each in table["Associations"]):
                return table
        return next(
            table
            for table in self._tables
            if any(each.get("Main") for each in table["Associations"])
        )

    def acl_of(self, subnet_id: str) -> Described:
        return next(
            acl
            for acl in self._acls
            if any(each["SubnetId"] == subnet_id for each in acl["Associations"])
        )


def _walk(
    vpc: _Vpc,
    facts: dict[str, Any],
    subnets: Mapping[str, Described],
    port: int,
    to: Network,
    params: Mapping[str, Any],
) -> Observation:
    far = facts["target_subnet"]
    facts["port"] = port
    for subnet_id in dict.fromkeys((*facts["lb_subnets"], far)):
        facts["route_tables"][subnet_id] = vpc.table_of(subnet_id)["RouteTableId"]
        facts["nacls"][subnet_id] = vpc.acl_of(subnet_id)["NetworkAclId"]
    near = {
        each: ipaddress.ip_network(subnets[each]["CidrBlock"])
        for each in facts["lb_subnets"]
        if each != far
    }
    for code, told in (
        ("no_route", [each for one in near for each in _unrouted(vpc, one, near[one], far, to)]),
        ("nacl_blocked", [each for one in near for each in _denied(vpc, one, near, far, to, port)]),
    ):
        if told:
            return _say(code, facts | {"found": told}, "; ".join(told), params)
    words = f"routes and network ACLs let them reach each other on port {port}"
    return _say("reachable", facts, words, params)


def _unrouted(vpc: _Vpc, near: str, source: Network, far: str, to: Network) -> Iterator[str]:
    """There, and back: an answer needs its way as well."""
    for subnet_id, network in ((near, to), (far, source)):
        table = vpc.table_of(subnet_id)
        route = route_to(network, table["Routes"])
        if route is None:
            yield f"{table['RouteTableId']} of {subnet_id} has no route to {network}"
        elif route.get("State") == "blackhole":
            yield f"the route of {table['RouteTableId']} of {subnet_id} to {network} is a blackhole"


def _denied(
    vpc: _Vpc, near: str, sources: Mapping[str, Network], far: str, to: Network, port: int
) -> Iterator[str]:
    source = sources[near]
    there = range(port, port + 1)
    for subnet_id, egress, network, ports in (
        (near, True, to, there),
        (far, False, source, there),
        (far, True, source, EPHEMERAL),
        (near, False, to, EPHEMERAL),
    ):
        acl = vpc.acl_of(subnet_id)
        rule = blocked_by(acl["Entries"], egress=egress, network=network, ports=ports)
        if rule is not None:
            way = "to" if egress else "from"
            which = f"port {port}" if ports is there else "the ports answers go to"
            yield f"rule {rule} of {acl['NetworkAclId']} denies {subnet_id} {which} {way} {network}"


def _say(
    reason_code: str, facts: dict[str, Any], words: str, params: Mapping[str, Any]
) -> Observation:
    summary = f"from {params['lb']} to {params['target']}: {words}"
    return Observation(reason_code=reason_code, facts=facts, summary=summary)


KIND = Kind(
    name="aws_network_path",
    title="AWS network path",
    help=(
        "Asks whether VPC, route tables and network ACLs let a load balancer and a target reach "
        "each other. Security groups are a probe of their own."
    ),
    params=(
        Param(name="lb", type="text", required=True, help="Load balancer, by name or ARN."),
        Param(name="target", type="text", required=True, help="Instance, by Name tag or id."),
        Param(name="subnet", type="text", help="A subnet to ask about instead of the target's."),
        Param(name="port", type="port", help="Empty: the port the load balancer sends to."),
        *aws.WHERE,
    ),
    reasons=reasons(
        ok=("reachable",),
        critical=("different_vpc", "no_route", "nacl_blocked", "missing"),
        unknown=aws.UNKNOWN,
    ),
    look=look,
    cost_s=2.0,
    check=aws.check,
    facts={
        "lb": "The load balancer's name.",
        "target": "The target's id.",
        "private_ip": "The target's address inside.",
        "port": "The port that was asked.",
        "same_vpc": "Whether both are in one VPC.",
        "lb_vpc": "The load balancer's VPC.",
        "target_vpc": "The target's VPC.",
        "lb_subnets": "The subnets the load balancer is in.",
        "target_subnet": "The subnet that was asked about.",
        "route_tables": "The route table of each subnet.",
        "nacls": "The network ACL of each subnet.",
        "found": "Each place where the way is broken.",
    },
    example={"lb": "academy-alb", "target": "academy-api", "region": "ap-northeast-2"},
)

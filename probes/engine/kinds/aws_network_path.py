"""aws_network_path: can a load balancer's subnets and a target's subnet reach each other?

Security groups are another question: aws_sg_ingress.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from probes.engine.aws import client as aws
from probes.engine.aws.lookup import Described, instances, load_balancer
from probes.engine.aws.vpc import Vpc, Way
from probes.engine.errors import CannotLook
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

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
    }
    if not facts["same_vpc"]:
        words = f"the one is in {facts['lb_vpc']}, the other in {facts['target_vpc']}"
        return _say("different_vpc", facts, words, params)
    ways = _ways(params, target, subnets, facts)
    facts["port"] = params["port"] or _port_of(elbv2, balancer)
    return _walk(Vpc.described_by(ec2, balancer["VpcId"]), ways, facts, params)


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


def _ways(
    params: Mapping[str, Any],
    target: Described,
    subnets: Mapping[str, Described],
    facts: Mapping[str, Any],
) -> list[Way]:
    """From each subnet of the load balancer to the target's; inside one subnet nothing is asked.

    The end is the target's own address; a subnet that was asked for stands for all that is in it.
    """
    far = facts["target_subnet"]
    end = subnets[far]["CidrBlock"] if params["subnet"] else target["PrivateIpAddress"]
    return [
        Way(
            near=near,
            source=ipaddress.ip_network(subnets[near]["CidrBlock"]),
            far=far,
            end=ipaddress.ip_network(end),
        )
        for near in facts["lb_subnets"]
        if near != far
    ]


def _walk(
    vpc: Vpc, ways: Sequence[Way], facts: dict[str, Any], params: Mapping[str, Any]
) -> Observation:
    port = facts["port"]
    subnet_ids = dict.fromkeys((*facts["lb_subnets"], facts["target_subnet"]))
    facts["route_tables"] = {each: vpc.table_of(each)["RouteTableId"] for each in subnet_ids}
    facts["nacls"] = {each: vpc.acl_of(each)["NetworkAclId"] for each in subnet_ids}
    if found := [words for way in ways for words in vpc.unrouted(way)]:
        return _say("no_route", facts | {"found": found}, "; ".join(found), params)
    if found := [words for way in ways for words in vpc.denied(way, port)]:
        return _say("nacl_blocked", facts | {"found": found}, "; ".join(found), params)
    words = f"routes and network ACLs let them reach each other on port {port}"
    return _say("reachable", facts, words, params)


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

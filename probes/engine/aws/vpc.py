"""One VPC's route tables and network ACLs: what is in the way from one of its subnets to another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from probes.engine.aws.acl import EPHEMERAL, blocked_by, route_to
from probes.engine.aws.client import Client
from probes.engine.spec import Network

Described = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Way:
    """From the network `source`, the subnet `near`, to the network `end` in the subnet `far`."""

    near: str
    source: Network
    far: str
    end: Network


@dataclass(frozen=True, kw_only=True)
class Vpc:
    """As AWS describes it. A subnet without a table of its own has the main one."""

    tables: Sequence[Described]
    acls: Sequence[Described]

    @classmethod
    def described_by(cls, ec2: Client, vpc_id: str) -> "Vpc":
        here = [{"Name": "vpc-id", "Values": [vpc_id]}]
        tables = ec2.get_paginator("describe_route_tables").paginate(Filters=here)
        acls = ec2.get_paginator("describe_network_acls").paginate(Filters=here)
        return cls(
            tables=[table for page in tables for table in page["RouteTables"]],
            acls=[acl for page in acls for acl in page["NetworkAcls"]],
        )

    def table_of(self, subnet_id: str) -> Described:
        for table in self.tables:
            if any(each.get("SubnetId") == subnet_id for each in table["Associations"]):
                return table
        return next(
            table
            for table in self.tables
            if any(each.get("Main") for each in table["Associations"])
        )

    def acl_of(self, subnet_id: str) -> Described:
        return next(
            acl
            for acl in self.acls
            if any(each["SubnetId"] == subnet_id for each in acl["Associations"])
        )

    def unrouted(self, way: Way) -> Iterator[str]:
        """What is wrong with the routes, there and back: an answer needs its way as well."""
        for subnet_id, network in ((way.near, way.end), (way.far, way.source)):
            table = self.table_of(subnet_id)
            route = route_to(network, table["Routes"])
            if route is None:
                yield f"{table['RouteTableId']} of {subnet_id} has no route to {network}"
            elif route.get("State") == "blackhole":
                yield f"the route of {table['RouteTableId']} of {subnet_id} to {network} is a blackhole"

    def denied(self, way: Way, port: int) -> Iterator[str]:
        """Which rules deny the four ways: out and in, and the answer out and in."""
        there = range(port, port + 1)
        for subnet_id, egress, network, ports in (
            (way.near, True, way.end, there),
            (way.far, False, way.source, there),
            (way.far, True, way.source, EPHEMERAL),
            (way.near, False, way.end, EPHEMERAL),
        ):
            acl = self.acl_of(subnet_id)
            rule = blocked_by(acl["Entries"], egress=egress, network=network, ports=ports)
            if rule is not None:
                what = f"port {port}" if ports is there else "the ports answers go to"
                where = f"{subnet_id} {what} {'to' if egress else 'from'} {network}"
                yield f"rule {rule} of {acl['NetworkAclId']} denies {where}"

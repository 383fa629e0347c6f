"""AWS for the laboratory: moto's real server on loopback, made truthful.

moto calls every target healthy. Here a target is as healthy as the load balancer would find it:
the load balancer's security groups must be let in by the instance's, and a real HTTP request to
a real server of this host, on the target's port, must be answered as the health check wants.
And moto calls every route active; here one whose next hop was deleted is a blackhole.
"""

import contextlib
import http.client
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import boto3
from moto.ec2.models.route_tables import Route
from moto.elbv2 import elbv2_backends
from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup
from moto.server import ThreadedMotoServer

REGION = "ap-northeast-2"
KEYS = {"aws_access_key_id": "lab", "aws_secret_access_key": "lab"}
_moto_health = FakeTargetGroup.health_for


@contextlib.contextmanager
def serving_aws() -> Iterator[str]:
    """The address of an AWS of our own, empty at first."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    with (
        patch.object(FakeTargetGroup, "health_for", _true_health),
        patch.object(Route, "state", property(_true_state)),
    ):
        server.start()
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        try:
            yield url
        finally:
            server.stop()


def reset(url: str) -> None:
    """Forget everything that was made there."""
    _post(url, "/moto-api/reset", "")


@contextlib.contextmanager
def asking_for_signatures(url: str) -> Iterator[None]:
    """Meanwhile, moto checks keys and what IAM allows them."""
    _post(url, "/moto-api/reset-auth", "0")
    try:
        yield
    finally:
        _post(url, "/moto-api/reset-auth", "inf")


def _post(url: str, path: str, body: str) -> None:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    with contextlib.closing(connection):
        connection.request("POST", path, body=body)
        assert connection.getresponse().status == 200


def _true_state(route: Any) -> str:
    card = route.interface
    return "active" if card is None or card.id in card.ec2_backend.enis else "blackhole"


def _true_health(group: Any, target: dict[str, Any], ec2: Any) -> FakeHealthStatus:
    said = _moto_health(group, target, ec2)
    if said.status != "healthy":
        return said
    state, reason = _found(group, target, ec2)
    return FakeHealthStatus(target["Id"], said.port, group.health_check_port, state, reason, reason)


def _found(group: Any, target: dict[str, Any], ec2: Any) -> tuple[str, str | None]:
    balancers = [
        elbv2_backends[group.account_id][group.region_name].load_balancers[arn]
        for arn in group.load_balancer_arns
    ]
    if not balancers:
        return "unused", "Target.NotInUse"
    instance = ec2.get_instance_by_id(target["Id"])
    asked = target["Port"] if group.health_check_port == "traffic-port" else group.health_check_port
    if not all(_is_let_in(each, instance, int(asked)) for each in balancers):
        return "unhealthy", "Target.Timeout"
    return _asked_really(int(asked), group.health_check_path, group.matcher["HttpCode"])


def _is_let_in(balancer: Any, instance: Any, port: int) -> bool:
    groups, home = (
        set(balancer.security_groups),
        [ipaddress.ip_network(subnet.cidr_block) for subnet in balancer.subnets],
    )
    return any(
        rule.source_group.get("GroupId") in groups or _holds(rule.ip_range, home)
        for group in instance.security_groups
        for rule in group.ingress_rules
        if rule.ip_protocol == "-1" or int(rule.from_port) <= port <= int(rule.to_port)
    )


def _holds(ip_range: dict[str, str], home: list[Any]) -> bool:
    text = ip_range.get("CidrIp")
    return bool(text) and all(each.subnet_of(ipaddress.ip_network(text)) for each in home)


def _asked_really(port: int, path: str, wanted: str) -> tuple[str, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=0.5)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except TimeoutError:
        return "unhealthy", "Target.Timeout"
    except OSError:
        return "unhealthy", "Target.FailedHealthChecks"
    finally:
        connection.close()
    return ("healthy", None) if str(status) == wanted else ("unhealthy", _MISMATCH)


_MISMATCH = "Target.ResponseCodeMismatch"


@dataclass
class Academy:
    """What the runbook describes: a load balancer, its target group, and one instance behind it."""

    url: str
    ids: dict[str, str] = field(default_factory=dict)

    def client(self, service: str, **keys: str) -> Any:
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **(KEYS | keys))

    def __post_init__(self) -> None:
        self.ec2, self.elbv2 = self.client("ec2"), self.client("elbv2")

    def build(self, port: int) -> None:
        """Everything in order, with the API listening on this host's `port`."""
        ids, ec2 = self.ids, self.ec2
        ids["vpc"] = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        for name, block, zone in (
            ("public-a", "10.0.1.0/24", "a"),
            ("public-c", "10.0.2.0/24", "c"),
            ("private-a", "10.0.11.0/24", "a"),
        ):
            made = ec2.create_subnet(
                VpcId=ids["vpc"], CidrBlock=block, AvailabilityZone=REGION + zone
            )
            ids[name] = made["Subnet"]["SubnetId"]
        for name in ("academy-alb", "academy-api"):
            made = ec2.create_security_group(GroupName=name, Description=name, VpcId=ids["vpc"])
            ids[f"sg {name}"] = made["GroupId"]
        self.let_in(port, group=ids["sg academy-alb"])
        self.build_instance()
        self._build_balancer(port)

    def build_instance(self, *, subnet: str = "", groups: list[str] | None = None) -> None:
        if groups is None:
            groups = [self.ids["sg academy-api"]]
        made = self.ec2.run_instances(
            ImageId="ami-12c6146b",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnet or self.ids["private-a"],
            SecurityGroupIds=groups,
            TagSpecifications=[
                {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "academy-api"}]}
            ],
        )
        self.ids["instance"] = made["Instances"][0]["InstanceId"]

    def create_user_without_rights(self) -> dict[str, str]:
        """The keys of somebody who may do nothing."""
        iam = self.client("iam")
        iam.create_user(UserName="poor")
        key: dict[str, str] = iam.create_access_key(UserName="poor")["AccessKey"]
        return key

    def _build_balancer(self, port: int) -> None:
        ids = self.ids
        made = self.elbv2.create_load_balancer(
            Name="academy-alb",
            Subnets=[ids["public-a"], ids["public-c"]],
            SecurityGroups=[ids["sg academy-alb"]],
        )
        ids["lb"] = made["LoadBalancers"][0]["LoadBalancerArn"]
        made = self.elbv2.create_target_group(
            Name="academy-api", Protocol="HTTP", Port=port, VpcId=ids["vpc"],
            HealthCheckPath="/health", HealthCheckPort="traffic-port",
        )  # fmt: skip
        ids["tg"] = made["TargetGroups"][0]["TargetGroupArn"]
        self.elbv2.create_listener(
            LoadBalancerArn=ids["lb"], Protocol="HTTP", Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": ids["tg"]}],
        )  # fmt: skip
        self.elbv2.register_targets(
            TargetGroupArn=ids["tg"], Targets=[{"Id": ids["instance"], "Port": port}]
        )

    def let_in(self, port: int, *, group: str = "", network: str = "") -> None:
        self._change_rules("authorize_security_group_ingress", port, group, network)

    def shut_out(self, port: int, *, group: str = "", network: str = "") -> None:
        self._change_rules("revoke_security_group_ingress", port, group, network)

    def _change_rules(self, call: str, port: int, group: str, network: str) -> None:
        rule: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        if group:
            rule["UserIdGroupPairs"] = [{"GroupId": group}]
        if network:
            rule["IpRanges"] = [{"CidrIp": network}]
        getattr(self.ec2, call)(GroupId=self.ids["sg academy-api"], IpPermissions=[rule])

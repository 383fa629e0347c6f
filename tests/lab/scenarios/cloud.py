"""The runbook's load balancer, target group and instance, in an AWS of our own that tells the truth."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tests.lab.lab import Lab
from tests.lab.machine import CLOUD
from tests.lab.parts.site import serve_here
from tests.lab.scenario import Expected, Look, Scenario, Stage

if TYPE_CHECKING:
    from tests.lab.aws import Academy

_REGION = "ap-northeast-2"
_GROUPS = {"group": "academy-api", "source_group": "academy-alb"}


def academy_in_order(lab: Lab) -> tuple["Academy", int]:
    """All in order: the API on a port of this host is what the health check really asks."""
    # moto takes seconds to import, and most scenarios do without.
    from tests.lab.aws import KEYS, Academy, reset, serving_aws

    port = serve_here(lab)
    lab.values["port"] = str(port)
    url = lab.enter(serving_aws())
    lab.limits["aws"] = {"profiles": ["default"], "endpoint_url": url}
    keys = "\n".join(f"{name} = {value}" for name, value in KEYS.items())
    credentials = lab.folder / "credentials"
    credentials.write_text(f"[default]\n{keys}\n")
    lab.env |= {"AWS_SHARED_CREDENTIALS_FILE": str(credentials), "AWS_CONFIG_FILE": "/dev/null"}
    lab.notes.append(
        f"AWS at {url}: aws --endpoint-url {url} --region {_REGION} elbv2 describe-target-groups"
    )
    # moto keeps what was made as long as the process lives.
    reset(url)
    academy = Academy(url)
    academy.build(port)
    return academy, port


def _health(reason: str, *, expect_path: str = "/health", **facts: Expected) -> Look:
    params = {"target_group": "academy-api", "expect_path": expect_path}
    return _aws("aws_target_group_health", params, reason, "all_healthy", facts)


def _ingress(port: int, reason: str, **facts: Expected) -> Look:
    return _aws("aws_sg_ingress", {**_GROUPS, "port": port}, reason, "allowed", facts)


def _instance(reason: str, **facts: Expected) -> Look:
    return _aws("aws_instance_state", {"name": "academy-api"}, reason, "running", facts)


def _path(reason: str, **facts: Expected) -> Look:
    params = {"lb": "academy-alb", "target": "academy-api"}
    return _aws("aws_network_path", params, reason, "reachable", facts)


def _aws(
    kind: str, params: Mapping[str, object], reason: str, good: str, facts: Mapping[str, Expected]
) -> Look:
    return Look(
        at="here",
        kind=kind,
        params={**params, "region": _REGION},
        status="OK" if reason == good else "CRITICAL",
        reason=reason,
        facts=facts,
        timeout_s=15.0,
    )


def _no_rule(lab: Lab) -> Iterator[Stage]:
    academy, port = academy_in_order(lab)
    balancers = academy.ids["sg academy-alb"]
    academy.shut_out(port, group=balancers)
    yield Stage(
        title="the API's security group has no rule for the load balancer",
        looks=(
            _ingress(port, "missing", allowed=False, rules=[]),
            _health("some_unhealthy", states=["unhealthy"], reasons=["Target.Timeout"]),
            _instance("running", state="running"),
            _path("reachable", same_vpc=True),
        ),
    )
    academy.let_in(port, group=balancers)
    yield Stage(
        title="authorize-security-group-ingress, from the load balancer's group only",
        looks=(
            _ingress(port, "allowed", allowed=True),
            _health("all_healthy", states=["healthy"], reasons=[]),
        ),
    )


def _wrong_path(lab: Lab) -> Iterator[Stage]:
    academy, _ = academy_in_order(lab)
    group = academy.ids["tg"]
    academy.elbv2.modify_target_group(TargetGroupArn=group, HealthCheckPath="/healthz")
    yield Stage(
        title="the health check asks a path that is not there",
        looks=(_health("wrong_health_path", reasons=["Target.ResponseCodeMismatch"]),),
    )
    academy.elbv2.modify_target_group(TargetGroupArn=group, HealthCheckPath="/health")
    yield Stage(title="it asks /health", looks=(_health("all_healthy", states=["healthy"]),))


def _stopped(lab: Lab) -> Iterator[Stage]:
    academy, _ = academy_in_order(lab)
    instances = [academy.ids["instance"]]
    academy.ec2.stop_instances(InstanceIds=instances)
    yield Stage(
        title="the instance is stopped",
        looks=(
            _instance("stopped", state="stopped"),
            _health("some_unhealthy", reasons=["Target.InvalidState"]),
        ),
    )
    academy.ec2.start_instances(InstanceIds=instances)
    yield Stage(
        title="it is started",
        looks=(_instance("running", state="running"), _health("all_healthy")),
    )


def _other_network(lab: Lab) -> Iterator[Stage]:
    academy, _ = academy_in_order(lab)
    academy.ec2.terminate_instances(InstanceIds=[academy.ids["instance"]])
    elsewhere = academy.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = academy.ec2.create_subnet(VpcId=elsewhere, CidrBlock="10.1.1.0/24")
    academy.build_instance(subnet=subnet["Subnet"]["SubnetId"], groups=[])
    yield Stage(
        title="the instance is in another VPC than its load balancer",
        looks=(_path("different_vpc", same_vpc=False, target_vpc=elsewhere), _instance("running")),
    )


_ROW = "ALB health / SG / VPC / instance"

SCENARIOS = (
    Scenario(
        slug="aws-no-rule",
        row=_ROW,
        sentence="The API's security group does not let the load balancer in.",
        cause="the security group has no rule",
        stages=_no_rule,
        needs=CLOUD,
    ),
    Scenario(
        slug="aws-wrong-health-path",
        row=_ROW,
        sentence="The target group's health check asks a path that the API does not have.",
        cause="health check path",
        stages=_wrong_path,
        needs=CLOUD,
    ),
    Scenario(
        slug="aws-instance-stopped",
        row=_ROW,
        sentence="The instance behind the load balancer is stopped.",
        cause="the instance does not run",
        stages=_stopped,
        needs=CLOUD,
    ),
    Scenario(
        slug="aws-other-network",
        row=_ROW,
        sentence="The instance is in another VPC than the load balancer.",
        cause="VPC or route",
        stages=_other_network,
        needs=CLOUD,
    ),
)

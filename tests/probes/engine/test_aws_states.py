"""What AWS says and moto never does, as botocore's Stubber gives it, checked against its model."""

from collections.abc import Iterator
from typing import Any

import pytest

from probes.engine.errors import CannotLook
from probes.engine.kinds import aws_instance_state, aws_sg_ingress, aws_target_group_health
from probes.engine.registry import validate
from probes.engine.spec import Observation

pytestmark = pytest.mark.lab
ARN = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/academy-api/0123"
GROUP = {
    "TargetGroupName": "academy-api", "TargetGroupArn": ARN, "Port": 8000, "Protocol": "HTTP",
    "HealthCheckPort": "traffic-port", "HealthCheckPath": "/health",
}  # fmt: skip


@pytest.fixture
def stubbed() -> Iterator[Any]:
    """`stubbed(service, answers)`: a client that gives these answers, and no others, in turn."""
    import boto3
    from botocore.stub import Stubber

    made = []

    def make(service: str, answers: list[tuple[str, dict[str, Any]]]) -> Any:
        client = boto3.client(
            service, region_name="ap-northeast-2",
            aws_access_key_id="x", aws_secret_access_key="x",
        )  # fmt: skip
        stubber = Stubber(client)
        for call, answer in answers:
            stubber.add_response(call, answer)
        stubber.activate()
        made.append(stubber)
        return client

    yield make
    for stubber in made:
        stubber.assert_no_pending_responses()


def target(state: str, reason: str | None = None, name: str = "i-1") -> dict[str, Any]:
    health = {"State": state} | ({"Reason": reason} if reason else {})
    return {"Target": {"Id": name, "Port": 8000}, "TargetHealth": health}


def health_of(stubbed: Any, *targets: dict[str, Any]) -> Observation:
    elbv2 = stubbed(
        "elbv2",
        [
            ("describe_target_groups", {"TargetGroups": [GROUP]}),
            ("describe_target_health", {"TargetHealthDescriptions": list(targets)}),
        ],
    )
    params = validate("aws_target_group_health", {"target_group": "academy-api"})
    return aws_target_group_health.observe(params, elbv2)


@pytest.mark.parametrize(
    ("targets", "reason_code", "reasons"),
    [
        ([target("unhealthy", "Target.Timeout")], "some_unhealthy", ["Target.Timeout"]),
        (
            [target("healthy"), target("unhealthy", "Target.ResponseCodeMismatch", "i-2")],
            "some_unhealthy",
            ["Target.ResponseCodeMismatch"],
        ),
        ([target("unhealthy", "Elb.InternalError")], "some_unhealthy", ["Elb.InternalError"]),
        ([target("unused", "Target.NotInUse")], "some_unhealthy", ["Target.NotInUse"]),
        ([target("unused", "Target.NotRegistered")], "none_registered", ["Target.NotRegistered"]),
        (
            [target("initial", "Elb.RegistrationInProgress")],
            "not_checked",
            ["Elb.RegistrationInProgress"],
        ),
        (
            [target("healthy"), target("initial", "Elb.InitialHealthChecking", "i-2")],
            "not_checked",
            ["Elb.InitialHealthChecking"],
        ),
        (
            [target("unavailable", "Target.HealthCheckDisabled")],
            "not_checked",
            ["Target.HealthCheckDisabled"],
        ),
        (
            [target("draining", "Target.DeregistrationInProgress")],
            "none_registered",
            ["Target.DeregistrationInProgress"],
        ),
        (
            [target("healthy"), target("draining", "Target.DeregistrationInProgress", "i-2")],
            "all_healthy",
            ["Target.DeregistrationInProgress"],
        ),
        (
            [target("initial", "Elb.InitialHealthChecking"), target("unhealthy", None, "i-2")],
            "some_unhealthy",
            ["Elb.InitialHealthChecking"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_state_of_a_target_is_told_apart(
    stubbed: Any, targets: list[dict[str, Any]], reason_code: str, reasons: list[str]
) -> None:
    seen = health_of(stubbed, *targets)

    assert (seen.reason_code, seen.facts["reasons"]) == (reason_code, reasons)


@pytest.mark.parametrize(
    ("state", "checks", "reason_code"),
    [
        ("running", {"InstanceStatus": "impaired"}, "impaired"),
        ("running", {"SystemStatus": "impaired"}, "impaired"),
        ("running", {"AttachedEbsStatus": "impaired"}, "impaired"),
        ("running", {"InstanceStatus": "initializing"}, "running"),
        ("running", {"InstanceStatus": "insufficient-data"}, "running"),
        ("pending", {"InstanceStatus": "not-applicable"}, "starting"),
        ("stopping", {}, "stopped"),
        ("shutting-down", {}, "terminated"),
    ],
)
def test_each_state_of_an_instance_is_told_apart(
    stubbed: Any, state: str, checks: dict[str, str], reason_code: str
) -> None:
    instance = {"InstanceId": "i-1", "State": {"Name": state}}
    status = {"InstanceId": "i-1"} | {name: {"Status": said} for name, said in checks.items()}
    ec2 = stubbed(
        "ec2",
        [
            ("describe_instances", {"Reservations": [{"Instances": [instance]}]}),
            ("describe_instance_status", {"InstanceStatuses": [status]}),
        ],
    )

    seen = aws_instance_state.observe(validate("aws_instance_state", {"name": "api"}), ec2)

    assert (seen.reason_code, seen.facts["state"]) == (reason_code, state)
    assert sorted(seen.facts["status_checks"].values()) == sorted(checks.values())


def test_what_a_prefix_list_lets_in_is_not_guessed(stubbed: Any) -> None:
    rule = {
        "IpProtocol": "tcp", "FromPort": 8000, "ToPort": 8000,
        "PrefixListIds": [{"PrefixListId": "pl-1"}],
    }  # fmt: skip
    groups = [
        {"GroupId": "sg-1", "GroupName": "api", "IpPermissions": [rule]},
        {"GroupId": "sg-2", "GroupName": "alb", "IpPermissions": []},
    ]
    ec2 = stubbed(
        "ec2", [("describe_security_groups", {"SecurityGroups": [group]}) for group in groups]
    )
    params = validate("aws_sg_ingress", {"group": "api", "port": 8000, "source_group": "alb"})

    with pytest.raises(CannotLook, match="pl-1") as refused:
        aws_sg_ingress.observe(params, ec2)

    assert refused.value.reason_code == "prefix_list_unread"

"""The four AWS kinds on moto's real server, made truthful: see tests/lab/aws.py."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from probes.engine.spec import Policy, ProbeResult, Status
from tests.probes.engine.aws_fixtures import asking, keep_keys, serving_api
from tests.probes.engine.servers import run

pytestmark = pytest.mark.lab
REGION = "ap-northeast-2"


@pytest.fixture(scope="module")
def aws_url() -> Iterator[str]:
    from tests.lab.aws import serving_aws

    with serving_aws() as url:
        yield url


@pytest.fixture
def api_port() -> Iterator[int]:
    with serving_api() as port:
        yield port


@pytest.fixture
def academy(aws_url: str, api_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The runbook's load balancer, target group and instance, all in order."""
    from tests.lab.aws import Academy, reset

    keep_keys(tmp_path, monkeypatch, default="lab")
    reset(aws_url)
    built = Academy(aws_url)
    built.build(api_port)
    return built


@pytest.fixture
def at(academy: Any) -> Policy:
    return asking(academy.url)


async def health(at: Policy, **params: Any) -> ProbeResult:
    params = {"target_group": "academy-api", "region": REGION, **params}
    return await run("aws_target_group_health", policy=at, **params)


async def ingress(at: Policy, port: int, **params: Any) -> ProbeResult:
    groups = {"group": "academy-api", "source_group": "academy-alb"}
    params = {**groups, "port": port, "region": REGION, **params}
    return await run("aws_sg_ingress", policy=at, **params)


async def state(at: Policy, **params: Any) -> ProbeResult:
    params = {"name": "academy-api"} | params if "id" not in params else params
    return await run("aws_instance_state", policy=at, region=REGION, **params)


async def path(at: Policy, **params: Any) -> ProbeResult:
    params = {"lb": "academy-alb", "target": "academy-api", "region": REGION, **params}
    return await run("aws_network_path", policy=at, **params)


# Target group


async def test_a_target_that_answers_its_health_check_is_healthy(
    academy: Any, at: Policy, api_port: int
) -> None:
    result = await health(at, expect_path="/health", expect_port=api_port)

    assert (result.status, result.reason_code) == (Status.OK, "all_healthy")
    assert result.facts["arn"] == academy.ids["tg"]
    assert result.facts["states"] == ["healthy"]
    assert result.facts["targets"][0]["id"] == academy.ids["instance"]
    assert result.facts["health_check"]["path"] == "/health"


async def test_the_arn_names_the_group_as_well(academy: Any, at: Policy) -> None:
    assert (await health(at, target_group=academy.ids["tg"])).reason_code == "all_healthy"


async def test_a_target_whose_security_group_shuts_the_balancer_out_is_unhealthy(
    academy: Any, at: Policy, api_port: int
) -> None:
    academy.shut_out(api_port, group=academy.ids["sg academy-alb"])

    result = await health(at)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "some_unhealthy")
    assert result.facts["reasons"] == ["Target.Timeout"]
    assert academy.ids["instance"] in result.summary


async def test_a_health_check_on_a_path_that_is_not_there_is_named(
    academy: Any, at: Policy
) -> None:
    academy.elbv2.modify_target_group(TargetGroupArn=academy.ids["tg"], HealthCheckPath="/")

    unasked, asked = await health(at), await health(at, expect_path="/health")

    assert (unasked.reason_code, unasked.facts["reasons"]) == (
        "some_unhealthy",
        ["Target.ResponseCodeMismatch"],
    )
    assert (asked.status, asked.reason_code) == (Status.CRITICAL, "wrong_health_path")


async def test_a_health_check_on_another_port_is_named(
    academy: Any, at: Policy, api_port: int, closed_port: int
) -> None:
    academy.elbv2.modify_target_group(
        TargetGroupArn=academy.ids["tg"], HealthCheckPort=str(closed_port)
    )
    academy.let_in(closed_port, group=academy.ids["sg academy-alb"])

    unasked, asked = await health(at), await health(at, expect_port=api_port)

    assert unasked.facts["reasons"] == ["Target.FailedHealthChecks"]
    assert (asked.status, asked.reason_code) == (Status.CRITICAL, "wrong_health_port")
    assert str(closed_port) in asked.summary


async def test_only_the_settings_are_judged_when_asked_so(
    academy: Any, at: Policy, api_port: int
) -> None:
    academy.shut_out(api_port, group=academy.ids["sg academy-alb"])

    result = await health(at, expect="any", expect_path="/health")

    assert (result.status, result.reason_code) == (Status.OK, "some_unhealthy")


async def test_an_empty_group_has_none_registered(academy: Any, at: Policy) -> None:
    academy.elbv2.deregister_targets(
        TargetGroupArn=academy.ids["tg"], Targets=[{"Id": academy.ids["instance"]}]
    )

    result = await health(at)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "none_registered")


async def test_a_stopped_target_gets_no_traffic(academy: Any, at: Policy) -> None:
    academy.ec2.stop_instances(InstanceIds=[academy.ids["instance"]])

    result = await health(at)

    assert result.reason_code == "some_unhealthy"
    assert (result.facts["states"], result.facts["reasons"]) == (
        ["unused"],
        ["Target.InvalidState"],
    )


async def test_a_group_that_no_balancer_uses_gets_no_traffic(academy: Any, at: Policy) -> None:
    spare = academy.elbv2.create_target_group(
        Name="spare", Protocol="HTTP", Port=8000, VpcId=academy.ids["vpc"]
    )["TargetGroups"][0]["TargetGroupArn"]
    academy.elbv2.register_targets(
        TargetGroupArn=spare, Targets=[{"Id": academy.ids["instance"], "Port": 8000}]
    )

    result = await health(at, target_group="spare")

    assert (result.reason_code, result.facts["reasons"]) == ("some_unhealthy", ["Target.NotInUse"])


async def test_a_group_that_is_not_there_is_missing(at: Policy) -> None:
    result = await health(at, target_group="gone")

    assert (result.status, result.reason_code) == (Status.CRITICAL, "group_missing")


# Security group


async def test_a_rule_for_the_group_lets_it_in(academy: Any, at: Policy, api_port: int) -> None:
    result = await ingress(at, api_port)

    assert (result.status, result.reason_code) == (Status.OK, "allowed")
    assert result.facts["allowed"] is True
    assert result.facts["rules"][0]["groups"] == [academy.ids["sg academy-alb"]]


async def test_a_rule_for_another_port_does_not(at: Policy, closed_port: int) -> None:
    result = await ingress(at, closed_port)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "missing")
    assert result.facts["allowed"] is False


async def test_the_repair_of_the_runbook_turns_missing_into_allowed(
    academy: Any, at: Policy, api_port: int
) -> None:
    alb = academy.ids["sg academy-alb"]
    academy.shut_out(api_port, group=alb)
    broken = (await ingress(at, api_port)).reason_code, (await health(at)).reason_code

    academy.let_in(api_port, group=alb)

    repaired = (await ingress(at, api_port)).reason_code, (await health(at)).reason_code
    assert broken == ("missing", "some_unhealthy")
    assert repaired == ("allowed", "all_healthy")


@pytest.mark.parametrize("with_rule", [True, False], ids=["beside the rule", "without a rule"])
async def test_a_port_open_to_everybody_is_wider_than_needed(
    academy: Any, at: Policy, api_port: int, with_rule: bool
) -> None:
    academy.let_in(api_port, network="0.0.0.0/0")
    if not with_rule:
        academy.shut_out(api_port, group=academy.ids["sg academy-alb"])

    result = await ingress(at, api_port)

    assert (result.status, result.reason_code) == (Status.WARNING, "wider_than_needed")
    assert result.facts["allowed"] is True


@pytest.mark.parametrize(
    ("network", "reason_code"), [("10.0.1.0/24", "allowed"), ("10.9.0.0/16", "missing")]
)
async def test_a_rule_for_a_network_counts_when_the_sources_are_in_it(
    academy: Any, at: Policy, api_port: int, network: str, reason_code: str
) -> None:
    academy.shut_out(api_port, group=academy.ids["sg academy-alb"])
    academy.let_in(api_port, network=network)
    academy.ec2.create_network_interface(
        SubnetId=academy.ids["public-a"], Groups=[academy.ids["sg academy-alb"]]
    )

    assert (await ingress(at, api_port)).reason_code == reason_code


async def test_a_security_group_that_is_not_there_is_missing(at: Policy, api_port: int) -> None:
    for params in ({"group": "sg-0123456789abcdef0"}, {"source_group": "gone"}):
        result = await ingress(at, api_port, **params)

        assert (result.status, result.reason_code) == (Status.CRITICAL, "group_missing")


async def test_a_name_that_two_groups_have_must_be_an_id(
    academy: Any, at: Policy, api_port: int
) -> None:
    other = academy.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    academy.ec2.create_security_group(GroupName="academy-api", Description="x", VpcId=other)

    result = await ingress(at, api_port)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "bad_definition")
    assert academy.ids["sg academy-api"] in result.summary


# Instance


async def test_an_instance_is_found_by_its_name_or_id(academy: Any, at: Policy) -> None:
    for result in (await state(at), await state(at, id=academy.ids["instance"])):
        assert (result.status, result.reason_code) == (Status.OK, "running")
        assert result.facts["id"] == academy.ids["instance"]
        assert result.facts["vpc"] == academy.ids["vpc"]
        assert result.facts["subnet"] == academy.ids["private-a"]
        assert result.facts["private_ip"].startswith("10.0.11.")
        assert result.facts["status_checks"]["system"] == "ok"


@pytest.mark.parametrize(
    ("call", "reason_code"),
    [("stop_instances", "stopped"), ("terminate_instances", "terminated")],
)
async def test_an_instance_that_does_not_run_is_said_so(
    academy: Any, at: Policy, call: str, reason_code: str
) -> None:
    getattr(academy.ec2, call)(InstanceIds=[academy.ids["instance"]])

    result = await state(at)

    assert (result.status, result.reason_code) == (Status.CRITICAL, reason_code)


async def test_an_instance_that_was_replaced_is_judged_by_the_new_one(
    academy: Any, at: Policy
) -> None:
    academy.ec2.terminate_instances(InstanceIds=[academy.ids["instance"]])
    academy.build_instance()

    result = await state(at)

    assert (result.reason_code, result.facts["id"]) == ("running", academy.ids["instance"])


async def test_of_several_with_one_name_the_worst_decides(academy: Any, at: Policy) -> None:
    stopped = academy.ids["instance"]
    academy.build_instance()
    academy.ec2.stop_instances(InstanceIds=[stopped])

    result = await state(at)

    assert (result.reason_code, result.facts["id"]) == ("stopped", stopped)
    assert [each["state"] for each in result.facts["instances"]] == ["stopped", "running"]


async def test_an_instance_that_is_not_there_is_missing(at: Policy) -> None:
    for params in ({"name": "gone"}, {"id": "i-0123456789abcdef0"}):
        result = await state(at, **params)

        assert (result.status, result.reason_code) == (Status.CRITICAL, "missing")


# Network path


async def test_a_vpc_as_it_comes_lets_them_reach_each_other(
    academy: Any, at: Policy, api_port: int
) -> None:
    result = await path(at)

    assert (result.status, result.reason_code) == (Status.OK, "reachable")
    assert result.facts["port"] == api_port
    assert result.facts["same_vpc"] is True
    assert set(result.facts["lb_subnets"]) == {academy.ids["public-a"], academy.ids["public-c"]}
    assert result.facts["target_subnet"] == academy.ids["private-a"]
    assert set(result.facts["nacls"]) == set(result.facts["route_tables"])


async def test_a_target_in_another_vpc_is_named(academy: Any, at: Policy) -> None:
    other = academy.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    made = academy.ec2.create_subnet(VpcId=other, CidrBlock="10.1.1.0/24")
    academy.ec2.terminate_instances(InstanceIds=[academy.ids["instance"]])
    academy.build_instance(subnet=made["Subnet"]["SubnetId"], groups=[])

    result = await path(at)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "different_vpc")
    assert result.facts["target_vpc"] == other


async def test_a_more_specific_route_into_nothing_is_no_route(academy: Any, at: Policy) -> None:
    ec2 = academy.ec2
    table = ec2.create_route_table(VpcId=academy.ids["vpc"])["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=academy.ids["private-a"])
    card = ec2.create_network_interface(SubnetId=academy.ids["public-c"])["NetworkInterface"]
    ec2.create_route(
        RouteTableId=table,
        DestinationCidrBlock="10.0.1.0/24",
        NetworkInterfaceId=card["NetworkInterfaceId"],
    )
    through = await path(at)
    ec2.delete_network_interface(NetworkInterfaceId=card["NetworkInterfaceId"])

    result = await path(at)

    assert through.reason_code == "reachable"
    assert (result.status, result.reason_code) == (Status.CRITICAL, "no_route")
    assert table in result.summary
    assert result.facts["route_tables"][academy.ids["private-a"]] == table


@pytest.mark.parametrize(
    ("subnet", "egress", "ports"),
    [
        ("private-a", False, "port"),
        ("private-a", True, "the ports answers go to"),
        ("public-a", True, "port"),
        ("public-c", False, "the ports answers go to"),
    ],
)
async def test_an_acl_that_denies_one_of_the_four_ways_blocks(
    academy: Any, at: Policy, subnet: str, egress: bool, ports: str
) -> None:
    acl = own_acl(academy, academy.ids[subnet])
    academy.ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=egress)

    result = await path(at)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "nacl_blocked")
    assert acl in result.summary
    assert ports in result.summary
    assert all(academy.ids[subnet] in found for found in result.facts["found"])


def own_acl(academy: Any, subnet: str) -> str:
    """An ACL of the subnet's own that lets everything through by rule 100."""
    ec2 = academy.ec2
    acl = ec2.create_network_acl(VpcId=academy.ids["vpc"])["NetworkAcl"]["NetworkAclId"]
    for egress in (True, False):
        ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=100, Protocol="-1", RuleAction="allow",
            Egress=egress, CidrBlock="0.0.0.0/0",
        )  # fmt: skip
    found = ec2.describe_network_acls(
        Filters=[{"Name": "association.subnet-id", "Values": [subnet]}]
    )["NetworkAcls"][0]
    old = next(each for each in found["Associations"] if each["SubnetId"] == subnet)
    ec2.replace_network_acl_association(
        AssociationId=old["NetworkAclAssociationId"], NetworkAclId=acl
    )
    return acl


async def test_an_acl_is_not_asked_inside_one_subnet(academy: Any, at: Policy) -> None:
    """What the target's ACL denies from 10.0.1.0/24 is its own subnet."""
    home = academy.ids["public-a"]
    academy.ec2.terminate_instances(InstanceIds=[academy.ids["instance"]])
    academy.build_instance(subnet=home)
    acl = own_acl(academy, home)
    academy.ec2.create_network_acl_entry(
        NetworkAclId=acl, RuleNumber=50, Protocol="-1", RuleAction="deny", Egress=False,
        CidrBlock="10.0.1.0/24",
    )  # fmt: skip

    assert (await path(at)).reason_code == "reachable"


async def test_a_subnet_can_be_asked_about_instead_of_the_targets_own(
    academy: Any, at: Policy
) -> None:
    made = academy.ec2.create_subnet(VpcId=academy.ids["vpc"], CidrBlock="10.0.12.0/24")
    other = made["Subnet"]["SubnetId"]

    result = await path(at, subnet=other)

    assert (result.reason_code, result.facts["target_subnet"]) == ("reachable", other)


@pytest.mark.parametrize("what", ["lb", "target"])
async def test_what_is_not_there_is_missing(at: Policy, what: str) -> None:
    result = await path(at, **{what: "gone"})

    assert (result.status, result.reason_code) == (Status.CRITICAL, "missing")


# Keys and rights, as moto's IAM checks them


async def test_keys_without_rights_are_denied_and_say_which_call(
    academy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.lab.aws import asking_for_signatures

    key = academy.create_user_without_rights()
    (tmp_path / "poor").write_text(
        f"[poor]\naws_access_key_id = {key['AccessKeyId']}\n"
        f"aws_secret_access_key = {key['SecretAccessKey']}\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "poor"))
    at = asking(academy.url, "poor")

    with asking_for_signatures(academy.url):
        target, instance = await health(at, profile="poor"), await state(at, profile="poor")

    assert {each.status for each in (target, instance)} == {Status.UNKNOWN}
    assert {each.reason_code for each in (target, instance)} == {"access_denied"}
    assert "DescribeTargetGroups" in target.summary
    assert "DescribeInstances" in instance.summary
    assert key["SecretAccessKey"] not in f"{target}{instance}"


async def test_keys_that_aws_does_not_know_are_no_credentials(academy: Any, at: Policy) -> None:
    from tests.lab.aws import asking_for_signatures

    with asking_for_signatures(academy.url):
        result = await state(at)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "no_credentials")

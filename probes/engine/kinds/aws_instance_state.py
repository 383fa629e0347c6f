"""aws_instance_state: is the instance there, does it run, and does AWS find it sound?"""

from collections.abc import Iterable, Mapping
from typing import Any

from probes.engine.aws import client as aws
from probes.engine.aws.lookup import Described, instances
from probes.engine.errors import Complaint
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_CODES = {
    "pending": "starting",
    "running": "running",
    "stopping": "stopped",
    "stopped": "stopped",
    "shutting-down": "terminated",
    "terminated": "terminated",
}
_CHECKS = (
    ("instance", "InstanceStatus"),
    ("system", "SystemStatus"),
    ("disks", "AttachedEbsStatus"),
)
# AWS describes the checks of no more at once.
_MOST = 100
# Of several instances with one name, the one that is worst off decides.
_WORST_FIRST = ("terminated", "stopped", "impaired", "starting", "running")


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    return await aws.ask(observe, ("ec2",), params, deadline=deadline, policy=policy)


def observe(params: Mapping[str, Any], ec2: aws.Client) -> Observation:
    asked = params["id"] or params["name"]
    found = instances(ec2, asked)
    if not found:
        return Observation(
            reason_code="missing",
            facts={"instance": asked, "instances": []},
            summary=f"there is no instance {asked} in this region",
        )
    checks = _status_checks(ec2, [each["InstanceId"] for each in found[:_MOST]])
    told = [_told(each, checks.get(each["InstanceId"], {})) for each in found]
    told.sort(key=lambda each: (_WORST_FIRST.index(_code(each)), each["id"]))
    facts = {"instance": asked, **told[0], "instances": told}
    return Observation(reason_code=_code(told[0]), facts=facts, summary=_summary(asked, told))


def _status_checks(ec2: aws.Client, ids: list[str]) -> dict[str, dict[str, str]]:
    answer = ec2.describe_instance_status(InstanceIds=ids, IncludeAllInstances=True)
    return {
        each["InstanceId"]: {
            name: each[key]["Status"]
            for name, key in _CHECKS
            if isinstance(each.get(key), dict) and "Status" in each[key]
        }
        for each in answer["InstanceStatuses"]
    }


def _told(instance: Described, checks: Mapping[str, str]) -> dict[str, Any]:
    launched = instance.get("LaunchTime")
    return {
        "id": instance["InstanceId"],
        "state": instance["State"]["Name"],
        "why": instance.get("StateTransitionReason") or None,
        "status_checks": dict(checks),
        "vpc": instance.get("VpcId"),
        "subnet": instance.get("SubnetId"),
        "private_ip": instance.get("PrivateIpAddress"),
        "launched_at": launched.isoformat() if launched else None,
    }


def _code(told: Mapping[str, Any]) -> str:
    code = _CODES[told["state"]]
    if code == "running" and "impaired" in told["status_checks"].values():
        return "impaired"
    return code


def _summary(asked: str, told: list[dict[str, Any]]) -> str:
    each = ", ".join(f"{one['id']} {_words(one)}" for one in told)
    return f"instance {asked}: {each}"


def _words(told: Mapping[str, Any]) -> str:
    failed = [name for name, status in told["status_checks"].items() if status == "impaired"]
    broken = f", but AWS finds impaired: {', '.join(failed)}" if failed else ""
    why = f" ({told['why']})" if told["why"] else ""
    return f"is {told['state']}{why}{broken}"


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    yield from aws.check(params)
    if bool(params["name"]) == bool(params["id"]):
        yield Complaint(field="name", message="give a name or an id, one of them")


KIND = Kind(
    name="aws_instance_state",
    title="AWS instance",
    help="Asks whether an EC2 instance is there and runs, and what AWS's own checks of it say.",
    params=(
        Param(name="name", type="text", help="Its Name tag."),
        Param(name="id", type="text", help="Instead of the name, such as i-0123456789abcdef0."),
        *aws.WHERE,
    ),
    reasons=reasons(
        ok=("running",),
        warning=("starting",),
        critical=("stopped", "terminated", "missing", "impaired"),
        unknown=aws.UNKNOWN,
    ),
    look=look,
    cost_s=1.0,
    check=_check,
    facts={
        "instance": "The name or id that was asked for.",
        "instances": "One entry per instance of that name, the worst off first.",
        "id": "The id of the one that decided.",
        "state": "What EC2 says of it: running, stopped, ...",
        "why": "Why it changed state, in AWS's words.",
        "status_checks": "AWS's own checks of the instance, its host and its disks.",
        "vpc": "Its VPC.",
        "subnet": "Its subnet.",
        "private_ip": "Its address inside.",
        "launched_at": "When it was last started.",
    },
    example={"name": "academy-api", "region": "ap-northeast-2"},
)

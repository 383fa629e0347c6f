"""aws_target_group_health: does the load balancer find every target of a group healthy?"""

from collections.abc import Iterable, Mapping
from typing import Any

from probes.engine.aws import client as aws
from probes.engine.aws.lookup import Described, target_group
from probes.engine.errors import Complaint
from probes.engine.placeholders import holds_placeholder
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy, Status

# No check has told anything about such a target yet, or none is made.
_NOT_CHECKED = ("initial", "unavailable")
_LEAVING = ("draining", "unhealthy.draining")


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    return await aws.ask(observe, ("elbv2",), params, deadline=deadline, policy=policy)


def observe(params: Mapping[str, Any], elbv2: aws.Client) -> Observation:
    asked = params["target_group"]
    group = target_group(elbv2, asked)
    if group is None:
        return Observation(
            reason_code="group_missing",
            facts={"target_group": asked},
            summary=f"there is no target group {asked} in this region",
        )
    answer = elbv2.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
    targets = [_target(each) for each in answer["TargetHealthDescriptions"]]
    facts = {
        "target_group": group["TargetGroupName"],
        "arn": group["TargetGroupArn"],
        "health_check": _health_check(group),
        "targets": targets,
        "states": sorted({target["state"] for target in targets}),
        "reasons": sorted({target["reason"] for target in targets if target["reason"]}),
    }
    code, words = _wrong_check(params, group, facts) or _health(targets)
    return Observation(
        reason_code=code, facts=facts, summary=f"target group {facts['target_group']}: {words}"
    )


def _health_check(group: Described) -> dict[str, Any]:
    matcher = group.get("Matcher") or {}
    return {
        "enabled": group.get("HealthCheckEnabled", True),
        "protocol": group.get("HealthCheckProtocol"),
        "port": group.get("HealthCheckPort"),
        "path": group.get("HealthCheckPath"),
        "expects": matcher.get("HttpCode") or matcher.get("GrpcCode"),
        "interval_s": group.get("HealthCheckIntervalSeconds"),
        "timeout_s": group.get("HealthCheckTimeoutSeconds"),
    }


def _target(described: Described) -> dict[str, Any]:
    health = described.get("TargetHealth") or {}
    return {
        "id": described["Target"]["Id"],
        "port": described["Target"].get("Port"),
        "check_port": described.get("HealthCheckPort"),
        "state": health.get("State", "unknown"),
        "reason": health.get("Reason"),
        "description": health.get("Description"),
    }


def _wrong_check(
    params: Mapping[str, Any], group: Described, facts: Mapping[str, Any]
) -> tuple[str, str] | None:
    check = facts["health_check"]
    path, port = params["expect_path"], params["expect_port"]
    if path and check["path"] != path:
        return "wrong_health_path", f"its health check asks {check['path']}, not {path}"
    ports = _checked_ports(group, facts["targets"])
    if port and ports != {port}:
        asked = ", ".join(map(str, sorted(ports)))
        return "wrong_health_port", f"its health check asks port {asked}, not {port}"
    return None


def _checked_ports(group: Described, targets: list[dict[str, Any]]) -> set[int]:
    """`traffic-port` is the port each target is registered with."""
    if group.get("HealthCheckPort") not in (None, "traffic-port"):
        return {int(group["HealthCheckPort"])}
    return {target["port"] for target in targets if target["port"]} or {group.get("Port", 0)}


def _health(targets: list[dict[str, Any]]) -> tuple[str, str]:
    staying = [target for target in targets if _is_registered(target)]
    if not staying:
        return "none_registered", "no target is registered" + _leaving(targets)
    bad = [each for each in staying if each["state"] not in ("healthy", *_NOT_CHECKED)]
    if bad:
        told = ", ".join(map(_told, bad))
        return "some_unhealthy", f"{len(bad)} of {len(staying)} targets get no traffic: {told}"
    unchecked = [target for target in staying if target["state"] in _NOT_CHECKED]
    if unchecked:
        return "not_checked", f"no check has told yet: {', '.join(map(_told, unchecked))}"
    return "all_healthy", f"all {len(staying)} targets are healthy"


def _is_registered(target: Mapping[str, Any]) -> bool:
    return target["state"] not in _LEAVING and target["reason"] != "Target.NotRegistered"


def _leaving(targets: list[dict[str, Any]]) -> str:
    return f" any more: {', '.join(map(_told, targets))}" if targets else ""


def _told(target: Mapping[str, Any]) -> str:
    why = f", {target['reason']}" if target["reason"] else ""
    return f"{target['id']} port {target['port']} ({target['state']}{why})"


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    yield from aws.check(params)
    path = params["expect_path"]
    if path and not holds_placeholder(path) and not path.startswith("/"):
        yield Complaint(field="expect_path", message="must begin with a slash, such as /health")


def _judging(params: Mapping[str, Any]) -> Mapping[str, Status]:
    return {} if params["expect"] == "healthy" else {"some_unhealthy": Status.OK}


KIND = Kind(
    name="aws_target_group_health",
    title="AWS target group",
    help="Asks the load balancer what it finds of each target, and how its health check is set.",
    params=(
        Param(name="target_group", type="text", required=True, help="Name or ARN."),
        *aws.WHERE,
        Param(
            name="expect",
            type="choice",
            choices=("healthy", "any"),
            default="healthy",
            help="any: only the settings of the health check are judged.",
        ),
        Param(name="expect_path", type="text", help="What the health check must ask."),
        Param(name="expect_port", type="port", help="The port it must ask."),
    ),
    reasons=reasons(
        ok=("all_healthy",),
        warning=("not_checked",),
        critical=(
            "some_unhealthy",
            "none_registered",
            "wrong_health_path",
            "wrong_health_port",
            "group_missing",
        ),
        unknown=aws.UNKNOWN,
    ),
    look=look,
    cost_s=1.0,
    check=_check,
    judging=_judging,
    facts={
        "target_group": "Its name.",
        "arn": "Its ARN.",
        "health_check": "What the health check asks: protocol, port, path, the statuses it accepts.",
        "targets": "One entry per target: id, port, state, and AWS's reason for it.",
        "states": "The states that occur.",
        "reasons": "AWS's reasons that occur, such as Target.Timeout.",
    },
    example={
        "target_group": "academy-api",
        "region": "ap-northeast-2",
        "expect_path": "/health",
        "expect_port": 8000,
    },
)

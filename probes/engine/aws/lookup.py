"""Finding what a definition names in AWS: by id, by ARN, or by the name people gave it."""

from collections.abc import Iterator
from typing import Any

from probes.engine.aws.client import Client, is_not_found
from probes.engine.errors import CannotLook

Described = dict[str, Any]


def instances(ec2: Client, asked: str) -> list[Described]:
    """The instances of that id or Name tag; those that are gone only when there are no others."""
    if asked.startswith("i-"):
        wanted = {"Filters": [{"Name": "instance-id", "Values": [asked]}]}
    else:
        wanted = {"Filters": [{"Name": "tag:Name", "Values": [asked]}]}
    pages = ec2.get_paginator("describe_instances").paginate(**wanted)
    found = [
        instance
        for page in pages
        for reservation in page["Reservations"]
        for instance in reservation["Instances"]
    ]
    there = [instance for instance in found if instance["State"]["Name"] != "terminated"]
    return there or found


def security_group(ec2: Client, asked: str) -> Described | None:
    """The group of that id or name. Raises CannotLook when several have the name."""
    by = "group-id" if asked.startswith("sg-") else "group-name"
    pages = ec2.get_paginator("describe_security_groups").paginate(
        Filters=[{"Name": by, "Values": [asked]}]
    )
    return _only([group for page in pages for group in page["SecurityGroups"]], asked, "GroupId")


def target_group(elbv2: Client, asked: str) -> Described | None:
    """The target group of that name or ARN."""
    wanted = {"TargetGroupArns": [asked]} if asked.startswith("arn:") else {"Names": [asked]}
    return next(_described(elbv2.describe_target_groups, "TargetGroups", wanted), None)


def load_balancer(elbv2: Client, asked: str) -> Described | None:
    """The load balancer of that name or ARN."""
    wanted = {"LoadBalancerArns": [asked]} if asked.startswith("arn:") else {"Names": [asked]}
    return next(_described(elbv2.describe_load_balancers, "LoadBalancers", wanted), None)


def _described(call: Any, answer: str, wanted: dict[str, list[str]]) -> Iterator[Described]:
    from botocore.exceptions import ClientError

    try:
        yield from call(**wanted)[answer]
    except ClientError as error:
        if not is_not_found(error):
            raise


def _only(found: list[Described], asked: str, key: str) -> Described | None:
    if len(found) > 1:
        ids = ", ".join(sorted(each[key] for each in found))
        raise CannotLook("bad_definition", f"several are called {asked}; give one of {ids}")
    return found[0] if found else None

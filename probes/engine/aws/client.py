"""Asking AWS, read-only: whose keys, which region, and what each way of failing means.

boto3 is optional and is imported where it is used. Keys come from the host alone, never from a
definition: docs/decisions/aws-credentials.md.
"""

import asyncio
import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from probes.engine.errors import CannotLook, Complaint
from probes.engine.guard import NameNotFound, resolve
from probes.engine.placeholders import holds_placeholder
from probes.engine.schema import Param
from probes.engine.spec import Observation, Policy

# Ways of not having looked that all kinds here share.
UNKNOWN = (
    "no_credentials",
    "access_denied",
    "throttled",
    "endpoint_unreachable",
    "api_error",
    "resolver_unavailable",
)
WHERE = (
    Param(name="region", type="text", help="Such as ap-northeast-2. Empty: the profile's own."),
    Param(
        name="profile",
        type="ref",
        default="default",
        help="Whose keys: a profile in the limits file of the host that asks.",
    ),
)
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+){1,3}-[0-9]{1,2}")
_NAMES = ("id", "name", "group", "source_group", "target_group", "lb", "target", "subnet")
# Where keys may come from: only what the host itself holds. The others ask an address that no
# guard has seen: the metadata service, the container's agent, STS, single sign-on.
_OWN_KEYS = ("env", "shared-credentials-file", "custom-process", "config-file")
_SHORT_OF_KEYS = (
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "MissingAuthenticationToken",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_THROTTLED = ("RequestLimitExceeded", "RequestThrottled", "Throttling", "ThrottlingException")
# A botocore client. Its classes are made at run time, so that there is no type to name.
Client = Any


def check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    """A region becomes part of a host name; EC2 reads a star or a question mark as any name."""
    region = params["region"]
    if region and not holds_placeholder(region) and not _REGION.fullmatch(region):
        yield Complaint(field="region", message="must be a region such as ap-northeast-2")
    for field in _NAMES:
        if set(params.get(field) or "") & set("*?\\"):
            yield Complaint(field=field, message="must be one name, without * ? or \\")


async def ask(
    question: Callable[..., Observation],
    services: tuple[str, ...],
    params: Mapping[str, Any],
    *,
    deadline: float,
    policy: Policy,
) -> Observation:
    """The answer to `question(params, *clients)`, with one client for each of `services`.

    boto3 blocks, so it works beside the event loop. Nothing is sent before the policy has
    allowed every address that each client would connect to.
    """
    _check_profile(params["profile"], policy)
    try:
        async with asyncio.timeout_at(deadline):
            patience_s = max(deadline - asyncio.get_running_loop().time(), 0.1)
            clients = await asyncio.to_thread(_clients, services, params, policy, patience_s)
            for client in clients:
                await _check_endpoint(client.meta.endpoint_url, policy, deadline)
            return await asyncio.to_thread(_asked, question, params, clients)
    except TimeoutError:
        raise CannotLook("endpoint_unreachable", "AWS did not answer in time") from None


def _check_profile(name: str, policy: Policy) -> None:
    if name not in policy.aws.profiles:
        raise CannotLook(
            "not_allowed",
            f"AWS may not be asked with the profile {name} from this location; to allow it, list "
            f'it in the limits file of its host: [aws] profiles = ["{name}"]',
        )


def _clients(
    services: tuple[str, ...], params: Mapping[str, Any], policy: Policy, patience_s: float
) -> list[Client]:
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, NoRegionError, ProfileNotFound
    except ImportError:
        raise CannotLook(
            "library_missing",
            "asking AWS needs the library boto3, which is not installed here: pip install boto3",
        ) from None
    how = Config(
        connect_timeout=1,
        # Nobody waits for a thread that the deadline has left behind; it must end all the same.
        read_timeout=patience_s,
        retries={"total_max_attempts": 1},
        # The guard checks Amazon's address, so that is where a request must go.
        proxies={},
        ignore_configured_endpoint_urls=True,
        defaults_mode="legacy",
    )
    profile, url = params["profile"], policy.aws.endpoint_url or None
    try:
        session = boto3.Session(botocore_session=_session(profile), region_name=params["region"])
        if session.get_credentials() is None:
            raise CannotLook("no_credentials", _how_to_give_keys(profile))
        return [session.client(name, config=how, endpoint_url=url) for name in services]
    except NoRegionError:
        raise CannotLook(
            "bad_definition", f"say which region; the profile {profile} names none"
        ) from None
    except ProfileNotFound:
        raise CannotLook("no_credentials", _how_to_give_keys(profile)) from None
    except BotoCoreError as error:
        raise CannotLook("no_credentials", f"the profile {profile}: {_kind_of(error)}") from None


def _session(profile: str) -> Any:
    """A session of botocore that knows only the keys this host holds."""
    import botocore.session

    core = botocore.session.Session(profile=None if profile == "default" else profile)
    core.register_component("data_loader", _loader())
    chain = core.get_component("credential_provider")
    for provider in list(chain.providers):
        if provider.METHOD not in _OWN_KEYS:
            chain.remove(provider.METHOD)
    return core


@functools.cache
def _loader() -> Any:
    """Reads the descriptions of the services once a process: that of EC2 costs 0.15 s."""
    import botocore.session

    return botocore.session.Session().get_component("data_loader")


def _how_to_give_keys(profile: str) -> str:
    return (
        f"the host has no keys for the AWS profile {profile}; set them up for the user that runs "
        f"the probes: aws configure{'' if profile == 'default' else f' --profile {profile}'}"
    )


async def _check_endpoint(url: str, policy: Policy, deadline: float) -> None:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        await resolve(parts.hostname or "", port, policy=policy, deadline=deadline)
    except NameNotFound as unknown:
        raise CannotLook("endpoint_unreachable", f"{unknown}; is the region right?") from None
    except CannotLook as refused:
        if refused.reason_code != "not_allowed":
            raise
        raise CannotLook(
            "not_allowed",
            f"{refused}; Amazon's addresses change, so allow the published ranges of the region "
            "or a VPC endpoint of your own",
        ) from None


def _asked(
    question: Callable[..., Observation], params: Mapping[str, Any], clients: list[Client]
) -> Observation:
    """Raises CannotLook for every way in which AWS gives no answer.

    Of an error only its code is told: the message of a refused signature holds what was signed.
    """
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,
        HTTPClientError,
    )

    try:
        return question(params, *clients)
    except ClientError as error:
        raise _refusal(error.response["Error"].get("Code", ""), error.operation_name) from None
    except (ConnectionError, HTTPClientError) as error:
        raise CannotLook("endpoint_unreachable", f"AWS did not answer: {_kind_of(error)}") from None
    except BotoCoreError as error:
        raise CannotLook("api_error", f"AWS could not be asked: {_kind_of(error)}") from None
    finally:
        for client in clients:
            client.close()


def _refusal(code: str, operation: str) -> CannotLook:
    if code in _DENIED:
        return CannotLook("access_denied", f"these keys may not call {operation}: allow it in IAM")
    if code in _SHORT_OF_KEYS:
        return CannotLook("no_credentials", f"AWS does not accept these keys ({code})")
    if code in _THROTTLED:
        return CannotLook("throttled", "AWS asks to call less often; try again in a minute")
    return CannotLook("api_error", f"AWS refused {operation} ({code})")


def _kind_of(error: Exception) -> str:
    return type(error).__name__


def is_not_found(error: Exception) -> bool:
    """True for AWS's way of saying that what was named is not there."""
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    return bool(code.endswith("NotFound"))

"""Who may ask AWS, with whose keys, and what each way of getting no answer is called."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.engine.errors import InvalidParams
from probes.engine.limits import read_limits
from probes.engine.registry import validate
from probes.engine.spec import Aws, Policy, Status
from tests.probes.engine.aws_fixtures import asking, keep_keys
from tests.probes.engine.servers import head_of, response, run, serving

INSTANCE = {"name": "academy-api", "region": "ap-northeast-2"}
REFUSED = """<?xml version="1.0"?><Response><Errors><Error><Code>{code}</Code>
<Message>key AKIAVERYSECRETKEYID, signed with very-secret-x</Message></Error></Errors>
<RequestID>1</RequestID></Response>"""


@contextlib.contextmanager
def without_boto3() -> Iterator[None]:
    """An interpreter in which `import boto3` fails, as where it was never installed."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name == "boto3"}
    sys.modules["boto3"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["boto3"]
        sys.modules.update(kept)


async def test_nothing_is_asked_before_the_host_has_named_the_profile(policy: Policy) -> None:
    result = await run("aws_instance_state", policy=policy, **INSTANCE)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed")
    assert '[aws] profiles = ["default"]' in result.summary


async def test_without_the_library_it_says_how_to_get_it() -> None:
    with without_boto3():
        result = await run("aws_instance_state", policy=asking(""), **INSTANCE)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "library_missing")
    assert "pip install boto3" in result.summary


def test_a_limits_file_names_profiles_and_another_address(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text('[aws]\nprofiles = ["shop"]\nendpoint_url = "http://127.0.0.1:5000"\n')

    wanted = Aws(profiles=frozenset({"shop"}), endpoint_url="http://127.0.0.1:5000")

    assert read_limits(path).aws == wanted


@pytest.mark.parametrize(
    "text",
    [
        "[aws]\n",
        '[aws]\nprofiles = "shop"\n',
        "[aws]\nprofiles = [1]\n",
        '[aws]\nprofiles = ["shop"]\nendpoint_url = "127.0.0.1"\n',
        '[aws]\nprofiles = ["shop"]\nkey = "AKIA"\n',
    ],
    ids=["empty", "one text", "numbers", "not a URL", "a key"],
)
def test_a_limits_file_that_says_it_otherwise_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(text)

    with pytest.raises(InvalidParams, match="aws"):
        read_limits(path)


@pytest.mark.parametrize("region", ["evil.example/", "ap-northeast-2.evil.example", "1", "AP-x-1"])
def test_a_region_cannot_become_another_host(region: str) -> None:
    with pytest.raises(InvalidParams, match="region"):
        validate("aws_instance_state", {"name": "a", "region": region})


@pytest.mark.parametrize("name", ["*", "academy-?pi", "a\\*"])
def test_a_name_cannot_stand_for_many(name: str) -> None:
    with pytest.raises(InvalidParams, match="one name"):
        validate("aws_instance_state", INSTANCE | {"name": name})
    with pytest.raises(InvalidParams, match="one name"):
        validate("aws_sg_ingress", {"group": name, "port": 1, "source_group": "a"})


def test_a_definition_cannot_say_where_aws_is() -> None:
    with pytest.raises(InvalidParams, match="no such parameter"):
        validate("aws_instance_state", INSTANCE | {"endpoint_url": "http://127.0.0.1:1"})


@pytest.mark.lab
async def test_an_address_outside_the_networks_is_never_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_keys(tmp_path, monkeypatch, default="x")
    called = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append(await head_of(reader))

    async with serving(answer) as port:
        policy = asking(f"http://127.0.0.1:{port}", networks=["10.0.0.0/8"])
        result = await run("aws_instance_state", policy=policy, **INSTANCE)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed")
    assert "add 127.0.0.1/32" in result.summary
    assert "ranges of the region" in result.summary
    assert called == []


@pytest.mark.lab
async def test_the_environment_cannot_say_where_aws_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_keys(tmp_path, monkeypatch, default="x")
    called = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append(await head_of(reader))
        writer.write(response(400, REFUSED.format(code="Throttling").encode()))

    async with serving(answer) as wrong, serving(answer) as right:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{wrong}")
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{wrong}")
        policy = asking(f"http://127.0.0.1:{right}")
        await run("aws_instance_state", policy=policy, **INSTANCE)

    assert len(called) == 1
    assert f"Host: 127.0.0.1:{right}".encode() in called[0]


@pytest.mark.lab
async def test_a_host_without_keys_says_so_and_asks_no_metadata_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_keys(tmp_path, monkeypatch)
    asked = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await head_of(reader))

    async with serving(answer) as port:
        url = f"http://127.0.0.1:{port}"
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
        result = await run("aws_instance_state", policy=asking(url), **INSTANCE)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "no_credentials")
    assert "aws configure" in result.summary
    assert asked == []


@pytest.mark.lab
async def test_a_profile_the_host_does_not_have_is_no_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_keys(tmp_path, monkeypatch, default="x")
    policy = asking("http://127.0.0.1:1", "gone")

    result = await run("aws_instance_state", policy=policy, profile="gone", **INSTANCE)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "no_credentials")
    assert "--profile gone" in result.summary


@pytest.mark.lab
async def test_without_a_region_anywhere_the_definition_lacks_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_keys(tmp_path, monkeypatch, default="x")

    result = await run("aws_instance_state", policy=asking("http://127.0.0.1:1"), name="a")

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "bad_definition")
    assert "region" in result.summary


@pytest.mark.lab
@pytest.mark.parametrize(
    ("code", "reason_code"),
    [
        ("UnauthorizedOperation", "access_denied"),
        ("AccessDenied", "access_denied"),
        ("AuthFailure", "no_credentials"),
        ("SignatureDoesNotMatch", "no_credentials"),
        ("ExpiredToken", "no_credentials"),
        ("RequestLimitExceeded", "throttled"),
        ("Throttling", "throttled"),
        ("InternalError", "api_error"),
    ],
)
async def test_what_aws_refuses_is_unknown_and_its_message_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, reason_code: str
) -> None:
    keep_keys(tmp_path, monkeypatch, default="x")
    calls = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(await head_of(reader))
        writer.write(response(400, REFUSED.format(code=code).encode()))

    async with serving(answer) as port:
        policy = asking(f"http://127.0.0.1:{port}")
        result = await run("aws_instance_state", policy=policy, **INSTANCE)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, reason_code)
    assert "AKIAVERYSECRETKEYID" not in str(result)
    assert "very-secret" not in str(result)
    assert len(calls) == 1


@pytest.mark.lab
async def test_a_silent_aws_ends_at_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_keys(tmp_path, monkeypatch, default="x")

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3)

    async with serving(silent) as port:
        policy = asking(f"http://127.0.0.1:{port}")
        # The first question of a process also reads what EC2 looks like.
        await run("aws_instance_state", policy=policy, timeout_s=0.5, **INSTANCE)
        started = time.monotonic()
        result = await run("aws_instance_state", policy=policy, timeout_s=0.5, **INSTANCE)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "endpoint_unreachable")
    assert time.monotonic() - started < 2.5


@pytest.mark.lab
async def test_an_aws_that_refuses_connections_is_unreachable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    keep_keys(tmp_path, monkeypatch, default="x")

    policy = asking(f"http://127.0.0.1:{closed_port}")
    result = await run("aws_instance_state", policy=policy, **INSTANCE)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "endpoint_unreachable")

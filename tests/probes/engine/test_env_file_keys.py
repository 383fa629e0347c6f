"""env_file_keys on real .env files, as people write them and as Windows saves them."""

from pathlib import Path
from typing import Any

import pytest

from probes.engine.errors import InvalidParams
from probes.engine.files.env_file import parse
from probes.engine.registry import validate
from probes.engine.spec import Policy, ProbeResult, Status
from tests.probes.engine.servers import run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def put(path: Path, content: str | bytes) -> None:
    path.write_bytes(content.encode() if isinstance(content, str) else content)


async def asked(policy: Policy, path: Path, **params: Any) -> ProbeResult:
    return await run("env_file_keys", policy=policy, path=str(path), **params)


@pytest.mark.parametrize(
    ("content", "params", "status", "reason_code"),
    [
        ("A=1\nB=2\n", {"required": ["A", "B"]}, Status.OK, "complete"),
        ("A=1\n", {"required": ["A", "B"]}, Status.CRITICAL, "missing_keys"),
        ("A=\n", {"required": ["A"]}, Status.OK, "complete"),
        ("A=\n", {"nonempty": ["A"]}, Status.CRITICAL, "empty_keys"),
        ("", {"nonempty": ["A"]}, Status.CRITICAL, "missing_keys"),
        ("A=changeme\n", {"required": ["A"]}, Status.OK, "complete"),
        (
            "A=changeme\n",
            {"required": ["A"], "forbid_placeholder": True},
            Status.CRITICAL,
            "placeholder_values",
        ),
    ],
)
async def test_what_the_file_lacks_is_told_apart(
    policy: Policy,
    path: Path,
    content: str,
    params: dict[str, Any],
    status: Status,
    reason_code: str,
) -> None:
    put(path, content)

    result = await asked(policy, path, **params)

    assert (result.status, result.reason_code) == (status, reason_code)


async def test_missing_file_is_told_from_one_that_cannot_be_read(
    policy: Policy, tmp_path: Path
) -> None:
    missing = await asked(policy, tmp_path / ".env", required=["A"])
    folder = await asked(policy, tmp_path, required=["A"])
    outside = await asked(policy, Path("/etc/environment"), required=["A"])

    assert (missing.status, missing.reason_code) == (Status.CRITICAL, "file_missing")
    assert (folder.status, folder.reason_code) == (Status.UNKNOWN, "unreadable")
    assert (outside.status, outside.reason_code) == (Status.UNKNOWN, "not_allowed")


WRITTEN = """# secrets of the shop
export DATABASE_URL="postgres://shop:hunter2@db/shop"   # not production
  JWT_SECRET_KEY = 'correct # horse'
EMPTY=
ALSO_EMPTY="" # nothing
COMMENTED= # nothing either
HASH=abc#def
MULTI="-----BEGIN PRIVATE KEY-----
TUlJRXZRSUJBREFO
-----END PRIVATE KEY-----"
ESCAPED="say \\"hi\\" \\\\"
AFTER=1
no equals sign here
JWT_SECRET_KEY=replaced
DOLLAR="pa$word"
LITERAL='pa$word'
UNCLOSED="abc
LAST=1
"""


def test_the_syntax_people_use_is_understood() -> None:
    file = parse(WRITTEN)
    values = {name: each.value for name, each in file.variables.items()}

    assert values == {
        "DATABASE_URL": "postgres://shop:hunter2@db/shop",
        "JWT_SECRET_KEY": "replaced",
        "EMPTY": "",
        "ALSO_EMPTY": "",
        "COMMENTED": "",
        "HASH": "abc#def",
        "MULTI": "-----BEGIN PRIVATE KEY-----\nTUlJRXZRSUJBREFO\n-----END PRIVATE KEY-----",
        "ESCAPED": 'say "hi" \\',
        "AFTER": "1",
        "DOLLAR": "pa$word",
        "LITERAL": "pa$word",
        "LAST": "1",
    }
    assert file.variables["JWT_SECRET_KEY"].line == 14
    assert file.unread_lines == [13, 17]


async def test_facts_hold_names_and_lines_and_never_a_value(policy: Policy, path: Path) -> None:
    put(path, WRITTEN)
    names = ["DATABASE_URL", "JWT_SECRET_KEY", "EMPTY", "MULTI", "DOLLAR", "LITERAL", "GONE"]

    result = await asked(policy, path, required=names)

    assert result.facts["missing"] == ["GONE"]
    assert result.facts["empty"] == ["EMPTY"]
    assert result.facts["duplicate"] == ["JWT_SECRET_KEY"]
    assert result.facts["refers"] == ["DOLLAR"]
    assert result.facts["unread_lines"] == [13, 17]
    assert {"name": "JWT_SECRET_KEY", "line": 14} in result.facts["lines"]
    assert "GONE" in result.summary
    for value in ("hunter2", "horse", "replaced", "TUlJ", "pa$word", "no equals"):
        assert value not in str(result)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
async def test_files_that_windows_saves_are_read_and_called_odd(
    policy: Policy, path: Path, encoding: str
) -> None:
    put(path, "JWT_SECRET_KEY=x\r\n# 한글 주석\r\nDB_HOST=\r\n".encode(encoding))

    empty = await asked(policy, path, required=["JWT_SECRET_KEY"], nonempty=["DB_HOST"])
    whole = await asked(policy, path, required=["JWT_SECRET_KEY", "DB_HOST"])

    assert (empty.reason_code, empty.facts["missing"]) == ("empty_keys", [])
    assert (whole.status, whole.reason_code) == (Status.WARNING, "odd_encoding")
    assert whole.facts["encoding"].startswith(encoding)


@pytest.mark.parametrize(
    "value", ["changeme", "<your-key>", "your_secret_here", "sk-xxxx", "...", "여기에 키 입력"]
)
def test_template_values_are_placeholders(value: str) -> None:
    assert parse(f"A={value}").variables["A"].is_placeholder


@pytest.mark.parametrize("value", ["postgres://db/shop", "true", "Zm9vYmFy", "example.com", "[]"])
def test_real_values_are_no_placeholders(value: str) -> None:
    assert not parse(f"A={value}").variables["A"].is_placeholder


async def test_file_that_is_too_large_is_unknown(policy: Policy, path: Path) -> None:
    put(path, "A=1\n" + "# filler\n" * 40_000)

    result = await asked(policy, path, required=["B"])

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "unreadable")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"required": ["A=secret"]}, "without its value"),
        ({}, "name a variable here or in nonempty"),
    ],
)
def test_definition_names_variables_and_holds_no_value(
    params: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidParams, match=message):
        validate("env_file_keys", {"path": "/srv/.env", **params})

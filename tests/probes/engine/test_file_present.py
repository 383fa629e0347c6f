"""file_present on real files."""

import os
from pathlib import Path
from typing import Any

import pytest

from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import run


@pytest.mark.parametrize(
    ("name", "params", "status", "reason_code"),
    [
        ("there.txt", {}, Status.OK, "present"),
        ("there.txt", {"kind": "file"}, Status.OK, "present"),
        ("there.txt", {"kind": "folder"}, Status.CRITICAL, "wrong_kind"),
        ("folder", {"kind": "folder"}, Status.OK, "present"),
        ("gone.txt", {}, Status.CRITICAL, "absent"),
        ("there.txt/below", {}, Status.CRITICAL, "absent"),
        ("there.txt", {"min_size": 100}, Status.CRITICAL, "too_small"),
        ("there.txt", {"mode_max": "0600"}, Status.WARNING, "too_open"),
        ("there.txt", {"mode_max": "0644"}, Status.OK, "present"),
    ],
)
async def test_what_is_there_is_told_from_what_is_not(
    tmp_path: Path,
    policy: Policy,
    name: str,
    params: dict[str, Any],
    status: Status,
    reason_code: str,
) -> None:
    (tmp_path / "there.txt").write_text("hello")
    (tmp_path / "there.txt").chmod(0o644)
    (tmp_path / "folder").mkdir()

    result = await run("file_present", policy=policy, path=str(tmp_path / name), **params)

    assert (result.status, result.reason_code) == (status, reason_code)


async def test_facts_describe_the_file_and_never_its_content(
    tmp_path: Path, policy: Policy
) -> None:
    path = tmp_path / ".env"
    path.write_text("JWT_SECRET_KEY=hunter2")
    os.utime(path, (0, 0))
    path.chmod(0o600)

    result = await run("file_present", policy=policy, path=str(path))

    assert result.facts["size_bytes"] == 22
    assert result.facts["mode"] == "0600"
    assert result.facts["mtime"] == "1970-01-01T00:00:00+00:00"
    assert "hunter2" not in str(result)


async def test_file_outside_the_folders_is_unknown_whether_it_is_there_or_not(
    policy: Policy,
) -> None:
    there = await run("file_present", policy=policy, path="/etc/passwd")
    gone = await run("file_present", policy=policy, path="/etc/nothing-here")

    assert (there.status, there.reason_code) == (Status.UNKNOWN, "not_allowed")
    assert (gone.status, gone.reason_code) == (Status.UNKNOWN, "not_allowed")

"""log_match on real files: as servers write them, as Windows writes them, and as they are rotated."""

import logging
import os
import subprocess
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import pytest

from probes.engine.spec import Policy, ProbeResult, Status
from tests.probes.engine.servers import run

LOG = """INFO:     Will watch for changes in these directories
ModuleNotFoundError: No module named 'jwt'
INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)
"""


async def searched(policy: Policy, path: Path, *patterns: str, **params: Any) -> ProbeResult:
    return await run("log_match", policy=policy, path=str(path), patterns=list(patterns), **params)


def put(path: Path, text: str | bytes) -> None:
    path.write_bytes(text.encode() if isinstance(text, str) else text)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text(LOG)
    return path


@pytest.mark.parametrize(
    ("pattern", "expect", "status", "reason_code"),
    [
        ("No module named '\\w+'", "matched", Status.OK, "matched"),
        ("No module named '\\w+'", "not_matched", Status.CRITICAL, "matched"),
        ("OSError", "matched", Status.CRITICAL, "not_matched"),
        ("OSError", "not_matched", Status.OK, "not_matched"),
    ],
)
async def test_whether_a_match_is_good_is_the_definitions_choice(
    policy: Policy, log: Path, pattern: str, expect: str, status: Status, reason_code: str
) -> None:
    result = await searched(policy, log, pattern, expect=expect)

    assert (result.status, result.reason_code) == (status, reason_code)


async def test_each_pattern_that_is_found_is_told_with_its_last_line(
    policy: Policy, log: Path
) -> None:
    result = await searched(policy, log, "^INFO:", "No module named 'jwt'", "Traceback")

    assert result.facts["matched"] == [
        {
            "pattern": "^INFO:",
            "count": 2,
            "line": "INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)",
        },
        {
            "pattern": "No module named 'jwt'",
            "count": 1,
            "line": "ModuleNotFoundError: No module named 'jwt'",
        },
    ]
    assert result.facts["lines_read"] == 3
    assert 0 <= result.facts["age_s"] < 60


async def test_only_the_last_line_counts_when_asked(policy: Policy, log: Path) -> None:
    put(log, LOG + "\n\n")

    earlier = await searched(policy, log, "No module", last_line_only=True)
    last = await searched(policy, log, "running on", last_line_only=True)

    assert (earlier.reason_code, last.reason_code) == ("not_matched", "matched")


async def test_what_stands_before_the_tail_is_not_seen(policy: Policy, log: Path) -> None:
    put(log, "the first line\n" + "filler\n" * 1000 + "the last line\n")

    tail = await searched(policy, log, "the first line", tail_bytes=1024)
    whole = await searched(policy, log, "the first line")

    assert (tail.reason_code, tail.facts["is_cut"]) == ("not_matched", True)
    assert (whole.reason_code, whole.facts["is_cut"]) == ("matched", False)


def write_rotating(path: Path, *, lines: int) -> None:
    handler = RotatingFileHandler(path, maxBytes=200, backupCount=3)
    for number in range(lines):
        handler.emit(logging.makeLogRecord({"msg": f"request {number} took long enough"}))
    handler.close()


async def test_last_lines_are_followed_over_a_rotation(policy: Policy, tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    write_rotating(path, lines=8)
    assert "request 7 " in path.read_text()
    assert "request 6 " in (tmp_path / "app.log.1").read_text()

    result = await searched(policy, path, "request 6 ")

    assert result.reason_code == "matched"
    assert result.facts["rotated"] == str(tmp_path / "app.log.1")


async def test_of_dated_rotations_the_youngest_is_read(policy: Policy, log: Path) -> None:
    for at, name in enumerate(["app.log-20261123", "app.log.2026-11-24", "app.log-20261122.gz"]):
        (log.parent / name).write_text(f"kept in {name}\n")
        os.utime(log.parent / name, (at, at))

    result = await searched(policy, log, "kept in")

    assert [each["line"] for each in result.facts["matched"]] == ["kept in app.log.2026-11-24"]


async def test_rotated_file_that_leads_out_is_not_followed(policy: Policy, log: Path) -> None:
    (log.parent / "app.log.1").symlink_to("/etc/passwd")

    result = await searched(policy, log, "root:")

    assert (result.reason_code, result.facts["rotated"]) == ("not_matched", None)


async def test_missing_file_is_missing_even_when_its_rotation_is_there(
    policy: Policy, log: Path
) -> None:
    os.rename(log, f"{log}.1")

    result = await searched(policy, log, "running")

    assert (result.status, result.reason_code) == (Status.CRITICAL, "file_missing")
    assert "app.log.1 is there" in result.summary


async def test_what_is_no_file_could_not_be_read(policy: Policy, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    folder = await searched(policy, tmp_path, "x")
    pipe = await searched(policy, tmp_path / "pipe", "x")

    assert (folder.status, folder.reason_code) == (Status.UNKNOWN, "unreadable")
    assert "is a folder" in folder.summary
    assert (pipe.status, pipe.reason_code) == (Status.UNKNOWN, "unreadable")


async def test_line_longer_than_what_is_read_is_unknown(policy: Policy, log: Path) -> None:
    put(log, "DB_PASSWORD=hunter2" + "x" * 3000)

    result = await searched(policy, log, "x+", tail_bytes=1024)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "unreadable")
    assert "longer than 1024 bytes" in result.summary


async def test_file_and_link_outside_the_folders_are_not_looked_at(
    policy: Policy, tmp_path: Path
) -> None:
    (tmp_path / "link.log").symlink_to("/etc/passwd")

    outside = await searched(policy, Path("/etc/passwd"), "root")
    through = await searched(policy, tmp_path / "link.log", "root")

    assert (outside.status, outside.reason_code) == (Status.UNKNOWN, "not_allowed")
    assert (through.status, through.reason_code) == (Status.UNKNOWN, "not_allowed")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
async def test_windows_encodings_and_line_ends_are_read(
    policy: Policy, log: Path, encoding: str
) -> None:
    filler = "서버 시작\r\n" * 2000
    put(log, (filler + "연결이 거부되었습니다 [WinError 10061]\r\n").encode(encoding))

    result = await searched(policy, log, r"거부되었습니다 \[WinError 10061\]$", tail_bytes=4097)

    assert result.reason_code == "matched"
    assert result.facts["last_line"] == "연결이 거부되었습니다 [WinError 10061]"


async def test_character_that_is_still_being_written_spoils_nothing(
    policy: Policy, log: Path
) -> None:
    put(log, "서버 시작\n".encode() + "연".encode()[:2])

    assert (await searched(policy, log, "서버 시작")).reason_code == "matched"


async def test_terminal_colours_do_not_hide_a_line(policy: Policy, log: Path) -> None:
    put(log, "\x1b[31mERROR\x1b[0m: \x1b[1mstopped\x1b[0m\n")

    assert (await searched(policy, log, "^ERROR: stopped$")).reason_code == "matched"


async def test_secrets_of_matching_lines_are_masked(policy: Policy, log: Path) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nTUlJRXZRSUJBREFO\n-----END PRIVATE KEY-----\n"
    put(log, f"login with password=hunter2 failed\n{key}GET /?token=abcdef123456 200\n")

    result = await searched(policy, log, "login with", "TUlJ", "token=")

    assert [each["pattern"] for each in result.facts["matched"]] == ["login with", "token="]
    for secret in ("hunter2", "TUlJRXZRSUJBREFO", "abcdef123456"):
        assert secret not in str(result)


async def test_pattern_that_would_explode_elsewhere_stays_quick(policy: Policy, log: Path) -> None:
    put(log, "a" * 50_000 + "!\n")

    result = await searched(policy, log, "^(a+)+$")

    assert result.reason_code == "not_matched"
    assert result.elapsed_s < 2


@pytest.mark.lab
def test_file_this_user_may_not_read_is_unknown(tmp_path: Path, log: Path) -> None:
    log.chmod(0o600)
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    ask = f"""
import asyncio, concurrent.futures.thread, os
from probes.engine.runner import run_one
from probes.engine.spec import Policy, ProbeSpec
os.setuid(65534)
spec = ProbeSpec(kind="log_match", params={{"path": {str(log)!r}, "patterns": ["x"]}}, timeout_s=5)
said = asyncio.run(run_one(spec, policy=Policy(roots=({str(tmp_path)!r},))))
print(said.status, said.reason_code, said.summary)
"""

    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)

    assert said.stdout.startswith("UNKNOWN unreadable"), said.stderr
    assert "run the probe as a user who may" in said.stdout

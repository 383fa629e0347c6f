"""docker_log against a real Unix socket; tests/lab asks a real engine the same."""

import asyncio
from typing import Any

import pytest

from probes.engine.containers.log import MAX_TEXT, ContainerLog
from probes.engine.spec import ProbeResult, Status
from tests.probes.engine.engine_socket import (
    engine_socket,
    frame,
    inspected,
    listening_engine,
    not_found,
)
from tests.probes.engine.servers import head_of, response, run

INSPECT, LOGS = "/containers/backend/json", "/containers/backend/logs"
LOG = frame(1, b"Uvicorn running\n") + frame(2, b"ModuleNotFoundError: No module named 'jwt'\n")


async def looked(log: bytes, *, tty: bool = False, env: str = "A=b", **params: Any) -> ProbeResult:
    config = {"Tty": tty, "Env": [env]}
    answers = {INSPECT: inspected(Config=config), LOGS: response(200, log)}
    async with engine_socket(answers) as (policy, _):
        return await run("docker_log", policy=policy, name="backend", **params)


@pytest.mark.parametrize("tty", [False, True])
async def test_pattern_is_found_in_both_kinds_of_log(tty: bool) -> None:
    raw = b"Uvicorn running\r\nModuleNotFoundError: No module named 'jwt'\r\n"

    result = await looked(raw if tty else LOG, tty=tty, patterns=["ModuleNotFoundError", "Nope"])

    assert (result.status, result.reason_code) == (Status.OK, "matched")
    line = "ModuleNotFoundError: No module named 'jwt'"
    assert result.facts["matched"] == [{"pattern": "ModuleNotFoundError", "count": 1, "line": line}]
    assert result.facts["last_line"] == line
    assert result.facts["lines_read"] == 2


async def test_last_line_only_does_not_look_at_the_others() -> None:
    result = await looked(LOG, patterns=["Uvicorn"], last_line_only=True)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "not_matched")


async def test_what_must_not_stand_there_is_critical_when_it_does() -> None:
    there = await looked(LOG, patterns=["jwt"], expect="not_matched")
    absent = await looked(LOG, patterns=["Traceback"], expect="not_matched")

    assert (there.status, there.reason_code) == (Status.CRITICAL, "matched")
    assert (absent.status, absent.reason_code) == (Status.OK, "not_matched")


async def test_colours_do_not_hide_words_and_secrets_are_masked() -> None:
    log = frame(2, b"\x1b[31mFATAL\x1b[0m: \x1b[1mrose-garden-77\x1b[0m refused\n")

    result = await looked(log, env="DB_PASSWORD=rose-garden-77", patterns=["FATAL: .* refused"])

    assert result.facts["matched"][0]["line"] == "FATAL: [masked:known] refused"
    assert "rose-garden" not in str(result)


async def test_missing_container_and_one_without_a_log_are_different() -> None:
    no_driver = response(501, b'{"message": "configured logging driver does not support reading"}')
    async with engine_socket({INSPECT: inspected(), LOGS: no_driver}) as (policy, _):
        unreadable = await run("docker_log", policy=policy, name="backend", patterns=["a"])
    async with engine_socket({INSPECT: not_found("No such container: backend")}) as (policy, _):
        missing = await run("docker_log", policy=policy, name="backend", patterns=["a"])

    assert (unreadable.status, unreadable.reason_code) == (Status.UNKNOWN, "unreadable")
    assert (missing.status, missing.reason_code) == (Status.CRITICAL, "container_missing")


async def test_only_the_asked_lines_are_asked_for() -> None:
    async with engine_socket({INSPECT: inspected(), LOGS: response(200, LOG)}) as (policy, asked):
        await run("docker_log", policy=policy, name="backend", patterns=["a"], tail=7)

    assert asked[1] == "GET /containers/backend/logs?stdout=1&stderr=1&tail=7"


async def test_flood_keeps_its_end_and_says_that_it_is_cut() -> None:
    line = b"x" * 1000 + b"\n"
    log = frame(1, b"first\n") + frame(1, line) * 1000 + frame(2, b"the end\n")

    result = await looked(log, patterns=["first"], tail=2000)

    assert result.reason_code == "not_matched"
    assert result.facts["is_cut"] is True
    assert result.facts["last_line"] == "the end"
    assert result.facts["lines_read"] * 1001 < MAX_TEXT + 1001


@pytest.mark.parametrize("size", [1, 3, 7, 8, 9, 1000])
def test_frames_may_arrive_in_any_pieces(size: int) -> None:
    log = ContainerLog(is_tty=False)
    data = frame(1, b"no newline") + frame(2, b"other stream\n") + frame(1, b"") + frame(1, b"end")

    for at in range(0, len(data), size):
        log.take(data[at : at + size])

    assert log.lines() == ["no newline", "other stream", "end"]


def test_bytes_without_frames_are_read_as_they_are() -> None:
    log = ContainerLog(is_tty=False)

    log.take(b"plain text that has no frames\n")

    assert log.lines() == ["plain text that has no frames"]


async def test_log_that_never_ends_stops_at_the_deadline_in_little_memory() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    line = frame(1, b"x" * 900 + b"\n")
    chunk = b"%x\r\n" % (len(line) * 50) + line * 50 + b"\r\n"

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if b"/json" in await head_of(reader):
            writer.write(inspected())
        else:
            writer.write(head)
            while True:
                writer.write(chunk)
                await writer.drain()
                await asyncio.sleep(0.001)
        await writer.drain()
        writer.close()

    async with listening_engine(pour) as policy:
        result = await run(
            "docker_log", policy=policy, name="backend", patterns=["y"], timeout_s=1.0
        )

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "daemon_unreachable")
    assert "in time" in result.summary
    assert result.elapsed_s < 1.3


async def test_engine_that_accepts_and_says_nothing_is_unknown_at_the_deadline() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with listening_engine(silent) as policy:
        result = await run(
            "docker_log", policy=policy, name="backend", patterns=["y"], timeout_s=0.5
        )

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "daemon_unreachable")
    assert result.elapsed_s < 0.8

"""docker_container against a real Unix socket; tests/lab asks a real engine the same."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from probes.engine.errors import InvalidParams
from probes.engine.registry import validate
from probes.engine.spec import Policy, Status
from tests.probes.engine.engine_socket import engine_socket, frame, inspected, not_found, state
from tests.probes.engine.servers import response, run

INSPECT, LOGS = "/containers/backend/json", "/containers/backend/logs"
ALWAYS = {"RestartPolicy": {"Name": "always"}}


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("own", "params", "status", "reason_code"),
    [
        (state("running"), {}, Status.OK, "running"),
        (state("paused"), {}, Status.CRITICAL, "paused"),
        (state("created"), {}, Status.WARNING, "created"),
        (state("dead", ExitCode=1), {}, Status.CRITICAL, "dead"),
        (state("restarting", ExitCode=1), {}, Status.CRITICAL, "restarting"),
        (state("exited"), {"expect_state": "exited"}, Status.OK, "exited"),
        (state("running"), {"expect_state": "exited"}, Status.CRITICAL, "running"),
        (state(Health={"Status": "unhealthy"}), {}, Status.CRITICAL, "unhealthy"),
        (state(Health={"Status": "unhealthy"}), {"expect_health": "any"}, Status.OK, "running"),
        (state(Health={"Status": "starting"}), {}, Status.OK, "running"),
        (
            state(Health={"Status": "starting"}),
            {"expect_health": "healthy"},
            Status.WARNING,
            "health_starting",
        ),
        (state(), {"expect_health": "healthy"}, Status.WARNING, "no_health_check"),
        (state("stopped", ExitCode=2), {}, Status.CRITICAL, "exited"),
        (state("weird"), {}, Status.UNKNOWN, "daemon_unreachable"),
    ],
)
async def test_a_state_has_its_reason(
    own: dict[str, Any], params: dict[str, Any], status: Status, reason_code: str
) -> None:
    async with engine_socket({INSPECT: inspected(State=own)}) as (policy, _):
        result = await run("docker_container", policy=policy, name="backend", **params)

    assert (result.status, result.reason_code) == (status, reason_code)


async def test_exited_container_tells_how_and_with_which_last_words() -> None:
    ended = state("exited", ExitCode=137, OOMKilled=True, FinishedAt="2026-11-20T09:00:00Z")
    config = {"Tty": False, "Env": ["JWT_SECRET_KEY=sunflower-field"]}
    log = frame(1, b"starting\n") + frame(2, b"\x1b[31mbad key sunflower-field\x1b[0m\n\n")
    answers = {INSPECT: inspected(State=ended, Config=config), LOGS: response(200, log)}

    async with engine_socket(answers) as (policy, asked):
        result = await run("docker_container", policy=policy, name="backend")

    assert result.reason_code == "exited"
    assert result.facts["exit_code"] == 137
    assert result.facts["oom_killed"] is True
    assert result.facts["last_line"] == "bad key [masked:known]"
    assert "lack of memory" in result.summary
    assert all(request.startswith("GET ") for request in asked)


async def test_restart_count_that_rises_between_two_looks_is_a_restart_loop() -> None:
    young = state(StartedAt=now())
    answers = {
        INSPECT: [inspected(State=young, HostConfig=ALWAYS, RestartCount=n) for n in (3, 3, 4)],
        LOGS: response(200, frame(2, b"KeyError: 'PORT'\n")),
    }
    async with engine_socket(answers) as (policy, _):
        result = await run("docker_container", policy=policy, name="backend", timeout_s=3.0)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "restarting")
    assert result.facts["restarts_seen"] == 1
    assert result.facts["last_line"] == "KeyError: 'PORT'"


async def test_young_container_that_stays_up_is_running_before_the_deadline() -> None:
    young = inspected(State=state(StartedAt=now()), HostConfig=ALWAYS, RestartCount=1)
    async with engine_socket({INSPECT: young}) as (policy, asked):
        result = await run("docker_container", policy=policy, name="backend", timeout_s=1.5)

    assert (result.status, result.reason_code) == (Status.OK, "running")
    assert len(asked) > 2
    assert result.elapsed_s < 1.5


async def test_more_restarts_than_allowed_are_a_warning_while_it_runs() -> None:
    async with engine_socket({INSPECT: inspected(RestartCount=6)}) as (policy, _):
        few = await run("docker_container", policy=policy, name="backend", max_restarts=6)
        many = await run("docker_container", policy=policy, name="backend", max_restarts=5)

    assert few.reason_code == "running"
    assert (many.status, many.reason_code) == (Status.WARNING, "too_many_restarts")


async def test_missing_container_is_missing_and_not_one_whose_id_begins_like_it() -> None:
    gone = not_found("No such container: backend")
    answers = {INSPECT: gone, "/containers/db/json": inspected("payments")}
    async with engine_socket(answers) as (policy, _):
        none = await run("docker_container", policy=policy, name="backend")
        other = await run("docker_container", policy=policy, name="db")

    assert (none.status, none.reason_code) == (Status.CRITICAL, "missing")
    assert other.reason_code == "missing"


async def test_ports_are_told_with_where_they_are_published() -> None:
    ports = {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8001"}], "9000/tcp": None}
    async with engine_socket({INSPECT: inspected(NetworkSettings={"Ports": ports})}) as (policy, _):
        result = await run("docker_container", policy=policy, name="backend")

    assert result.facts["ports"] == [
        {"container": "8000/tcp", "host_ip": "127.0.0.1", "host_port": 8001},
        {"container": "9000/tcp", "host_ip": None, "host_port": None},
    ]


@pytest.mark.parametrize(
    "answer",
    [
        response(500, b'{"message": "server error"}'),
        response(404, b'{"message": "page not found"}'),
        response(200, b"<html>not an engine</html>"),
        response(200, b"[]"),
        b"SSH-2.0-OpenSSH\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        response(200, b" " * 2_000_000),
    ],
)
async def test_socket_that_does_not_answer_like_an_engine_is_unknown(answer: bytes) -> None:
    async with engine_socket({INSPECT: answer}) as (policy, _):
        result = await run("docker_container", policy=policy, name="backend")

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "daemon_unreachable")


async def test_engine_that_is_away_is_unknown_and_never_a_missing_container(tmp_path: Path) -> None:
    policy = Policy.read(docker_socket=str(tmp_path / "none.sock"))

    result = await run("docker_container", policy=policy, name="backend")

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "daemon_unreachable")
    assert "none.sock" in result.summary


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without rights")
async def test_socket_of_another_user_is_permission_denied() -> None:
    async with engine_socket({INSPECT: inspected()}) as (policy, _):
        os.chmod(policy.docker_socket, 0o600)
        os.seteuid(65534)
        try:
            result = await run("docker_container", policy=policy, name="backend")
        finally:
            os.seteuid(0)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "permission_denied")


@pytest.mark.parametrize(
    "name",
    ["../images/json", "a?x", "a/b", "a%2fb", "..", "a#b", "a b", "-a", "", "a\r\nHost: x", "한글"],
)
def test_name_cannot_become_another_path(name: str) -> None:
    with pytest.raises(InvalidParams):
        validate("docker_container", {"name": name})

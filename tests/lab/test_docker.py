"""docker_container and docker_log against a real dockerd: every state, both kinds of log."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from probes.engine.spec import Policy, ProbeResult, Status
from tests.lab.docker_engine import Engine, engine, health_check, missing
from tests.probes.engine.servers import run

pytestmark = pytest.mark.lab
ALWAYS = {"RestartPolicy": {"Name": "always"}}
Started = Callable[..., str]


@pytest.fixture(scope="module")
def docker() -> Iterator[Engine]:
    """One engine for all; skipped, saying why, where there can be none."""
    if lack := missing():
        pytest.skip(f"NOT CHECKED, no docker engine here: {lack}")
    with engine() as running:
        yield running


@pytest.fixture
def started(docker: Engine) -> Iterator[Started]:
    """Starts a container of that name, which is removed at the end."""
    names = []

    def start(name: str, script: str, **config: Any) -> str:
        names.append(name)
        docker.run(name, script, **config)
        return name

    yield start
    for name in names:
        docker.remove(name)


def look(docker: Engine, kind: str, name: str, **params: Any) -> ProbeResult:
    policy = Policy.read(docker_socket=docker.socket)
    return asyncio.run(run(kind, policy=policy, timeout_s=3.0, name=name, **params))


def test_running_container_is_ok_and_does_not_wait(docker: Engine, started: Started) -> None:
    name = started("backend", "sleep 60")

    result = look(docker, "docker_container", name)

    assert (result.status, result.reason_code) == (Status.OK, "running")
    assert result.facts["exit_code"] is None
    assert result.facts["restart_count"] == 0
    assert result.elapsed_s < 1


def test_exited_container_gives_its_code_and_its_last_line(
    docker: Engine, started: Started
) -> None:
    name = started(
        "worker", "echo starting; sleep 0.3; echo \"KeyError: 'JWT_SECRET_KEY'\" >&2; exit 1"
    )
    docker.wait_for(name, "exited")

    result = look(docker, "docker_container", name)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "exited")
    assert result.facts["exit_code"] == 1
    assert result.facts["oom_killed"] is False
    assert result.facts["last_line"] == "KeyError: 'JWT_SECRET_KEY'"


def test_container_out_of_memory_is_exited_and_says_why(docker: Engine, started: Started) -> None:
    if not docker.get("/info")["MemoryLimit"]:
        pytest.skip("NOT CHECKED: this kernel's control groups cannot limit a container's memory")
    script = "x=a; while :; do x=$x$x; done"
    name = started("eater", script, HostConfig={"Memory": 16_000_000})
    docker.wait_for(name, "exited")

    result = look(docker, "docker_container", name)

    assert result.reason_code == "exited"
    assert result.facts["oom_killed"] is True
    assert result.facts["exit_code"] == 137
    assert "lack of memory" in result.summary


def test_crash_loop_is_restarting_from_its_first_seconds(docker: Engine, started: Started) -> None:
    name = started("crash", "echo 'Errno 98'; exit 1", HostConfig=ALWAYS)

    first = look(docker, "docker_container", name)
    docker.wait_until(name, lambda found: found["RestartCount"] > 3)
    later = look(docker, "docker_container", name)

    assert (first.status, first.reason_code) == (Status.CRITICAL, "restarting")
    assert (later.status, later.reason_code) == (Status.CRITICAL, "restarting")
    assert later.facts["restart_count"] > 3
    assert later.facts["last_line"] == "Errno 98"


def test_loop_that_runs_a_second_before_it_dies_is_seen_by_its_count(
    docker: Engine, started: Started
) -> None:
    name = started("slow-crash", "sleep 1; exit 1", HostConfig=ALWAYS)
    docker.wait_until(
        name, lambda found: found["RestartCount"] > 0 and found["State"]["Status"] == "running"
    )

    result = look(docker, "docker_container", name)

    assert result.reason_code == "restarting"


def test_health_is_told_from_running(docker: Engine, started: Started) -> None:
    sick = started("sick", "sleep 60", Healthcheck=health_check("echo no such table; exit 1"))
    well = started("well", "sleep 60", Healthcheck=health_check("true"))
    slow = started("slow", "sleep 60", Healthcheck=health_check("true", every_s=60))
    docker.wait_until(sick, lambda found: found["State"]["Health"]["Status"] == "unhealthy")
    docker.wait_until(well, lambda found: found["State"]["Health"]["Status"] == "healthy")

    unhealthy = look(docker, "docker_container", sick)
    healthy = look(docker, "docker_container", well, expect_health="healthy")
    starting = look(docker, "docker_container", slow, expect_health="healthy")

    assert (unhealthy.status, unhealthy.reason_code) == (Status.CRITICAL, "unhealthy")
    assert unhealthy.facts["health_output"] == "no such table"
    assert (healthy.status, healthy.facts["health"]) == (Status.OK, "healthy")
    assert (starting.status, starting.reason_code) == (Status.WARNING, "health_starting")


def test_paused_created_and_missing_are_told_apart(docker: Engine, started: Started) -> None:
    name = started("frozen", "sleep 60")
    docker.post(f"/containers/{name}/pause")
    made = {"Image": "busybox:lab", "Cmd": ["true"], "HostConfig": {"NetworkMode": "none"}}
    docker.post("/containers/create", made, name="never-started")

    paused = look(docker, "docker_container", name)
    created = look(docker, "docker_container", "never-started")
    missing = look(docker, "docker_container", "not-there")
    docker.remove("never-started")

    assert (paused.status, paused.reason_code) == (Status.CRITICAL, "paused")
    assert (created.status, created.reason_code) == (Status.WARNING, "created")
    assert (missing.status, missing.reason_code) == (Status.CRITICAL, "missing")


def test_name_is_not_taken_for_the_beginning_of_an_id(docker: Engine, started: Started) -> None:
    identity = docker.get(f"/containers/{started('other', 'sleep 60')}/json")["Id"]

    short = look(docker, "docker_container", identity[:2])
    whole = look(docker, "docker_container", identity[:12])

    assert docker.get(f"/containers/{identity[:2]}/json")["Id"] == identity
    assert short.reason_code == "missing"
    assert whole.reason_code == "running"


@pytest.mark.parametrize("tty", [False, True])
def test_log_is_read_with_and_without_a_terminal(
    docker: Engine, started: Started, tty: bool
) -> None:
    red = r"printf '\033[31mModuleNotFoundError\033[0m: jwt\n' >&2"
    name = started(f"logged-{tty}".lower(), f"echo ready; sleep 0.3; {red}; exit 1", Tty=tty)
    docker.wait_for(name, "exited")

    found = look(docker, "docker_log", name, patterns=["ModuleNotFoundError: jwt", "Errno 98"])
    last = look(docker, "docker_log", name, patterns=["ready"], last_line_only=True)

    assert (found.status, found.reason_code) == (Status.OK, "matched")
    assert found.facts["last_line"] == "ModuleNotFoundError: jwt"
    assert found.facts["lines_read"] == 2
    assert last.reason_code == "not_matched"


def test_long_log_is_read_from_its_end(docker: Engine, started: Started) -> None:
    script = "i=0; while test $i -lt 5000; do echo line $i; i=$((i+1)); done"
    name = started("talker", script)
    docker.wait_for(name, "exited")

    result = look(docker, "docker_log", name, patterns=["^line 4800$", "^line 4799$"], tail=200)

    assert [each["pattern"] for each in result.facts["matched"]] == ["^line 4800$"]
    assert result.facts["lines_read"] == 200


def test_container_without_a_kept_log_and_a_missing_one_are_told_apart(
    docker: Engine, started: Started
) -> None:
    name = started("silent", "sleep 60", HostConfig={"LogConfig": {"Type": "none"}})

    silent = look(docker, "docker_log", name, patterns=["x"])
    missing = look(docker, "docker_log", "not-there", patterns=["x"])

    assert (silent.status, silent.reason_code) == (Status.UNKNOWN, "unreadable")
    assert (missing.status, missing.reason_code) == (Status.CRITICAL, "container_missing")

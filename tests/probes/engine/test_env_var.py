"""env_var on real processes with environments of their own."""

import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from probes.engine.errors import InvalidParams
from probes.engine.registry import validate
from probes.engine.spec import Policy, Status
from tests.probes.engine.detached import SLEEP, detached
from tests.probes.engine.servers import run


@pytest.fixture
def mark() -> str:
    """A word that stands in no other command line."""
    return f"target-{uuid4().hex}"


async def test_variables_of_a_process_are_told_by_name_alone(policy: Policy, mark: str) -> None:
    with detached(*SLEEP, mark, env={"JWT_SECRET_KEY": "hunter2hunter2"}) as pid:
        has = await run("env_var", policy=policy, names=["JWT_SECRET_KEY"], of_pid=pid)
        lacks = await run("env_var", policy=policy, names=["JWT_SECRET_KEY", "GONE"], of_pid=pid)

    assert (has.status, has.reason_code) == (Status.OK, "complete")
    assert (lacks.status, lacks.reason_code) == (Status.CRITICAL, "missing_keys")
    assert (lacks.facts["present"], lacks.facts["missing"]) == (["JWT_SECRET_KEY"], ["GONE"])
    assert lacks.facts["processes"][0]["pid"] == pid
    assert "hunter2" not in str(has) + str(lacks)


async def test_every_process_with_that_command_line_is_asked(policy: Policy, mark: str) -> None:
    with detached(*SLEEP, mark, env={"SHOP": "1"}), detached(*SLEEP, mark) as without:
        result = await run("env_var", policy=policy, names=["SHOP"], cmdline_regex=mark)

    assert result.reason_code == "missing_keys"
    assert f"pid {without}" in result.summary
    assert [each["missing"] for each in result.facts["processes"]] == [[], ["SHOP"]]


PYTHON = os.path.realpath(sys.executable)
LISTEN = """
import socket, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], file=open(__import__("sys").argv[1], "w"), flush=True)
time.sleep(60)
"""


async def test_process_is_found_by_the_port_it_listens_on(policy: Policy, tmp_path: Path) -> None:
    told = str(tmp_path / "port")
    with detached(sys.executable, "-c", LISTEN, told, env={"SHOP": "1"}) as pid:
        result = await run("env_var", policy=policy, names=["SHOP"], port=port_in(told))

    assert result.reason_code == "complete"
    assert [each["pid"] for each in result.facts["processes"]] == [pid]


def port_in(path: str) -> int:
    while not (os.path.exists(path) and os.path.getsize(path)):
        time.sleep(0.01)
    return int(Path(path).read_text())


async def test_without_a_process_it_is_the_probes_own_environment_and_said_so(
    policy: Policy,
) -> None:
    own = await run("env_var", policy=policy, names=["PATH"])
    lacks = await run("env_var", policy=policy, names=["JWT_SECRET_KEY_OF_THE_SHOP"])

    assert own.facts["whose"] == "probe"
    assert f"the probe's own process (pid {os.getpid()})" in own.summary
    assert (lacks.status, lacks.reason_code) == (Status.WARNING, "missing_keys")


async def test_process_that_does_not_run_was_not_asked(
    policy: Policy, mark: str, closed_port: int
) -> None:
    gone = await run("env_var", policy=policy, names=["A"], of_pid=2**22 - 1)
    none = await run("env_var", policy=policy, names=["A"], cmdline_regex=mark)
    free = await run("env_var", policy=policy, names=["A"], port=closed_port)

    for result in (gone, none, free):
        assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_running")


async def test_environment_that_was_overwritten_says_nothing(policy: Policy) -> None:
    with detached("/usr/bin/env", "-i", "/bin/sleep", "60") as pid:
        wait_for_program(pid, "sleep")
        result = await run("env_var", policy=policy, names=["PATH"], of_pid=pid)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "unreadable")


def wait_for_program(pid: int, name: str) -> None:
    while psutil.Process(pid).name() != name:
        time.sleep(0.01)


@pytest.mark.lab
def test_environment_of_another_user_is_unknown(mark: str) -> None:
    with detached(*SLEEP, mark, env={"SHOP": "1"}) as pid:
        ask = f"""
import asyncio, concurrent.futures.thread, os
from probes.engine.runner import run_one
from probes.engine.spec import Policy, ProbeSpec
os.setgroups([]); os.setgid(65534); os.setuid(65534)
spec = ProbeSpec(kind="env_var", params={{"names": ["SHOP"], "of_pid": {pid}}}, timeout_s=5)
said = asyncio.run(run_one(spec, policy=Policy()))
print(said.status, said.reason_code, said.summary)
"""
        said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)

    assert said.stdout.startswith("UNKNOWN permission_denied"), said.stderr
    assert "as root" in said.stdout


def test_only_one_way_to_the_process_may_be_given() -> None:
    with pytest.raises(InvalidParams, match="give only one of"):
        validate("env_var", {"names": ["A"], "of_pid": 1, "port": 8000})


async def test_proxy_of_a_container_engine_is_not_the_service(
    policy: Policy, tmp_path: Path
) -> None:
    proxy, told = str(tmp_path / "docker-proxy"), str(tmp_path / "port")
    os.symlink(PYTHON, proxy)
    with detached(proxy, "-c", LISTEN, told):
        result = await run("env_var", policy=policy, names=["SHOP"], port=port_in(told))

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "unreadable")
    assert "only forwards it to a container" in result.summary

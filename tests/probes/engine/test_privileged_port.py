"""privileged_port on real ports: free, held, and below the first unprivileged one."""

import getpass
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import run

FIRST = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_free_high_port_can_be_bound_and_is_free_afterwards(policy: Policy) -> None:
    port = free_port()

    result = await run("privileged_port", policy=policy, port=port)

    assert (result.status, result.reason_code) == (Status.OK, "can_bind")
    assert result.facts["is_tried"]
    assert result.facts["unprivileged_port_start"] == FIRST
    with socket.socket() as server:
        server.bind(("0.0.0.0", port))


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::"])
async def test_port_that_is_held_is_in_use_for_every_user(policy: Policy, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family, dualstack_ipv6=":" in address) as held:
        port = held.getsockname()[1]
        own = await run("privileged_port", policy=policy, port=port)
        other = await run("privileged_port", policy=policy, port=port, user="nobody")

    for result in (own, other):
        assert (result.status, result.reason_code) == (Status.WARNING, "in_use")
        assert result.facts["can_bind"] is None


async def test_another_user_is_judged_by_the_hosts_rule(policy: Policy) -> None:
    high = await run("privileged_port", policy=policy, port=free_port(), user="nobody")
    low = _free_low_port() if FIRST > 1 else free_port()
    root = await run("privileged_port", policy=policy, port=low, user="root")

    assert (high.reason_code, root.reason_code) == ("can_bind", "can_bind")
    assert not high.facts["is_tried"]


@pytest.mark.skipif(FIRST <= 1, reason="this host has no privileged ports")
async def test_low_port_is_denied_to_an_ordinary_user(policy: Policy) -> None:
    result = await run("privileged_port", policy=policy, port=_free_low_port(), user="nobody")

    assert (result.status, result.reason_code) == (Status.CRITICAL, "denied")
    assert f"ports below {FIRST} are privileged here" in result.summary
    assert "CAP_NET_BIND_SERVICE" in result.summary


def _free_low_port() -> int:
    """One that nothing holds; whether we may bind it ourselves does not matter."""
    for port in range(1, FIRST):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("every low port is held")


async def test_user_that_the_host_does_not_have_is_unknown(policy: Policy) -> None:
    result = await run("privileged_port", policy=policy, port=free_port(), user="no-such-user")

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "bad_definition")
    assert getpass.getuser() not in result.summary


async def test_the_bases_own_port_is_not_tried() -> None:
    port = free_port()

    result = await run("privileged_port", policy=Policy.read(denied_ports=[port]), port=port)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed")


@pytest.mark.lab
@pytest.mark.skipif(FIRST <= 1, reason="this host has no privileged ports")
def test_trial_of_an_ordinary_user_is_denied() -> None:
    ask = f"""
import asyncio, concurrent.futures.thread, os
from probes.engine.runner import run_one
from probes.engine.spec import Policy, ProbeSpec
os.setgroups([]); os.setgid(65534); os.setuid(65534)
spec = ProbeSpec(kind="privileged_port", params={{"port": {_free_low_port()}}}, timeout_s=5)
said = asyncio.run(run_one(spec, policy=Policy()))
print(said.status, said.reason_code, said.facts["is_tried"], said.summary)
"""

    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)

    assert said.stdout.startswith("CRITICAL denied True nobody may not bind port"), said.stderr

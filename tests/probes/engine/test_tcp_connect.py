"""tcp_connect against real listeners."""

import socket

import pytest

from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import run, says, serving


async def test_open_port_is_ok(policy: Policy) -> None:
    async with serving(says()) as port:
        result = await run("tcp_connect", policy=policy, host="127.0.0.1", port=port)

    assert (result.status, result.reason_code) == (Status.OK, "connected")
    assert result.facts["peer_ip"] == "127.0.0.1"


async def test_closed_port_is_critical_because_we_looked(policy: Policy, closed_port: int) -> None:
    result = await run("tcp_connect", policy=policy, host="127.0.0.1", port=closed_port)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "refused")
    assert result.facts["errno"] == "ECONNREFUSED"


async def test_dropped_connection_is_told_from_a_refused_one(
    policy: Policy, dropping_port: int
) -> None:
    result = await run(
        "tcp_connect", policy=policy, timeout_s=0.4, host="127.0.0.1", port=dropping_port
    )

    assert (result.status, result.reason_code) == (Status.CRITICAL, "timed_out_connect")
    assert 0.4 <= result.elapsed_s < 1.0


async def test_every_address_of_a_loopback_name_is_reported(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def both(host: str, port: int) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, port)) for address in ("::1", "127.0.0.1")]

    monkeypatch.setattr("probes.engine.guard._system_lookup", both)
    async with serving(says()) as port:
        result = await run("tcp_connect", policy=policy, host="localhost", port=port)

    outcomes = {fact["address"]: fact["outcome"] for fact in result.facts["addresses"]}
    assert outcomes == {"::1": "refused", "127.0.0.1": "connected"}
    assert result.reason_code == "connected"


async def test_a_server_bound_to_one_loopback_address_refuses_on_another(policy: Policy) -> None:
    async with serving(says(), host="127.0.0.1") as port:
        result = await run("tcp_connect", policy=policy, host="127.0.0.2", port=port)

    assert result.reason_code == "refused"


async def test_name_without_an_address_is_critical(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(host: str, port: int) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("probes.engine.guard._system_lookup", nobody)
    result = await run("tcp_connect", policy=policy, host="backend", port=8000)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "dns_failed")


async def test_silent_name_service_is_unknown_because_nobody_answered(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(host: str, port: int) -> list[object]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr("probes.engine.guard._system_lookup", away)
    result = await run("tcp_connect", policy=policy, host="backend", port=8000)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "resolver_unavailable")

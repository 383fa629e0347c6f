"""The runner: every end is a result, lateness is not evidence, and retries are kept."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from probes.engine import registry, runner
from probes.engine.kinds import tcp_connect
from probes.engine.runner import run_many, run_one
from probes.engine.schema import Kind
from probes.engine.spec import Observation, Policy, ProbeResult, ProbeSpec, Status
from tests.probes.engine.servers import run, says, serving


def with_kind(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    kinds: Mapping[str, Kind] = MappingProxyType(dict(registry.KINDS) | {kind.name: kind})
    monkeypatch.setattr(registry, "KINDS", kinds)


def looking(look: Any) -> Kind:
    """A kind without parameters that looks in its own way."""
    return replace(tcp_connect.KIND, name="own", params=(), look=look)


SPEC = ProbeSpec(kind="own", params={}, timeout_s=0.3)


async def test_crash_of_a_kind_is_unknown_and_stays_in_the_log(
    policy: Policy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def look(params: Any, *, deadline: float, policy: Policy) -> Observation:
        raise ZeroDivisionError("password=hunter2")

    with_kind(monkeypatch, looking(look))
    result = await run_one(SPEC, policy=policy)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "probe_crashed")
    assert "hunter2" not in str(result)
    assert "ZeroDivisionError" in caplog.text


async def test_reason_outside_the_closed_list_is_a_crash(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(params: Any, *, deadline: float, policy: Policy) -> Observation:
        return Observation(reason_code="invented", facts={}, summary="")

    with_kind(monkeypatch, looking(look))

    assert (await run_one(SPEC, policy=policy)).reason_code == "probe_crashed"


async def test_kind_that_ignores_its_deadline_is_stopped(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(params: Any, *, deadline: float, policy: Policy) -> Observation:
        await asyncio.sleep(60)
        raise AssertionError

    with_kind(monkeypatch, looking(look))
    result = await run_one(SPEC, policy=policy)

    assert result.status is Status.UNKNOWN
    assert result.elapsed_s < 3


async def test_running_out_of_time_on_a_blocked_loop_is_not_evidence(
    policy: Policy, dropping_port: int
) -> None:
    async def block() -> None:
        await asyncio.sleep(0.05)
        time.sleep(0.5)  # noqa: ASYNC251 - blocking the loop is the point

    blocking = asyncio.create_task(block())
    result = await run(
        "tcp_connect", policy=policy, timeout_s=0.3, host="127.0.0.1", port=dropping_port
    )
    await blocking

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "runner_overloaded")
    assert result.lateness_s > 0.1


async def test_block_that_ends_before_the_deadline_counts_too(
    policy: Policy, dropping_port: int
) -> None:
    async def block() -> None:
        await asyncio.sleep(0.05)
        time.sleep(0.3)  # noqa: ASYNC251 - blocking the loop is the point

    blocking = asyncio.create_task(block())
    result = await run(
        "tcp_connect", policy=policy, timeout_s=0.6, host="127.0.0.1", port=dropping_port
    )
    await blocking

    assert result.reason_code == "runner_overloaded"


async def test_answer_that_came_in_time_stays_evidence_on_a_late_loop(
    policy: Policy, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(params: Any, *, deadline: float, policy: Policy) -> Observation:
        await asyncio.sleep(0.05)
        time.sleep(0.2)  # noqa: ASYNC251 - blocking the loop is the point
        await asyncio.sleep(0)
        return Observation(reason_code="connected", facts={}, summary="seen")

    with_kind(monkeypatch, looking(look))
    result = await run_one(replace(SPEC, timeout_s=5), policy=policy)

    assert result.reason_code == "connected"
    assert result.lateness_s > 0.1


async def test_kind_that_the_location_does_not_allow_is_not_run(closed_port: int) -> None:
    policy = Policy.read(networks=["127.0.0.0/8"], kinds=["http"])

    result = await run("tcp_connect", policy=policy, host="127.0.0.1", port=closed_port)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed")
    assert "location's kinds" in result.summary


@pytest.mark.parametrize(
    "spec",
    [
        ProbeSpec(kind="ping", params={}, timeout_s=1),
        ProbeSpec(kind="tcp_connect", params={"host": "${host}", "port": 1}, timeout_s=1),
        ProbeSpec(kind="manual", params={}, timeout_s=1),
        ProbeSpec(kind="manual", params={"question": "?"}, timeout_s=1, expectation={"a": "OK"}),
    ],
)
async def test_bad_definition_is_unknown(policy: Policy, spec: ProbeSpec) -> None:
    result = await run_one(spec, policy=policy)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "bad_definition")


async def test_question_to_a_person_is_never_looked_at(policy: Policy) -> None:
    result = await run("manual", policy=policy, question="Is the light orange?")

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "needs_person")


async def test_expectation_makes_a_refused_port_the_normal_state(
    policy: Policy, closed_port: int
) -> None:
    spec = ProbeSpec(
        kind="tcp_connect",
        params={"host": "127.0.0.1", "port": closed_port},
        timeout_s=1,
        expectation={"refused": "OK"},
    )

    result = await run_one(spec, policy=policy)

    assert (result.status, result.reason_code) == (Status.OK, "refused")


async def test_late_start_is_seen_on_a_later_attempt_and_all_are_kept(
    policy: Policy, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_BACK_OFF_S", (0.05, 0.1))
    tries = iter(("refused", "refused", "connected"))

    async def look(params: Any, *, deadline: float, policy: Policy) -> Observation:
        return Observation(reason_code=next(tries), facts={}, summary="seen")

    with_kind(monkeypatch, looking(look))
    result = await run_one(replace(SPEC, retries=3), policy=policy)

    assert [attempt["reason_code"] for attempt in result.attempts] == [
        "refused",
        "refused",
        "connected",
    ]
    assert set(result.attempts[0]) == {
        "status",
        "reason_code",
        "summary",
        "started_at",
        "elapsed_s",
    }
    assert result.status is Status.OK
    assert result.elapsed_s >= 0.15


async def test_what_cannot_be_looked_at_is_not_retried(policy: Policy) -> None:
    result = await run("tcp_connect", policy=policy, retries=5, host="10.0.0.1", port=80)

    assert len(result.attempts) == 1


async def test_many_probes_report_as_each_ends(policy: Policy, closed_port: int) -> None:
    params = {"host": "127.0.0.1", "port": closed_port}
    specs = [ProbeSpec(kind="tcp_connect", params=params, timeout_s=2) for _ in range(200)]
    seen: dict[int, ProbeResult] = {}

    await run_many(specs, policy=policy, on_result=seen.__setitem__, concurrency=20)

    assert sorted(seen) == list(range(200))
    assert {result.reason_code for result in seen.values()} == {"refused"}


async def test_deadline_starts_only_when_a_slot_is_taken(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = most_at_once = 0

    async def look(params: Any, *, deadline: float, policy: Policy) -> Observation:
        nonlocal at_once, most_at_once
        at_once += 1
        most_at_once = max(most_at_once, at_once)
        await asyncio.sleep(0.2)
        at_once -= 1
        return Observation(reason_code="connected", facts={}, summary="seen")

    with_kind(monkeypatch, looking(look))
    results: list[ProbeResult] = []
    await run_many(
        [SPEC] * 6,
        policy=policy,
        on_result=lambda _, result: results.append(result),
        concurrency=2,
    )

    assert most_at_once == 2
    assert {result.reason_code for result in results} == {"connected"}


async def test_waiting_to_try_again_holds_no_slot(
    policy: Policy, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_BACK_OFF_S", (0.5,))
    order: list[int] = []
    params = {"host": "127.0.0.1", "port": closed_port}
    retried = ProbeSpec(kind="tcp_connect", params=params, timeout_s=1, retries=1)

    await run_many(
        [retried, replace(retried, retries=0)],
        policy=policy,
        on_result=lambda index, _: order.append(index),
        concurrency=1,
    )

    assert order == [1, 0]


async def test_times_are_aware_and_utc(policy: Policy) -> None:
    async with serving(says()) as port:
        result = await run("http", policy=policy, url=f"http://127.0.0.1:{port}/")

    assert result.started_at.tzinfo is UTC
    assert abs((datetime.now(UTC) - result.started_at).total_seconds()) < 60


async def test_secret_beside_its_name_in_facts_is_masked(policy: Policy) -> None:
    async with serving(says(200, b'{"password": "hunter2", "port": 8000}')) as port:
        result = await run(
            "http",
            policy=policy,
            url=f"http://127.0.0.1:{port}/",
            expect_json={"password": "hunter2", "port": 8000},
        )

    assert result.reason_code == "as_expected"
    assert "hunter2" not in str(result)
    assert result.facts["json"]["port"] == 8000

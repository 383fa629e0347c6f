"""http_timing against real servers: percentiles, limits, and what a shared deadline leaves."""

import asyncio
from typing import Any

from probes.engine.kinds.http_timing import percentile
from probes.engine.registry import validate
from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import Handler, head_of, response, run, says, serving


def after(*seconds: float) -> Handler:
    """A server whose first answers wait this long; later ones wait as long as the last."""
    waits = list(seconds)

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        await asyncio.sleep(waits.pop(0) if len(waits) > 1 else waits[0])
        writer.write(response())
        await writer.drain()

    return handler


async def ask(port: int, policy: Policy, **params: Any) -> Any:
    return await run("http_timing", policy=policy, url=f"http://127.0.0.1:{port}/", **params)


async def test_a_fast_server_is_within_and_every_sample_is_told(policy: Policy) -> None:
    async with serving(says()) as port:
        result = await ask(port, policy, samples=4)

    assert (result.status, result.reason_code) == (Status.OK, "within")
    assert len(result.facts["times_ms"]) == result.facts["samples_taken"] == 4
    assert 0 < result.facts["p50_ms"] <= result.facts["p95_ms"] == result.facts["max_ms"]


async def test_one_slow_answer_in_five_is_seen_in_the_95th_percentile_only(policy: Policy) -> None:
    async with serving(after(0, 0, 0.3, 0)) as port:
        slow = await ask(port, policy, warn_ms=250, crit_ms=5000)
    async with serving(after(0, 0, 0.3, 0)) as port:
        too_slow = await ask(port, policy, warn_ms=200, crit_ms=250)

    assert (slow.status, slow.reason_code) == (Status.WARNING, "slow")
    assert slow.facts["p50_ms"] < 250 <= slow.facts["p95_ms"]
    assert (too_slow.status, too_slow.reason_code) == (Status.CRITICAL, "too_slow")


async def test_samples_share_one_deadline_and_fewer_are_said(policy: Policy) -> None:
    async with serving(after(0.2)) as port:
        result = await ask(port, policy, samples=50, timeout_s=0.7, crit_ms=5000, warn_ms=4000)

    assert result.reason_code == "within"
    assert 2 <= result.facts["samples_taken"] < 5
    assert f"only {result.facts['samples_taken']} of 50 samples" in result.summary
    assert result.elapsed_s < 1.2


async def test_a_server_that_hangs_after_the_first_answer_is_not_within(policy: Policy) -> None:
    async with serving(after(0, 60)) as port:
        result = await ask(port, policy, timeout_s=0.8, warn_ms=100, crit_ms=500)

    assert result.reason_code == "too_slow"
    assert result.facts["p95_ms"] >= 700


async def test_a_first_request_without_an_answer_is_what_http_calls_it(
    policy: Policy, closed_port: int, dropping_port: int
) -> None:
    async with serving(after(60)) as port:
        hung = await ask(port, policy, timeout_s=0.3)
    refused = await ask(closed_port, policy)
    dropped = await ask(dropping_port, policy, timeout_s=0.3)

    assert [each.reason_code for each in (hung, refused, dropped)] == [
        "timed_out_ttfb", "refused", "timed_out_connect",
    ]  # fmt: skip
    assert refused.facts["samples_taken"] == 0
    assert refused.facts["p95_ms"] is None


async def test_a_fast_error_is_not_within(policy: Policy) -> None:
    async with serving(says(502)) as port:
        failing = await ask(port, policy)
        expected = await ask(port, policy, expect_status=[502])

    assert (failing.status, failing.reason_code) == (Status.CRITICAL, "wrong_status")
    assert expected.reason_code == "within"


async def test_limits_the_wrong_way_round_are_refused(policy: Policy) -> None:
    result = await ask(1, policy, warn_ms=500, crit_ms=100)

    assert result.reason_code == "bad_definition"
    assert validate("http_timing", {"url": "http://a/", "warn_ms": "${w}"}, placeholders=True)


def test_percentiles_are_times_that_were_measured() -> None:
    times = [float(number) for number in range(1, 101)]

    assert (percentile(times, 50), percentile(times, 95)) == (50.0, 95.0)
    assert (percentile([3.0], 50), percentile([3.0, 1.0], 50)) == (3.0, 1.0)

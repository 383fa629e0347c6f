"""http_timing: how long does this URL take to answer, over several requests?"""

import asyncio
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from probes.engine.errors import Complaint
from probes.engine.expect_answer import EXPECT_STATUS, is_expected_status
from probes.engine.network import secret_headers
from probes.engine.network.http_client import Exchange, Request, exchange
from probes.engine.outcomes import SAYS
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

MAX_SAMPLES = 50


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    request = Request(
        url=params["url"],
        secret_headers=secret_headers.secret_headers_of(params, policy=policy),
        verify_tls=params["verify_tls"],
    )
    loop = asyncio.get_running_loop()
    done: list[Exchange] = []
    while len(done) < params["samples"] and loop.time() < deadline:
        done.append(await exchange(request, policy=policy, deadline=deadline))
        if _problem(params, done[-1]):
            break
    return _observe(params, done, is_out_of_time=loop.time() >= deadline)


def _problem(params: Mapping[str, Any], sample: Exchange) -> tuple[str, str] | None:
    """Why the time of this request says nothing about how fast the service answers."""
    if sample.failure:
        return sample.failure, SAYS.get(sample.failure) or f"failed: {sample.problem}"
    status = sample.status or 0
    if is_expected_status(params["expect_status"], status):
        return None
    return "wrong_status", f"answered {status}, so its time says nothing"


def _observe(
    params: Mapping[str, Any], done: Sequence[Exchange], *, is_out_of_time: bool
) -> Observation:
    problem = _problem(params, done[-1])
    was_cut = problem is not None and is_out_of_time and len(done) > 1
    times = _milliseconds(done[:-1] if problem else done)
    if was_cut and (at_least := _milliseconds(done[-1:])[0]) > max(times):
        # The shared deadline cut it off; that it took this long already is known.
        times.append(at_least)
    facts = _facts(params, done, times)
    if problem and not was_cut:
        code, words = problem
        return _seen(code, facts, f"request {len(done)} of {params['url']} {words}")
    return _judge(params, facts)


def _milliseconds(done: Sequence[Exchange]) -> list[float]:
    return [round(sample.timings["total_s"] * 1000, 1) for sample in done]


def _facts(
    params: Mapping[str, Any], done: Sequence[Exchange], times: Sequence[float]
) -> dict[str, Any]:
    return {
        "url": params["url"],
        "samples_asked": params["samples"],
        "samples_taken": len(times),
        "times_ms": list(times),
        "p50_ms": percentile(times, 50),
        "p95_ms": percentile(times, 95),
        "max_ms": max(times, default=None),
        "status": done[-1].status,
        "phase": done[-1].phase,
        "timings": done[-1].timings,
        "peer_ip": done[-1].peer_ip or None,
        "problem": done[-1].problem or None,
    }


def percentile(times: Sequence[float], percent: int) -> float | None:
    """By nearest rank: a time that was measured, never one in between. Of fewer than twenty
    samples, the 95th is the longest."""
    if not times:
        return None
    return sorted(times)[math.ceil(len(times) * percent / 100) - 1]


def _judge(params: Mapping[str, Any], facts: dict[str, Any]) -> Observation:
    p95, asked, taken = facts["p95_ms"], facts["samples_asked"], facts["samples_taken"]
    words = f"{params['url']} took {facts['p50_ms']:g} ms (median) and {p95:g} ms (95th percentile)"
    if taken < asked:
        words = f"{words}; only {taken} of {asked} samples fitted into the time there was"
    if p95 >= params["crit_ms"]:
        return _seen("too_slow", facts, f"{words}, {params['crit_ms']} ms is too slow")
    if p95 >= params["warn_ms"]:
        return _seen("slow", facts, f"{words}, {params['warn_ms']} ms is slow")
    return _seen("within", facts, words)


def _seen(code: str, facts: dict[str, Any], summary: str) -> Observation:
    return Observation(reason_code=code, facts=facts, summary=summary)


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    warn, crit = params["warn_ms"], params["crit_ms"]
    if isinstance(warn, int) and isinstance(crit, int) and warn > crit:
        yield Complaint(field="warn_ms", message=f"must be at most crit_ms ({crit})")
    yield from secret_headers.check(params)


KIND = Kind(
    name="http_timing",
    title="HTTP response time",
    help="Asks a URL several times with GET, one after the other, and compares the 95th "
    "percentile of the times with two limits. All requests share one deadline.",
    params=(
        Param(name="url", type="url", required=True, help="http or https, with host and port."),
        Param(name="samples", type="integer", default=5, minimum=1, maximum=MAX_SAMPLES),
        Param(name="warn_ms", type="integer", default=500, minimum=1, maximum=60_000),
        Param(name="crit_ms", type="integer", default=2000, minimum=1, maximum=60_000),
        EXPECT_STATUS,
        secret_headers.PARAM,
        Param(name="verify_tls", type="boolean", default=True),
    ),
    reasons=reasons(
        ok=("within",),
        warning=("slow",),
        critical=(
            "too_slow",
            "wrong_status",
            "refused",
            "timed_out_connect",
            "timed_out_ttfb",
            "timed_out_body",
            "reset",
            "no_route",
            "dns_failed",
            "tls_failed",
            "bad_response",
        ),
        unknown=("resolver_unavailable",),
    ),
    look=look,
    cost_s=1.0,
    check=_check,
    facts={
        "url": "The address that was asked.",
        "samples_asked": "How many requests were asked for.",
        "samples_taken": "How many were measured; fewer when the time ran out or one failed.",
        "times_ms": "Milliseconds of each request, from looking the name up to the end of the body.",
        "p50_ms": "The median, by nearest rank.",
        "p95_ms": "The 95th percentile, by nearest rank.",
        "max_ms": "The longest.",
        "status": "The HTTP status of the last answer.",
        "phase": "How far the last request came: dns, connect, tls, ttfb, body.",
        "timings": "Seconds per phase of the last request, and in all.",
        "peer_ip": "The address that was connected to.",
        "problem": "What went wrong, in the client's words.",
    },
    example={"url": "http://localhost:8000/health", "samples": 10, "warn_ms": 300, "crit_ms": 1000},
)

"""http against servers that hang, drip, never end, inflate or talk nonsense."""

import gzip
import time
import tracemalloc
from typing import Any

import pytest

from probes.engine.network.http_client import MAX_BODY
from probes.engine.spec import Policy, Status
from probes.evaluation.hostile import OK, Handler, repeats, writes
from tests.probes.engine.servers import run, serving


async def ask(handler: Handler, policy: Policy, *, timeout_s: float = 0.5, **params: Any) -> Any:
    async with serving(handler) as port:
        started = time.monotonic()
        result = await run(
            "http", policy=policy, timeout_s=timeout_s, url=f"http://127.0.0.1:{port}/", **params
        )
        assert time.monotonic() - started < timeout_s + 0.5, "the deadline did not hold"
    return result


async def test_server_that_accepts_and_says_nothing_times_out_before_the_first_byte(
    policy: Policy,
) -> None:
    result = await ask(writes(), policy)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "timed_out_ttfb")
    assert result.facts["phase"] == "ttfb"


async def test_dripping_headers_end_at_the_deadline(policy: Policy) -> None:
    result = await ask(repeats(OK, b"X-A: b\r\n", each_s=0.02), policy)

    assert result.reason_code == "timed_out_ttfb"


async def test_dripping_body_ends_at_the_deadline_with_its_status(policy: Policy) -> None:
    result = await ask(repeats(OK + b"Content-Length: 9999\r\n\r\n", b"x", each_s=0.02), policy)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "timed_out_body")
    assert result.facts["status"] == 200
    assert result.facts["body_excerpt"].startswith("x")


async def test_endless_body_is_cut_at_its_cap(policy: Policy) -> None:
    result = await ask(repeats(OK + b"\r\n", b"x" * 65536), policy, timeout_s=5)

    assert result.reason_code == "as_expected"
    assert (result.facts["body_bytes"], result.facts["body_is_cut"]) == (MAX_BODY, True)


async def test_expectation_beyond_the_cap_is_unknown_because_we_did_not_read_it(
    policy: Policy,
) -> None:
    result = await ask(
        repeats(OK + b"\r\n", b"x" * 65536), policy, timeout_s=5, expect_body_regex="needle"
    )

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "body_too_large")


async def test_endless_headers_are_cut(policy: Policy) -> None:
    result = await ask(repeats(OK, b"X-A: " + b"b" * 1000 + b"\r\n"), policy, timeout_s=5)

    assert result.reason_code == "bad_response"


async def test_endless_informational_answers_are_cut(policy: Policy) -> None:
    result = await ask(repeats(b"", b"HTTP/1.1 103 Hints\r\n\r\n"), policy, timeout_s=5)

    assert result.reason_code == "bad_response"


async def test_endless_tiny_chunks_are_cut(policy: Policy) -> None:
    first = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    result = await ask(repeats(first, b"1\r\nx\r\n" * 5000), policy, timeout_s=5)

    assert result.reason_code == "as_expected"
    assert result.facts["body_is_cut"]


async def test_gzip_bomb_is_inflated_only_to_the_cap(policy: Policy) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    head = OK + f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    tracemalloc.start()
    result = await ask(writes(head + bomb), policy, timeout_s=5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (result.facts["body_bytes"], result.facts["body_is_cut"]) == (MAX_BODY, True)
    assert peak < 5_000_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_compressed_body_is_read_although_we_did_not_ask_for_it(
    policy: Policy, encoding: str
) -> None:
    packed = gzip.compress(b'{"status": "OK"}')
    head = OK + f"Content-Encoding: {encoding}\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    result = await ask(writes(head + packed), policy, timeout_s=5, expect_json={"status": "OK"})

    assert result.reason_code == "as_expected"


async def test_connection_closed_without_an_answer_is_a_reset(policy: Policy) -> None:
    result = await ask(writes(then_close=True), policy)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "reset")


async def test_body_shorter_than_announced_is_a_reset(policy: Policy) -> None:
    result = await ask(
        writes(OK + b"Content-Length: 100\r\n\r\nhalf", then_close=True, each_s=0.05), policy
    )

    assert result.reason_code == "reset"
    assert result.facts["status"] == 200


@pytest.mark.parametrize(
    "nonsense",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        OK + b" folded\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_a_bad_response(policy: Policy, nonsense: bytes) -> None:
    result = await ask(writes(nonsense, then_close=True, each_s=0.05), policy, timeout_s=2)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "bad_response")


async def test_json_nested_too_deep_is_a_mismatch_and_not_a_crash(policy: Policy) -> None:
    body = b"[" * 50_000
    head = OK + f"Content-Length: {len(body)}\r\n\r\n".encode()
    result = await ask(writes(head + body), policy, timeout_s=5, expect_json={"a": 1})

    assert result.reason_code == "body_mismatch"


async def test_header_injection_cannot_be_defined(policy: Policy) -> None:
    result = await run("http", policy=policy, url="http://127.0.0.1:1/%0d%0aX: y\r\nA: b")

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "bad_definition")

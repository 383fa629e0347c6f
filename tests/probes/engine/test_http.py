"""http against real servers: what it expects, and what it says when that is not so."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest

from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import by_path, head_of, response, run, says, serving


async def ask(port: int, *, policy: Policy, path: str = "/", **params: Any) -> Any:
    return await run("http", policy=policy, url=f"http://127.0.0.1:{port}{path}", **params)


async def test_healthy_answer_is_ok_with_its_facts(policy: Policy) -> None:
    handler = says(
        200,
        b'{"status": "OK", "userCount": 7}',
        {"Content-Type": "application/json", "Server": "nginx", "Set-Cookie": "sid=secret1"},
    )
    async with serving(handler) as port:
        result = await ask(port, policy=policy, expect_json={"status": "OK"})

    assert (result.status, result.reason_code) == (Status.OK, "as_expected")
    assert result.facts["status"] == 200
    assert result.facts["server"] == "nginx"
    assert result.facts["content_type"] == "application/json"
    assert result.facts["json"] == {"status": "OK"}
    assert set(result.facts["timings"]) == {"dns_s", "connect_s", "ttfb_s", "body_s", "total_s"}
    assert "secret1" not in str(result)


@pytest.mark.parametrize(
    ("status", "expected", "reason_code"),
    [
        (200, [], "as_expected"),
        (302, [], "as_expected"),
        (404, [], "wrong_status"),
        (502, [], "wrong_status"),
        (404, [404], "as_expected"),
        (200, [204, 404], "wrong_status"),
    ],
)
async def test_status_is_compared_with_what_is_expected(
    policy: Policy, status: int, expected: list[int], reason_code: str
) -> None:
    async with serving(says(status)) as port:
        result = await ask(port, policy=policy, expect_status=expected)

    assert (result.reason_code, result.facts["status"]) == (reason_code, status)


async def test_body_and_header_expectations_name_what_differs(policy: Policy) -> None:
    handler = says(200, b'{"database": "Disconnected", "deep": [{"n": 1}]}')
    async with serving(handler) as port:
        wrong = await ask(
            port, policy=policy, expect_json={"database": "Connected", "deep.0.n": 1, "gone": 1}
        )
        header = await ask(port, policy=policy, expect_header={"X-Gone": ""})
        pattern = await ask(port, policy=policy, expect_body_regex="nowhere")
        found = await ask(port, policy=policy, expect_body_regex='"data.*Dis')

    assert wrong.reason_code == "body_mismatch"
    assert wrong.facts["differences"] == [
        'database is "Disconnected", not "Connected"',
        "gone is not in the answer",
    ]
    assert header.reason_code == "header_missing"
    assert pattern.reason_code == "body_mismatch"
    assert found.reason_code == "as_expected"


async def test_origin_is_sent_and_its_header_compared(policy: Policy) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await head_of(reader)).decode().lower()
        origin = head.split("origin: ")[1].split("\r\n")[0]
        writer.write(response(200, b"", {"Access-Control-Allow-Origin": origin}))
        await writer.drain()

    origin = "http://localhost:5173"
    async with serving(echo) as port:
        result = await ask(
            port,
            policy=policy,
            origin=origin,
            expect_header={"access-control-allow-origin": origin},
        )

    assert result.reason_code == "as_expected"
    assert result.facts["headers"]["access-control-allow-origin"] == origin


async def test_closed_port_is_refused_and_dropped_one_times_out_connecting(
    policy: Policy, closed_port: int, dropping_port: int
) -> None:
    refused = await ask(closed_port, policy=policy)
    dropped = await ask(dropping_port, policy=policy, timeout_s=0.4)

    assert (refused.status, refused.reason_code) == (Status.CRITICAL, "refused")
    assert (dropped.status, dropped.reason_code) == (Status.CRITICAL, "timed_out_connect")


async def test_redirect_is_followed_and_its_way_recorded(policy: Policy) -> None:
    answers = {
        "/": response(302, b"", {"Location": "/docs"}),
        "/docs": response(200, b"documentation"),
    }
    async with serving(by_path(answers)) as port:
        followed = await ask(port, policy=policy)
        stayed = await ask(port, policy=policy, follow_redirects=False)
        expected = await ask(port, policy=policy, expect_status=[302])

    assert followed.facts["body_excerpt"] == "documentation"
    assert followed.facts["redirects"] == [{"url": f"http://127.0.0.1:{port}/", "status": 302}]
    assert stayed.facts["status"] == expected.facts["status"] == 302


async def test_endless_redirects_end_after_three(policy: Policy) -> None:
    async with serving(says(302, b"", {"Location": "/again"})) as port:
        result = await ask(port, policy=policy)

    assert (result.reason_code, len(result.facts["redirects"])) == ("too_many_redirects", 3)


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::ffff:a9fe:a9fe]/"],
)
async def test_redirect_to_a_refused_address_is_not_followed(policy: Policy, location: str) -> None:
    async with serving(says(302, b"", {"Location": location})) as port:
        result = await ask(port, policy=policy)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed")
    assert location in result.summary


async def test_own_headers_do_not_follow_a_redirect_to_another_origin(policy: Policy) -> None:
    heads: list[bytes] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await head_of(reader))
        writer.write(response())
        await writer.drain()

    async with (
        serving(note) as other,
        serving(says(302, b"", {"Location": f"http://127.0.0.1:{other}/"})) as port,
    ):
        await ask(port, policy=policy, headers={"X-Tenant": "blue"})

    assert len(heads) == 1
    assert b"blue" not in heads[0]


async def test_head_has_no_body_to_wait_for(policy: Policy) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        await writer.drain()

    async with serving(handler) as port:
        result = await ask(port, policy=policy, method="HEAD")

    assert result.reason_code == "as_expected"


async def test_untrusted_certificate_is_critical_unless_not_verified(
    policy: Policy, certificate: Path
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    async with serving(says(), tls=tls) as port:
        url = f"https://localhost:{port}/"
        verified = await run("http", policy=policy, url=url)
        unverified = await run("http", policy=policy, url=url, verify_tls=False)

    assert (verified.status, verified.reason_code) == (Status.CRITICAL, "tls_failed")
    assert "certificate" in verified.summary
    assert unverified.reason_code == "as_expected"
    assert "tls_s" in unverified.facts["timings"]


async def test_plain_server_behind_https_fails_in_tls(policy: Policy) -> None:
    async with serving(says()) as port:
        result = await run("http", policy=policy, url=f"https://127.0.0.1:{port}/", timeout_s=2)

    assert result.reason_code == "tls_failed"


async def test_korean_body_in_its_own_charset_is_readable(policy: Policy) -> None:
    body = "서버 접속 불가".encode("euc-kr")
    async with serving(says(200, body, {"Content-Type": "text/html; charset=EUC-KR"})) as port:
        result = await ask(port, policy=policy)

    assert result.facts["body_excerpt"] == "서버 접속 불가"


async def test_terminal_sequences_and_secrets_of_a_body_are_not_stored(policy: Policy) -> None:
    body = b"\x1b[31mred\x1b[0m postgres://app:hunter2@db:5432/x \xe2\x80\xaeevil\0"
    async with serving(says(200, body)) as port:
        result = await ask(port, policy=policy)

    assert "hunter2" not in str(result)
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output


@pytest.mark.parametrize("most", [300, 1000, 4000])
async def test_secret_is_masked_wherever_an_answer_is_cut(policy: Policy, most: int) -> None:
    text = "x" * (most - len(" postgres://app:hunt")) + " postgres://app:hunter2@db/shop"
    async with serving(says(200, text.encode(), {"Via": text})) as port:
        result = await ask(port, policy=policy)

    assert result.reason_code == "as_expected"
    assert result.facts["body_excerpt"].startswith("xxx")
    assert result.facts["headers"]["via"].startswith("xxx")
    assert "hunt" not in repr(result)

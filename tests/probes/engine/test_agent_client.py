"""How an agent talks to a base: what it may send again, what is final, and where the token goes."""

import asyncio
import json
import ssl
import subprocess
from pathlib import Path

import pytest

from probes.engine.agent.client import Base, Refused, Unreachable, check_url
from tests.probes.engine.servers import head_of, response, serving

TOKEN = "ka_0123456789abcdefghij"


def base_at(port: int, *, scheme: str = "http", ca_file: Path | None = None) -> Base:
    ca = str(ca_file) if ca_file else None
    return Base(f"{scheme}://127.0.0.1:{port}/", token=TOKEN, ca_file=ca)


def answering(answer: bytes, heard: list[bytes] | None = None):
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await head_of(reader)
        if heard is not None:
            heard.append(head)
        writer.write(answer)
        await writer.drain()

    return handle


async def test_answer_is_json_and_the_request_names_the_token_once() -> None:
    heard: list[bytes] = []
    async with serving(answering(response(200, b'{"held": true}'), heard)) as port:
        answer = await base_at(port).post("renew", {"batch": "bat_1", "epoch": 1}, language="ko")

    assert answer == {"held": True}
    head = heard[0].decode()
    assert head.startswith("POST /api/v1/agent/renew HTTP/1.1\r\n")
    assert head.count(TOKEN) == 1
    assert "Authorization: Bearer" in head
    assert "Accept-Language: ko" in head


async def test_empty_answer_is_none() -> None:
    async with serving(answering(response(204, b""))) as port:
        assert await base_at(port).post("claim", {}) is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_trouble_of_the_base_or_its_proxy_is_worth_another_try(status: int) -> None:
    async with serving(answering(response(status, b"<h1>sorry</h1>"))) as port:
        with pytest.raises(Unreachable, match=str(status)):
            await base_at(port).post("claim", {})


async def test_asked_to_slow_down_it_knows_for_how_long() -> None:
    async with serving(answering(response(429, b"", {"Retry-After": "7"}))) as port:
        with pytest.raises(Unreachable) as said:
            await base_at(port).post("claim", {})

    assert said.value.wait_s == 7


async def test_nobody_there_is_worth_another_try(closed_port: int) -> None:
    with pytest.raises(Unreachable, match="refused"):
        await base_at(closed_port).post("claim", {})


@pytest.mark.parametrize("sent", [b"", b"{", b'{"held": tru'])
async def test_connection_cut_in_the_middle_is_worth_another_try(sent: bytes) -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + sent
    async with serving(answering(cut)) as port:
        with pytest.raises(Unreachable):
            await base_at(port).post("claim", {})


async def test_no_is_final_and_says_why_with_every_value() -> None:
    problem = {
        "code": "bad_parameter",
        "detail": "See errors.",
        "errors": [{"pointer": "/parameters/port", "code": "x", "detail": "must be a port"}],
    }
    async with serving(answering(response(422, json.dumps(problem).encode()))) as port:
        with pytest.raises(Refused, match="See errors") as said:
            await base_at(port).post("once", {})

    assert (said.value.status, said.value.complaints) == (422, ["port: must be a port"])


async def test_page_that_is_no_base_is_told_apart() -> None:
    async with serving(answering(response(200, b"<html>"))) as port:
        with pytest.raises(Unreachable, match="not a base"):
            await base_at(port).post("claim", {})


async def test_endless_answer_is_cut_off() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b" " * 65536)
            await writer.drain()

    async with serving(flood) as port:
        with pytest.raises(Unreachable, match="longer"):
            await base_at(port).post("claim", {})


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirect_is_told_and_the_token_stays_here(status: int) -> None:
    heard: list[bytes] = []
    async with serving(answering(response(200, b"{}"), heard)) as elsewhere:
        to = {"Location": f"http://127.0.0.1:{elsewhere}/"}
        async with serving(answering(response(status, b"", to))) as port:
            with pytest.raises(Refused, match=f"redirects to http://127.0.0.1:{elsewhere}/"):
                await base_at(port).post("claim", {})

    assert heard == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=base", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder


async def test_certificate_is_checked_and_a_companys_own_can_be_named(certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    heard: list[bytes] = []
    async with serving(answering(response(200, b"{}"), heard), tls=tls) as port:
        with pytest.raises(Unreachable, match=r"certificate is not trusted here .* see --ca"):
            await base_at(port, scheme="https").post("claim", {})
        assert heard == []

        trusting = base_at(port, scheme="https", ca_file=certificate / "cert.pem")
        assert await trusting.post("claim", {}) == {}


def test_token_is_in_no_picture_of_the_base() -> None:
    base = base_at(1)

    assert TOKEN not in repr(base) + str(base) + base.url


@pytest.mark.parametrize("url", ["kb.example.com", "ftp://kb", "https://", "http://a:b@kb/", ""])
def test_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match=r"https://kb\.example\.com"):
        check_url(url)

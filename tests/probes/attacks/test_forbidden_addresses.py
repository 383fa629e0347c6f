"""SSRF: metadata and internal addresses in every spelling, DNS rebinding, redirects, own ports."""

import asyncio
import contextlib
import ipaddress
import socket
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from probes.engine.registry import validate
from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import response, run, says, serving

METADATA = "169.254.169.254"
EVERYWHERE = Policy.read(networks=["0.0.0.0/0", "::/0"])
# One loopback address stands for what may be reached, its neighbour for the internal network.
ONLY_ONE = Policy.read(networks=["127.0.0.1/32"])
INTERNAL = "127.0.0.2"

SPELLINGS = [
    "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "0xa9.254.0251.254", "169.254.43518",
    "169.16689662", "①⑥⑨.②⑤④.①⑥⑨.②⑤④", "１６９.254.169.254", "169。254。169。254",
    "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[0:0:0:0:0:ffff:a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]", "[64:ff9b::169.254.169.254]", "[64:ff9b:1::a9fe:a9fe]",
    "[2001:0:a9fe:a9fe::1]", "[2001:0:7f00:1:0:0:5601:5601]", "[::169.254.169.254]",
    "[fd00::5efe:a9fe:a9fe]", "[::ffff:0:a9fe:a9fe]",
]  # fmt: skip


def is_on_the_naive_list(host: str) -> bool:
    """What many clients check: the string, and Python's own idea of what is private."""
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host.strip("[]"))
        if address.version == 4 and (address.is_private or address.is_link_local):
            return True
    return host in ("localhost", METADATA)


def is_metadata(host: str) -> bool:
    """What the system makes of a numeric spelling, without asking any name service; for IPv6
    that the last or the middle of its bytes is the address."""
    if ":" in host:
        packed = ipaddress.ip_address(host).packed
        own = ipaddress.ip_address(METADATA).packed
        return own in packed or bytes(byte ^ 0xFF for byte in own) in packed
    numeric = host.encode("idna").decode("ascii")
    answers = socket.getaddrinfo(numeric, 80, flags=socket.AI_NUMERICHOST)
    return {answer[4][0] for answer in answers} == {METADATA}


class Wanted(Exception):
    """Instead of connecting."""


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Where clients of the standard library want to connect to; only loopback is let through."""
    hosts: list[str] = []
    real = socket.create_connection

    def record(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        host = address[0].strip("[]")
        hosts.append(host)
        if host not in ("127.0.0.1", INTERNAL):
            raise Wanted(host)
        return real(address, *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", record)
    yield hosts


def naive(url: str) -> None:
    """Checks the host as it is written, then lets the system find out what it means."""
    host = urlsplit(url).hostname or ""
    if is_on_the_naive_list(host):
        raise PermissionError(url)
    socket.create_connection((host, 80), timeout=2).close()


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_the_metadata_address_is_connected_to(
    host: str, wanted: list[str]
) -> None:
    with pytest.raises(Wanted):
        await asyncio.to_thread(naive, f"http://{host}/")
    assert is_metadata(wanted[0])

    for kind, params in (
        ("http", {"url": f"http://{host}/"}),
        ("http_timing", {"url": f"http://{host}/"}),
        ("cors_preflight", {"url": f"http://{host}/", "origin": "http://a"}),
        ("tcp_connect", {"host": host, "port": 80}),
        ("tls_certificate", {"host": host}),
    ):
        result = await run(kind, policy=EVERYWHERE, timeout_s=2, **params)
        assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed"), kind


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1@169.254.169.254/",
        "http://127.0.0.1:80@169.254.169.254/",
        "http://127.0.0.1%2f@169.254.169.254/",
        "http://169.254.169.254\\@127.0.0.1/",
        "http://127.0.0.1 @169.254.169.254/",
        "http://[fe80::1%25eth0]/",
        "//169.254.169.254/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "file:///etc/passwd",
        "unix:///var/run/docker.sock",
    ],
)
async def test_urls_that_read_as_one_host_and_mean_another_cannot_be_defined(url: str) -> None:
    result = await run("http", policy=EVERYWHERE, url=url)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "bad_definition")


async def test_a_trailing_dot_is_the_same_host(wanted: list[str]) -> None:
    assert not is_on_the_naive_list(f"{METADATA}.")

    result = await run("http", policy=EVERYWHERE, url=f"http://{METADATA}./")

    assert result.reason_code == "not_allowed"


@pytest.mark.parametrize("address", ["100.64.0.1", "64:ff9b::a00:1"])
def test_what_python_does_not_call_private_is_still_refused(address: str) -> None:
    assert not ipaddress.ip_address(address).is_private

    result = asyncio.run(run("tcp_connect", policy=ONLY_ONE, host=address, port=80))

    assert result.reason_code == "not_allowed"


def test_tunnelled_address_is_refused_whatever_this_python_calls_it() -> None:
    # 6to4 is private since Python 3.13, and in the patched 3.11 of Debian; not in other ones.
    result = asyncio.run(run("tcp_connect", policy=ONLY_ONE, host="2002:a00:1::", port=80))

    assert result.reason_code == "not_allowed"


class Rebinding:
    """A name service that answers with what is allowed first, and with the internal host then."""

    def __init__(self) -> None:
        self.answers = ["127.0.0.1"]

    def next(self) -> str:
        return self.answers.pop() if self.answers else INTERNAL

    async def __call__(self, host: str, port: int) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (self.next(), port))]


async def test_a_name_that_changes_its_mind_gets_no_second_chance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check_then_connect(names: Rebinding, port: int) -> str:
        if names.next() != "127.0.0.1":
            raise PermissionError
        with socket.create_connection((names.next(), port), timeout=2) as line:
            line.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return line.recv(4096).decode()

    async with serving(says(200, b"the secret"), host=INTERNAL) as port:
        stolen = await asyncio.to_thread(check_then_connect, Rebinding(), port)
        monkeypatch.setattr("probes.engine.guard._system_lookup", Rebinding())
        result = await run("http", policy=ONLY_ONE, url=f"http://rebinding.test:{port}/")

    assert "the secret" in stolen
    # The checked address is connected to, where nothing listens on that port.
    assert (result.reason_code, result.facts["peer_ip"]) == ("refused", "127.0.0.1")
    assert "the secret" not in str(result)


async def test_a_name_with_one_forbidden_address_is_not_asked_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def both(host: str, port: int) -> list[tuple[Any, ...]]:
        return [(0, 0, 0, "", (ip, port)) for ip in ("127.0.0.1", INTERNAL)]

    monkeypatch.setattr("probes.engine.guard._system_lookup", both)
    async with serving(says(200, b"the secret"), host=INTERNAL) as port:
        result = await run("http", policy=ONLY_ONE, url=f"http://both.test:{port}/")

    assert result.reason_code == "not_allowed"


async def test_a_redirect_into_the_internal_network_is_not_followed(wanted: list[str]) -> None:
    async with serving(says(200, b"the secret"), host=INTERNAL) as inner:
        moved = says(302, b"", {"Location": f"http://{INTERNAL}:{inner}/"})
        async with serving(moved) as port:
            url = f"http://127.0.0.1:{port}/"
            with contextlib.suppress(PermissionError):
                # The list is asked about the first address only.
                wanted.clear()
                stolen = await asyncio.to_thread(lambda: urllib.request.urlopen(url).read())
            result = await run("http", policy=ONLY_ONE, url=url)

    assert stolen == b"the secret"
    assert wanted == ["127.0.0.1", INTERNAL]
    assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed")
    assert "redirects to" in result.summary


@pytest.mark.parametrize("host", [METADATA, *SPELLINGS[:4], *SPELLINGS[9:14]])
async def test_a_redirect_to_the_metadata_service_is_not_followed(
    host: str, wanted: list[str]
) -> None:
    moved = says(302, b"", {"Location": f"http://{host}/latest/meta-data/iam/"})
    async with serving(moved) as port:
        url = f"http://127.0.0.1:{port}/"
        with pytest.raises(Wanted):
            await asyncio.to_thread(lambda: urllib.request.urlopen(url).read())
        result = await run("http", policy=EVERYWHERE, url=url)

    assert wanted[1:] == [host.strip("[]")]
    assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed")


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "gopher://127.0.0.1/", "http://u:p@127.0.0.1/", "http://[fe80::1%25e]/"],
)
async def test_a_redirect_to_what_cannot_be_defined_is_not_followed(location: str) -> None:
    async with serving(says(302, b"", {"Location": location})) as port:
        result = await run("http", policy=EVERYWHERE, url=f"http://127.0.0.1:{port}/")

    assert result.reason_code == "bad_response"


OWN_HOSTS = ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]",
             "[::ffff:127.0.0.1]", "127.0.0.3", "①②⑦.0.0.1", "LOCALHOST"]  # fmt: skip


@pytest.mark.parametrize("host", OWN_HOSTS)
async def test_our_own_port_is_denied_under_any_name_of_the_host(host: str) -> None:
    heads: list[bytes] = []

    async def ours(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(response())

    async with serving(ours) as port:
        own = Policy.read(networks=["127.0.0.0/8", "::1/128"], denied_ports=[port])
        dsn = f"host={host.strip('[]')} port={port} user=a password=Sw0rdfish99"
        with_dsn = Policy.read(
            networks=["127.0.0.0/8", "::1/128"], denied_ports=[port], secrets={"d": dsn}
        )
        url = f"http://{host}:{port}/"
        answers = [
            await run("http", policy=own, url=url),
            await run("http_timing", policy=own, url=url),
            await run("cors_preflight", policy=own, url=url, origin="http://a"),
            await run("tcp_connect", policy=own, host=host, port=port),
            await run("tls_certificate", policy=own, host=host, port=port),
            await run("sql_query", policy=with_dsn, dsn_ref="d", query="select 1"),
        ]

    assert {each.reason_code for each in answers} == {"not_allowed"}
    assert all("belongs to Knownfix itself" in each.summary for each in answers)
    assert heads == []


async def test_a_redirect_to_our_own_port_is_not_followed() -> None:
    async with serving(says(200, b"the admin")) as ours:
        own = Policy.read(networks=["127.0.0.0/8"], denied_ports=[ours])
        async with serving(says(302, b"", {"Location": f"http://127.1:{ours}/"})) as port:
            result = await run("http", policy=own, url=f"http://127.0.0.1:{port}/")

    assert result.reason_code == "not_allowed"
    assert "belongs to Knownfix itself" in result.summary


async def test_a_port_left_out_is_the_schemes_own() -> None:
    own = Policy.read(networks=["127.0.0.0/8"], denied_ports=[80, 443])

    for url in ("http://127.0.0.1/", "https://127.0.0.1/"):
        assert (await run("http", policy=own, url=url)).reason_code == "not_allowed"


def test_a_spelling_is_stored_as_the_name_it_is() -> None:
    assert validate("tcp_connect", {"host": "①②⑦.0.0.1", "port": 1})["host"] == "127.0.0.1"

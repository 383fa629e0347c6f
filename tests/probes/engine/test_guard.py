"""The guard: no spelling of a refused address gets through."""

import asyncio
import ipaddress
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.engine.errors import CannotLook
from probes.engine.guard import allowed_interpreter, allowed_path, check_address, resolve
from probes.engine.spec import Policy
from tests.probes.engine.servers import run

EVERYWHERE = Policy.read(networks=["0.0.0.0/0", "::/0"])
LOOPBACK = Policy.read(networks=["127.0.0.0/8", "::1/128"])


def refusal(address: str, policy: Policy) -> str:
    with pytest.raises(CannotLook) as caught:
        check_address(ipaddress.ip_address(address), policy=policy, asked=address)
    assert caught.value.reason_code == "not_allowed"
    return str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "::ffff:169.254.169.254",
        "2002:a9fe:a9fe::1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "2001:0:a9fe:a9fe::1",
        "::a9fe:a9fe",
        "fd00::5efe:a9fe:a9fe",
        "224.0.0.1",
        "ff02::1",
    ],
)
def test_metadata_and_link_local_are_refused_even_when_everything_is_allowed(address: str) -> None:
    assert "never connect" in refusal(address, EVERYWHERE)


def test_teredo_is_unwrapped_to_its_client_too() -> None:
    client = int(ipaddress.IPv4Address("169.254.169.254")) ^ 0xFFFFFFFF
    address = ipaddress.IPv6Address((0x20010000 << 96) | client)

    assert "never connect" in refusal(str(address), EVERYWHERE)


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "100.64.0.1", "64:ff9b::a00:1", "::ffff:10.0.0.1", "192.168.0.1", "::2"]
)
def test_what_no_network_allows_is_refused(address: str) -> None:
    assert "networks" in refusal(address, LOOPBACK)


def test_refusal_says_what_to_add_and_where() -> None:
    assert refusal("10.1.2.3", LOOPBACK) == (
        "10.1.2.3 is outside the networks this location may reach; to allow it, "
        "add 10.1.2.3/32 to the location's networks"
    )


def test_listen_address_is_answered_with_the_one_to_use() -> None:
    assert "use 127.0.0.1" in refusal("0.0.0.0", LOOPBACK)


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_the_one_it_is(address: ipaddress.IPv4Address) -> None:
    def verdict(text: str) -> bool:
        try:
            check_address(ipaddress.ip_address(text), policy=LOOPBACK, asked=text)
        except CannotLook:
            return False
        return True

    assert verdict(f"::ffff:{address}") == verdict(str(address)) == address.is_loopback


async def test_one_refused_address_refuses_the_name() -> None:
    async def rebinding(host: str, port: int) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (ip, port)) for ip in ("127.0.0.1", "10.0.0.1")]

    with pytest.raises(CannotLook, match=r"10\.0\.0\.1"):
        await resolve("both.test", 80, policy=LOOPBACK, deadline=_soon(), lookup=rebinding)


async def test_a_name_is_looked_up_once_and_its_literal_is_what_is_used() -> None:
    asked = []

    async def lookup(host: str, port: int) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(0, 0, 0, "", ("127.0.0.1", port))]

    addresses = await resolve("here.test", 80, policy=LOOPBACK, deadline=_soon(), lookup=lookup)

    assert asked == ["here.test"]
    assert [(each.ip, each.family) for each in addresses] == [("127.0.0.1", socket.AF_INET)]


async def test_a_name_service_that_never_answers_ends_at_the_deadline() -> None:
    async def hanging(host: str, port: int) -> list[object]:
        await asyncio.sleep(60)
        return []

    with pytest.raises(CannotLook) as caught:
        await resolve("slow.test", 80, policy=LOOPBACK, deadline=_soon(0.05), lookup=hanging)
    assert caught.value.reason_code == "resolver_unavailable"


def _soon(seconds: float = 5.0) -> float:
    return asyncio.get_running_loop().time() + seconds


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "localhost."])
async def test_odd_spellings_are_judged_by_the_address_they_mean(
    host: str, closed_port: int
) -> None:
    only_v6 = Policy.read(networks=["::1/128"])

    allowed = await run("tcp_connect", policy=LOOPBACK, host=host, port=closed_port)
    refused = await run("tcp_connect", policy=only_v6, host=host, port=closed_port)

    assert (allowed.reason_code, refused.reason_code) == ("refused", "not_allowed")


def test_link_out_of_an_allowed_folder_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "way-out").symlink_to("/etc")
    policy = Policy.read(roots=[str(inside)])

    with pytest.raises(CannotLook, match="really /etc/passwd"):
        allowed_path(str(inside / "way-out" / "passwd"), policy=policy)
    with pytest.raises(CannotLook, match="the location's folders"):
        allowed_path(str(inside / ".." / "other"), policy=policy)
    assert allowed_path(str(inside / "a" / ".." / "b"), policy=policy) == inside / "b"


def test_folder_whose_name_only_begins_alike_is_refused(tmp_path: Path) -> None:
    policy = Policy.read(roots=[str(tmp_path / "app")])

    with pytest.raises(CannotLook):
        allowed_path(str(tmp_path / "app-secrets" / "x"), policy=policy)


def test_only_listed_interpreters_start() -> None:
    policy = Policy.read(interpreters=["/srv/venv/bin/python"])

    assert allowed_interpreter("/srv/venv/bin/python", policy=policy) == "/srv/venv/bin/python"
    with pytest.raises(CannotLook, match="the location's interpreters"):
        allowed_interpreter("/usr/bin/python3", policy=policy)

"""dns_resolve: on this host's own names, and against a real name server in a namespace."""

import pytest

from probes.engine.errors import InvalidParams
from probes.engine.registry import validate
from probes.engine.spec import Policy, Status
from tests.probes.engine.own_names import looked_up
from tests.probes.engine.servers import run

LOOPBACK = {"networks": ["127.0.0.0/8", "::1/128"]}


async def test_localhost_resolves_to_loopback(policy: Policy) -> None:
    result = await run("dns_resolve", policy=policy, name="localhost")

    assert result.reason_code in ("resolves", "v6_first")
    assert set(result.facts["addresses"]) <= {"127.0.0.1", "::1"}


async def test_address_that_was_not_expected_is_wrong(policy: Policy) -> None:
    right = await run(
        "dns_resolve", policy=policy, name="127.0.0.1", expect_addresses=["127.0.0.0/8"]
    )
    wrong = await run(
        "dns_resolve", policy=policy, name="127.0.0.1", expect_addresses=["10.0.0.5", "::1"]
    )

    assert (right.status, right.reason_code) == (Status.OK, "resolves")
    assert (wrong.status, wrong.reason_code) == (Status.CRITICAL, "wrong_address")
    assert wrong.summary == "127.0.0.1 has 127.0.0.1, not 10.0.0.5, ::1"


async def test_private_address_outside_the_networks_is_not_looked_at(policy: Policy) -> None:
    inside = await run("dns_resolve", policy=policy, name="10.1.2.3")
    metadata = await run("dns_resolve", policy=policy, name="169.254.169.254")
    mapped = await run("dns_resolve", policy=policy, name="::ffff:10.1.2.3")

    for result in (inside, metadata, mapped):
        assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed")


def test_expected_address_must_be_one() -> None:
    with pytest.raises(InvalidParams, match="is not an address or a network"):
        validate("dns_resolve", {"name": "localhost", "expect_addresses": ["10.0.0.1/8", "x"]})


def asked(name: str, **params: object) -> dict[str, object]:
    return {"kind": "dns_resolve", "params": {"name": name, **params}}


@pytest.mark.lab
def test_what_the_resolver_answers_is_told() -> None:
    zone = {
        "public.test": ["8.8.8.8", "2001:4860::8"],
        "inner.test": ["10.1.2.3"],
        "split.test": ["8.8.8.8", "10.1.2.3"],
        "broken.test": None,
    }

    public, inner, split, gone, broken = looked_up(
        *(asked(name) for name in (*list(zone)[:3], "gone.test", "broken.test")),
        zone=zone,
        **LOOPBACK,
    )

    assert public[:2] == ["OK", "resolves"]
    assert set(public[2]["addresses"]) == {"8.8.8.8", "2001:4860::8"}
    assert set(public[2]["families"]) == {"ipv4", "ipv6"}
    assert inner[:2] == split[:2] == ["UNKNOWN", "not_allowed"]
    assert inner[2] == split[2] == {}
    assert gone[:2] == ["CRITICAL", "missing"]
    assert broken[:2] == ["UNKNOWN", "resolver_unavailable"]


@pytest.mark.lab
def test_inner_address_is_told_where_the_networks_hold_it() -> None:
    [said] = looked_up(
        asked("inner.test", expect_addresses=["10.1.2.4"]),
        zone={"inner.test": ["10.1.2.3"]},
        networks=["10.0.0.0/8"],
    )

    assert said[:2] == ["CRITICAL", "wrong_address"]
    assert said[3] == "inner.test has 10.1.2.3, not 10.1.2.4"


@pytest.mark.lab
@pytest.mark.parametrize(
    ("hosts", "reason_code"),
    [
        ("127.0.0.1 localhost\n::1 localhost\n", "v6_first"),
        ("127.0.0.1 localhost\n", "resolves"),
        ("::1 localhost\n", "wrong_address"),
        ("127.0.0.2 localhost\n", "wrong_address"),
    ],
)
def test_localhost_is_compared_with_127_0_0_1(hosts: str, reason_code: str) -> None:
    [said] = looked_up(asked("localhost", compare=["127.0.0.1"]), hosts=hosts, zone={}, **LOOPBACK)

    assert said[1] == reason_code
    assert said[2]["compared"] == [{"name": "127.0.0.1", "addresses": ["127.0.0.1"]}]


@pytest.mark.lab
def test_localhost_on_ipv6_first_is_a_warning_unless_both_are_expected() -> None:
    hosts = "127.0.0.1 localhost\n::1 localhost\n"

    alone, both, dual = looked_up(
        asked("localhost"),
        asked("localhost", expect_addresses=["127.0.0.1", "::1"]),
        asked("shop.test"),
        hosts=hosts,
        zone={"shop.test": ["8.8.8.8", "2001:4860::8"]},
        **LOOPBACK,
    )

    assert alone[:2] == ["WARNING", "v6_first"]
    assert both[:2] == ["OK", "resolves"]
    assert dual[:2] == ["OK", "resolves"]


@pytest.mark.lab
def test_server_on_127_0_0_1_alone_is_told_from_one_that_is_off() -> None:
    """The laboratory's row: localhost answers, [::1] refuses, and the name says why."""
    name, localhost, first, second = looked_up(
        asked("localhost", compare=["127.0.0.1"]),
        {"kind": "tcp_connect", "params": {"host": "localhost", "port": 8000}},
        {"kind": "tcp_connect", "params": {"host": "::1", "port": 8000}},
        {"kind": "tcp_connect", "params": {"host": "127.0.0.1", "port": 8000}},
        hosts="127.0.0.1 localhost\n::1 localhost\n",
        zone={},
        listen=("127.0.0.1", 8000),
        **LOOPBACK,
    )

    assert name[:2] == ["WARNING", "v6_first"]
    assert name[2]["addresses"] == ["::1", "127.0.0.1"]
    assert localhost[:2] == ["OK", "connected"]
    assert {each["address"]: each["outcome"] for each in localhost[2]["addresses"]} == {
        "::1": "refused",
        "127.0.0.1": "connected",
    }
    assert (first[1], second[1]) == ("refused", "connected")

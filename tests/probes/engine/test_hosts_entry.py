"""hosts_entry: this host's own file, files as they are written, and others laid over it."""

from typing import Any

import pytest

from probes.engine.kinds.hosts_entry import hosts_file, parse
from probes.engine.spec import Policy, Status
from tests.probes.engine.own_names import looked_up
from tests.probes.engine.servers import run

LOOPBACK = {"networks": ["127.0.0.0/8", "::1/128"]}
WRITTEN = """\ufeff# Copyright (c) 1993-2009 Microsoft Corp.
#      127.0.0.1       localhost
127.0.0.1\tLocalHost loopback\t# both
::1             localhost
fe80::1%lo0     localhost
not-an-address  shop.test

10.0.0.5 shop.test. www.shop.test#old
"""


def test_lines_are_read_as_resolvers_read_them() -> None:
    assert [(str(each.address), each.names, each.line) for each in parse(WRITTEN)] == [
        ("127.0.0.1", ("localhost", "loopback"), 3),
        ("::1", ("localhost",), 4),
        ("fe80::1", ("localhost",), 5),
        ("10.0.0.5", ("shop.test", "www.shop.test"), 8),
    ]


async def test_entry_of_this_host_is_found_with_its_line(policy: Policy) -> None:
    lines = [each.line for each in parse(own_hosts()) if "localhost" in each.names]
    assert lines

    result = await run("hosts_entry", policy=policy, name="localhost")

    assert result.reason_code in ("resolves", "v6_first")
    assert result.facts["lines"] == lines
    assert result.facts["hosts_file_line"] == lines[0]
    assert result.facts["path"] == "/etc/hosts"


def own_hosts() -> str:
    return hosts_file().read_text()


async def test_name_that_is_not_in_the_file_is_missing(policy: Policy) -> None:
    hoped = await run("hosts_entry", policy=policy, name="shop.knownfix.test")
    feared = await run("hosts_entry", policy=policy, name="shop.knownfix.test", expect="absent")

    assert (hoped.status, hoped.reason_code) == (Status.CRITICAL, "missing")
    assert (feared.status, feared.reason_code) == (Status.OK, "missing")


def asked(name: str, **params: Any) -> dict[str, Any]:
    return {"kind": "hosts_entry", "params": {"name": name, **params}}


@pytest.mark.lab
def test_entry_is_judged_by_its_addresses() -> None:
    hosts = "127.0.0.1 localhost\n::1 localhost\n10.0.0.5 inner.test\n0.0.0.0 blocked.test\n"

    both, wrong, inner, blocked, absent = looked_up(
        asked("localhost"),
        asked("localhost", expect_addresses=["127.0.0.2"]),
        asked("inner.test"),
        asked("blocked.test", expect_addresses=["8.8.8.8"]),
        asked("localhost", expect="absent", expect_addresses=["127.0.0.1", "::1"]),
        hosts=hosts,
        zone={},
        **LOOPBACK,
    )

    assert both[:2] == ["WARNING", "v6_first"]
    assert both[2]["lines"] == [1, 2]
    assert wrong[:2] == ["CRITICAL", "wrong_address"]
    assert inner[:2] == ["UNKNOWN", "not_allowed"]
    assert blocked[:2] == ["CRITICAL", "wrong_address"]
    assert "0.0.0.0" in blocked[3] and "line 4 of /etc/hosts" in blocked[3]
    assert absent[:2] == ["CRITICAL", "resolves"]

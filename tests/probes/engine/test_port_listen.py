"""port_listen against real sockets, of this process and of others."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from probes.engine.host.listeners import Listener
from probes.engine.kinds import port_listen
from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import run


@contextlib.contextmanager
def listening(address: str = "127.0.0.1") -> Iterator[int]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind((address, 0))
        listener.listen()
        yield listener.getsockname()[1]


@contextlib.contextmanager
def http_server() -> Iterator[tuple[int, int]]:
    """Port and pid of `python -m http.server`, a process of its own."""
    argv = [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline().split(b"port ")[1].split()[0]), process.pid
        finally:
            process.kill()


async def test_listener_is_ok_with_its_holder(policy: Policy) -> None:
    with http_server() as (port, pid):
        result = await run("port_listen", policy=policy, port=port)

    assert (result.status, result.reason_code) == (Status.OK, "listening")
    [listener] = result.facts["listeners"]
    assert (listener["address"], listener["pid"]) == ("127.0.0.1", pid)
    assert "http.server" in listener["cmdline"]


LISTENS = """
import socket
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    input()
"""


@contextlib.contextmanager
def started_with(*arguments: str) -> Iterator[int]:
    """The port of a program that was started with these arguments."""
    argv = [sys.executable, "-c", LISTENS, *arguments]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


@pytest.mark.parametrize(
    "arguments",
    [("--password", "hunter2"), ("mysql", "-phunter2"), ("postgres://app:hunter2@db/shop",)],
    ids=["long option", "mysql's short option", "URL"],
)
@pytest.mark.parametrize("is_cut", [False, True], ids=["whole", "cut in the secret"])
async def test_secret_in_a_holders_command_line_is_masked_before_it_is_cut(
    policy: Policy, arguments: tuple[str, ...], is_cut: bool
) -> None:
    before = " ".join([sys.executable, "-c", LISTENS])
    until = " ".join(arguments).partition("hunter2")[0] + "hunt"
    filler = "x" * (500 - len(f"{before}  {until}") if is_cut else 1)
    with started_with(filler, *arguments) as port:
        result = await run("port_listen", policy=policy, port=port)

    [listener] = result.facts["listeners"]
    assert filler in listener["cmdline"]
    assert "hunt" not in repr(result)


async def test_our_own_process_is_a_holder_like_any_other(policy: Policy) -> None:
    with listening() as port:
        result = await run("port_listen", policy=policy, port=port)

    assert [each["pid"] for each in result.facts["listeners"]] == [os.getpid()]


async def test_bound_but_not_listening_is_not_listening(policy: Policy, closed_port: int) -> None:
    result = await run("port_listen", policy=policy, port=closed_port)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "not_listening")


async def test_port_held_by_another_process_is_named(policy: Policy) -> None:
    with http_server() as (port, pid):
        other = await run("port_listen", policy=policy, port=port, expect_process="uvicorn")
        same = await run("port_listen", policy=policy, port=port, expect_process=r"http\.server")

    assert (other.status, other.reason_code) == (Status.CRITICAL, "held_by_other")
    assert str(pid) in other.summary
    assert same.reason_code == "listening"


@pytest.mark.parametrize(
    ("address", "expect_bind", "reason_code"),
    [
        ("127.0.0.1", "0.0.0.0", "bound_loopback_only"),
        ("::1", "0.0.0.0", "bound_loopback_only"),
        ("127.0.0.1", "127.0.0.1", "listening"),
        ("127.0.0.1", None, "listening"),
    ],
)
async def test_loopback_bind_is_told_from_the_expected_one(
    policy: Policy, address: str, expect_bind: str | None, reason_code: str
) -> None:
    with listening(address) as port:
        result = await run("port_listen", policy=policy, port=port, expect_bind=expect_bind)

    assert result.reason_code == reason_code
    assert result.facts["addresses"] == [address]


async def test_free_port_is_ok_when_hoped_for(policy: Policy, closed_port: int) -> None:
    with listening() as port:
        taken = await run("port_listen", policy=policy, port=port, expect="free")
    free = await run("port_listen", policy=policy, port=closed_port, expect="free")
    either = await run("port_listen", policy=policy, port=closed_port, expect="any")

    assert (taken.status, taken.reason_code) == (Status.CRITICAL, "listening")
    assert (free.status, free.reason_code) == (Status.OK, "not_listening")
    assert either.status == Status.OK


async def test_every_family_is_seen_and_can_be_chosen(policy: Policy) -> None:
    with listening() as port, socket.socket(socket.AF_INET6) as second:
        second.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        second.bind(("::1", port))
        second.listen()
        both = await run("port_listen", policy=policy, port=port)
        only = await run("port_listen", policy=policy, port=port, family="ipv6")

    assert both.facts["addresses"] == ["127.0.0.1", "::1"]
    assert only.facts["addresses"] == ["::1"]


@contextlib.contextmanager
def sharing(listener: socket.socket) -> Iterator[int]:
    """The pid of a child process that inherited the listening socket."""
    listener.set_inheritable(True)
    argv = [sys.executable, "-c", "print('up', flush=True); input()"]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False
    ) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        yield worker.pid
        worker.kill()


async def test_shared_socket_names_every_holder(policy: Policy) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with sharing(listener) as worker:
            result = await run("port_listen", policy=policy, port=listener.getsockname()[1])

    assert {each["pid"] for each in result.facts["listeners"]} == {os.getpid(), worker}


def test_holder_that_may_not_be_seen_is_hidden_and_not_another() -> None:
    params = {"expect_process": "uvicorn", "expect_bind": None}
    hidden = Listener(address="0.0.0.0", port=1, family="ipv4")

    assert port_listen._reason(params, [hidden])[0] == "pid_hidden"
    assert port_listen.KIND.reasons["pid_hidden"] is Status.WARNING

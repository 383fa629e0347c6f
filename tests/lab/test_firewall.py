"""firewall_port against real packet filters, and every claim against a real connection.

Two namespaces with a cable between them: the probe reads the rules inside the one, a client in
the other tries to connect.
"""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PORT = 8000
SERVER, CLIENT = "10.77.0.1", "10.77.0.2"
TOOLS = ("ip", "nft", "iptables", "setpriv")


def lacking() -> str:
    if os.name != "posix" or os.geteuid() != 0:
        return "namespaces need root"
    missing = [name for name in TOOLS if not shutil.which(name)]
    return f"there is no {', '.join(missing)}" if missing else ""


pytestmark = [pytest.mark.lab, pytest.mark.skipif(bool(lacking()), reason=lacking())]

LOOK = """
import asyncio, dataclasses, json, sys
from probes.engine.runner import run_one
from probes.engine.spec import Policy, ProbeSpec
spec = ProbeSpec(kind="firewall_port", params=json.loads(sys.argv[1]), timeout_s=10)
result = asyncio.run(run_one(spec, policy=Policy()))
print(json.dumps(dataclasses.asdict(result), default=str))
"""
LISTEN = """
import socket, sys, time
held = [socket.create_server(("0.0.0.0", int(port))) for port in sys.argv[1:]]
print("ready", flush=True)
time.sleep(60)
"""
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=0.5).close()
    print("connected")
except ConnectionRefusedError:
    print("refused")
except OSError:
    print("dropped")
"""


@dataclass(frozen=True)
class Hosts:
    """The two ends, by the names of their namespaces."""

    server: str
    client: str

    def sh(self, *lines: str) -> None:
        inside(self.server, "sh", "-ec", "\n".join(lines))

    def nft(self, rules: str) -> None:
        inside(self.server, "nft", "-f", "-", given=rules)

    def look(self, *through: str, **params: Any) -> dict[str, Any]:
        asked = json.dumps({"port": PORT, **params})
        return json.loads(inside(self.server, *through, sys.executable, "-c", LOOK, asked))

    def reach(self, port: int = PORT, *, inside_server: bool = False) -> str:
        where = (self.server, "127.0.0.1") if inside_server else (self.client, SERVER)
        return inside(where[0], sys.executable, "-c", CONNECT, where[1], str(port)).strip()


def inside(namespace: str, *command: str, given: str = "") -> str:
    done = subprocess.run(
        ["ip", "netns", "exec", namespace, *command],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    """Two hosts with a cable; on the server something listens on the port and the next one."""
    own = uuid.uuid4().hex[:6]
    both = Hosts(f"kf-s-{own}", f"kf-c-{own}")
    for name in (both.server, both.client):
        subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        end = ("name", "eth0", "netns", both.client)
        subprocess.run(
            ["ip", "-n", both.server, "link", "add", "eth0", "type", "veth", "peer", *end],
            check=True,
        )
        for name, address in ((both.server, SERVER), (both.client, CLIENT)):
            subprocess.run(
                ["ip", "-n", name, "addr", "add", f"{address}/24", "dev", "eth0"], check=True
            )
            for link in ("lo", "eth0"):
                subprocess.run(["ip", "-n", name, "link", "set", link, "up"], check=True)
        listener = subprocess.Popen(
            [
                "ip",
                "netns",
                "exec",
                both.server,
                sys.executable,
                "-c",
                LISTEN,
                str(PORT),
                str(PORT + 1),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert listener.stdout is not None
        assert listener.stdout.readline() == "ready\n"
        yield both
        listener.kill()
        listener.wait()
        listener.stdout.close()
    finally:
        for name in (both.server, both.client):
            subprocess.run(["ip", "netns", "del", name], check=False)


def chain(*rules: str, policy: str = "accept", more: str = "") -> str:
    lines = "\n".join(rules)
    return (
        "table inet filter {\n" + more + "\nchain input {\n"
        f"type filter hook input priority 0; policy {policy};\n{lines}\n}}\n}}\n"
    )


ESTABLISHED = "ct state vmap { established : accept, related : accept, invalid : drop }"
NFT = {
    "no rules": ("", "no_firewall", "connected"),
    "drop": (chain(f"tcp dport {PORT} drop"), "blocked", "dropped"),
    "reject": (chain(f"tcp dport {PORT} reject with tcp reset"), "blocked", "refused"),
    "other port": (chain(f"tcp dport {PORT + 1} drop"), "open", "connected"),
    "udp only": (chain(f"udp dport {PORT} drop", "udp dport != 53 drop"), "open", "connected"),
    "policy drop": (chain(policy="drop"), "blocked", "dropped"),
    "accept, policy drop": (
        chain(ESTABLISHED, "iif lo accept", f"tcp dport {PORT} accept", policy="drop"),
        "open",
        "connected",
    ),
    "loopback only": (
        chain('iifname "lo" accept', f"tcp dport {PORT} drop"), "blocked", "dropped",
    ),
    "loopback only, other way": (
        chain(f'iifname != "lo" tcp dport {PORT} drop'), "blocked", "dropped",
    ),
    "loopback address only": (
        chain(f"ip saddr != 127.0.0.0/8 tcp dport {PORT} reject"), "blocked", "refused",
    ),
    "set and range": (
        chain(f"tcp dport {{ 22, 7000-{PORT} }} accept", policy="drop"), "open", "connected",
    ),
    "named set": (
        chain(
            "tcp dport @ports accept",
            policy="drop",
            more=f"set ports {{ type inet_service; elements = {{ 22, {PORT} }}; }}",
        ),
        "open",
        "connected",
    ),
    "jump": (
        chain("jump web", policy="drop", more=f"chain web {{ tcp dport {PORT} accept; }}"),
        "open",
        "connected",
    ),
    "jump that returns": (
        chain("jump web", f"tcp dport {PORT} drop", more="chain web { tcp dport 22 accept; }"),
        "blocked",
        "dropped",
    ),
    "map of ports": (
        chain(f"tcp dport vmap {{ 22 : accept, {PORT} : drop }}"), "blocked", "dropped",
    ),
    "the only device": (
        chain(f'iifname "eth*" tcp dport {PORT} accept', policy="drop"), "open", "connected",
    ),
    "a device that is not there": (
        chain(f'iifname "wlan0" tcp dport {PORT} drop'), "open", "connected",
    ),
    "the own address": (
        chain(f"ip daddr {SERVER} tcp dport {PORT} drop"), "blocked", "dropped",
    ),
    "another's address": (
        chain(f"ip daddr 10.77.0.9 tcp dport {PORT} drop"), "open", "connected",
    ),
    "rate": (
        chain(f"tcp dport {PORT} limit rate 100/second accept", policy="drop"),
        "open",
        "connected",
    ),
    "first packets": (
        chain(f"tcp flags & (fin|syn|rst|ack) == syn tcp dport {PORT} drop"), "blocked", "dropped",
    ),
    "a raw table drops first": (
        "table ip early {\nchain pre {\ntype filter hook prerouting priority -300; policy accept;\n"
        f"tcp dport {PORT} drop\n}}\n}}\n" + chain(f"tcp dport {PORT} accept"),
        "blocked",
        "dropped",
    ),
    "forwarding does not matter": (
        "table inet f {\nchain fwd_chain {\ntype filter hook forward priority 0; policy drop;\n}\n}\n",
        "no_firewall",
        "connected",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NFT)
def test_claim_about_nft_s_rules_is_what_a_client_sees(hosts: Hosts, case: str) -> None:
    rules, reason_code, seen = NFT[case]
    hosts.nft(rules)

    result = hosts.look()

    assert (result["reason_code"], hosts.reach()) == (reason_code, seen), result
    if reason_code == "blocked":
        assert result["facts"]["action"] == ["reject" if seen == "refused" else "drop"]


IPTABLES = {
    "drop": ((f"-A INPUT -p tcp --dport {PORT} -j DROP",), "blocked", "dropped"),
    "reject": (
        (f"-A INPUT -p tcp --dport {PORT} -j REJECT --reject-with tcp-reset",),
        "blocked",
        "refused",
    ),
    "accept, policy drop": (
        (
            "-A INPUT -i lo -j ACCEPT",
            "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            f"-A INPUT -p tcp -m conntrack --ctstate NEW -m tcp --dport {PORT} -j ACCEPT",
            "-P INPUT DROP",
        ),
        "open",
        "connected",
    ),
    "several ports": (
        (f"-A INPUT -p tcp -m multiport --dports 22,7000:{PORT} -j ACCEPT", "-P INPUT DROP"),
        "open",
        "connected",
    ),
    "other port": (
        (
            f"-A INPUT -p tcp --dport {PORT + 1} -m comment --comment 'a -j DROP b' -j DROP",
            "-A INPUT -p tcp -m state --state INVALID -j DROP",
        ),
        "open",
        "connected",
    ),
    "own chain": (
        ("-N WEB", f"-A WEB ! -i lo -p tcp --dport {PORT} -j DROP", "-A INPUT -j WEB"),
        "blocked",
        "dropped",
    ),
}


@pytest.mark.parametrize("program", ["iptables-nft", "iptables-legacy"])
@pytest.mark.parametrize("case", IPTABLES)
def test_claim_about_iptables_rules_is_what_a_client_sees(
    hosts: Hosts, case: str, program: str
) -> None:
    rules, reason_code, seen = IPTABLES[case]
    tried = ["ip", "netns", "exec", hosts.server, program, "-S"]
    if subprocess.run(tried, capture_output=True, check=False).returncode:
        pytest.skip(f"this kernel has no {program}")
    hosts.sh(*(f"{program} {rule}" for rule in rules))

    result = hosts.look()

    assert (result["reason_code"], hosts.reach()) == (reason_code, seen), result


def test_loopback_is_another_sender(hosts: Hosts) -> None:
    hosts.nft(chain('iifname "lo" accept', f"tcp dport {PORT} drop"))

    outside, within = hosts.look(), hosts.look(source="127.0.0.1")

    assert (outside["reason_code"], hosts.reach()) == ("blocked", "dropped")
    assert (within["reason_code"], hosts.reach(inside_server=True)) == ("open", "connected")


def test_rule_for_some_senders_is_open_to_some_until_one_is_named(hosts: Hosts) -> None:
    hosts.nft(chain(f"ip saddr {CLIENT} tcp dport {PORT} accept", policy="drop"))

    anyone = hosts.look()
    client, other = hosts.look(source=CLIENT), hosts.look(source="10.77.0.9")

    assert (anyone["status"], anyone["reason_code"]) == ("WARNING", "open_to_some")
    assert (client["reason_code"], hosts.reach()) == ("open", "connected")
    assert other["reason_code"] == "blocked"


@pytest.mark.parametrize(
    "rules",
    [
        chain(f"meta mark 7 tcp dport {PORT} accept", policy="drop"),
        chain(f"ip saddr . tcp dport {{ {CLIENT} . {PORT} }} accept", policy="drop"),
        "table ip nat {\nchain pre {\ntype nat hook prerouting priority -100;\n"
        f"tcp dport {PORT} redirect to :{PORT + 1}\n}}\n}}\n",
    ],
    ids=["mark", "concatenation", "redirect"],
)
def test_rule_that_is_not_understood_and_decides_is_said_to_be(hosts: Hosts, rules: str) -> None:
    hosts.nft(rules)

    result = hosts.look()

    assert (result["status"], result["reason_code"]) == ("UNKNOWN", "not_understood")
    assert result["facts"]["not_understood"]


def test_rule_that_is_not_understood_does_not_hide_one_that_blocks(hosts: Hosts) -> None:
    hosts.nft(chain("meta mark 7 drop", f"tcp dport {PORT} drop"))

    result = hosts.look()

    assert (result["reason_code"], hosts.reach()) == ("blocked", "dropped")
    assert str(PORT) in result["summary"]


def test_expected_block_is_ok_and_an_open_port_is_not(hosts: Hosts) -> None:
    hosts.nft(chain(f"tcp dport {PORT} drop"))

    blocked = hosts.look(expect="blocked")
    opened = hosts.look(port=PORT + 1, expect="blocked")

    assert (blocked["status"], opened["status"]) == ("OK", "CRITICAL")


def test_without_root_it_could_not_look(hosts: Hosts) -> None:
    hosts.nft(chain(f"tcp dport {PORT} drop"))

    # Not another user: where the interpreter is root's own, that one could not even start.
    result = hosts.look("setpriv", "--bounding-set=-net_admin")

    assert (result["status"], result["reason_code"]) == ("UNKNOWN", "permission_denied")

"""firewall_port: would this host's packet filter let a new connection to this port in?"""

import ipaddress
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook, Complaint
from probes.engine.firewall.iptables import read_iptables, read_ufw
from probes.engine.firewall.nft import read_nft, tables_of_iptables
from probes.engine.firewall.rules import Packet, Ruleset, Verdict, decide
from probes.engine.host.interfaces import interfaces
from probes.engine.programs import child
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy, Status

# Fixed: a definition never names a program.
_FOLDERS = ("/usr/sbin", "/sbin", "/usr/bin")
_MAX_LISTED = 8 * 1024 * 1024
_LEGACY_TABLES = {"ipv4": "/proc/net/ip_tables_names", "ipv6": "/proc/net/ip6_tables_names"}
_IPTABLES = {"ipv4": "iptables", "ipv6": "ip6tables"}
# A table that only changes marks and lifetimes is not asked for; these may stop or divert.
_ASKED_TABLES = ("filter", "nat", "raw", "mangle")
_SAYS = {
    "open": "lets connections to it in",
    "blocked": "does not let connections to it in",
    "open_to_some": "lets some in only: it depends on the sender, its interface or the address",
    "no_firewall": "has no rules for incoming packets",
}


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    """The tables of this host's kernel; only its administrator may read them."""
    packet = _packet(params)
    tool, ruleset = await _read(packet, deadline)
    verdict = decide(ruleset)
    code = "no_firewall" if ruleset.is_empty else verdict.reason_code
    facts = {
        "port": packet.port,
        "proto": packet.proto,
        "family": packet.family,
        "source": str(packet.source) if packet.source else None,
        "tool": tool,
        "action": verdict.actions,
        "default_policy": ruleset.default_policy,
        "matching_rules": verdict.matching,
        "not_understood": verdict.unclear,
    }
    return Observation(
        reason_code=code, facts=facts, summary=_words(code, packet, tool, ruleset, verdict)
    )


def _packet(params: Mapping[str, Any]) -> Packet:
    source = ipaddress.ip_address(params["source"]) if params["source"] else None
    devices = interfaces()
    return Packet(
        port=params["port"],
        proto=params["proto"],
        family=f"ipv{source.version}" if source else params["family"],
        source=source,
        addresses=tuple(address for own in devices.values() for address in own),
        devices=tuple(devices),
    )


def _words(code: str, packet: Packet, tool: str, ruleset: Ruleset, verdict: Verdict) -> str:
    port = f"{packet.proto} port {packet.port}"
    if code == "not_understood":
        return f"{port}: a rule of {tool} decides that is not understood: {verdict.unclear[0]}"
    rule = f" ({verdict.matching[-1]})" if verdict.matching else ""
    by = rule or f" (policy {ruleset.default_policy})" if code in ("open", "blocked") else ""
    return f"{port}: the packet filter {_SAYS[code]}{by}"


async def _read(packet: Packet, deadline: float) -> tuple[str, Ruleset]:
    """nft sees every table but the legacy ones of iptables; ufw is asked where both are away."""
    try:
        if nft := _program("nft"):
            return await _of_nft(nft, packet, deadline)
        if iptables := _program(_IPTABLES[packet.family]):
            name = _IPTABLES[packet.family]
            return name, await _of_iptables(iptables, ("filter", "nat"), packet, deadline)
        if ufw := _program("ufw"):
            return "ufw", read_ufw(await _ask([ufw, "status", "verbose"], deadline), packet)
    except (ValueError, KeyError, TypeError) as error:
        raise CannotLook(
            "not_understood", f"what the packet filter's tool printed is not understood: {error}"
        ) from None
    raise CannotLook("tool_missing", "this host has neither nft nor iptables nor ufw")


async def _of_nft(nft: str, packet: Packet, deadline: float) -> tuple[str, Ruleset]:
    listed = await _ask([nft, "-j", "list", "ruleset"], deadline)
    iptables = _program(_IPTABLES[packet.family])
    partly = tables_of_iptables(listed, packet) if iptables else frozenset()
    whole = read_nft(listed, packet, without=partly)
    if partly:
        _add(whole, await _of_iptables(iptables, partly, packet, deadline))
    if legacy := _legacy_tables(packet):
        program = await _legacy_program(packet, deadline)
        _add(whole, await _of_iptables(program, legacy, packet, deadline))
    return ("nft and iptables" if partly or legacy else "nft"), whole


async def _of_iptables(
    program: str, tables: Iterable[str], packet: Packet, deadline: float
) -> Ruleset:
    whole = Ruleset()
    for table in _ASKED_TABLES:
        if table in tables:
            listed = await _ask([program, "-t", table, "-S"], deadline)
            _add(whole, read_iptables(listed, packet, origin=f"{program}/{table}"))
    return whole


def _add(whole: Ruleset, part: Ruleset) -> None:
    whole.bases += part.bases
    whole.chains |= part.chains


async def _legacy_program(packet: Packet, deadline: float) -> str:
    name = _IPTABLES[packet.family]
    if own := _program(f"{name}-legacy"):
        return own
    plain = _program(name)
    if plain and "nf_tables" not in await _ask([plain, "-V"], deadline):
        return plain
    raise CannotLook(
        "not_understood", f"the kernel holds rules of {name}-legacy, which is not installed"
    )


def _legacy_tables(packet: Packet) -> tuple[str, ...]:
    """Tables of the old interface, which nft does not see. The kernel lists those in use."""
    try:
        return tuple(Path(_LEGACY_TABLES[packet.family]).read_text().split())
    except OSError:
        return ()


def _program(name: str) -> str:
    paths = (f"{folder}/{name}" for folder in _FOLDERS)
    return next((path for path in paths if os.access(path, os.X_OK)), "")


async def _ask(argv: Sequence[str], deadline: float) -> str:
    ended = await child.run(argv, cwd="/", deadline=deadline, most_bytes=_MAX_LISTED, keep="start")
    if ended.exit_code == 0 and len(ended.stdout) < _MAX_LISTED:
        return ended.stdout
    if ended.exit_code is None:
        raise CannotLook("timeout", f"{argv[0]} did not answer in time")
    said = (ended.stderr.strip() or f"exit code {ended.exit_code}")[:300]
    if "ermission" in said or "ermitted" in said or "root" in said:
        raise CannotLook(
            "permission_denied",
            f"only root may read the packet filter's rules ({Path(argv[0]).name}: {said})",
        )
    raise CannotLook("not_understood", f"{argv[0]} failed: {said}")


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    source = params["source"]
    if source and "${" not in source:
        try:
            ipaddress.ip_address(source)
        except ValueError:
            yield Complaint(field="source", message="must be an IP address such as 0.0.0.0")


def _judging(params: Mapping[str, Any]) -> Mapping[str, Status]:
    if params["expect"] == "blocked":
        return {
            "blocked": Status.OK,
            "open": Status.CRITICAL,
            "no_firewall": Status.CRITICAL,
        }
    return {}


KIND = Kind(
    name="firewall_port",
    title="Firewall and port",
    help="Reads the packet filter's rules of this host (nft, iptables or ufw; needs root) and "
    "follows a new connection from outside through them. Never changes anything.",
    params=(
        Param(name="port", type="port", required=True),
        Param(name="proto", type="choice", choices=("tcp", "udp"), default="tcp"),
        Param(
            name="source",
            type="host",
            help="IP address of the sender. Empty: any that is not this host itself.",
        ),
        Param(name="family", type="choice", choices=("ipv4", "ipv6"), default="ipv4"),
        Param(name="expect", type="choice", choices=("open", "blocked"), default="open"),
    ),
    reasons=reasons(
        ok=("open", "no_firewall"),
        warning=("open_to_some",),
        critical=("blocked",),
        unknown=("tool_missing", "not_understood", "timeout"),
    ),
    look=look,
    cost_s=0.3,
    check=_check,
    judging=_judging,
    facts={
        "port": "The port that was looked up.",
        "proto": "tcp or udp.",
        "family": "ipv4 or ipv6.",
        "source": "The sender that was assumed, if any.",
        "tool": "What printed the rules.",
        "action": "What may become of the packet: accept, drop (no answer), reject (refused).",
        "default_policy": "What becomes of a packet that no rule decides on.",
        "matching_rules": "The rules that may decide, in their order.",
        "not_understood": "Rules that could not be followed.",
    },
    example={"port": 8000},
)

"""hosts_entry: what does this host's hosts file say about a name, and on which line?"""

import ipaddress
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.files.text_file import beside_the_loop, lines_of, read_end
from probes.engine.guard import IP, check_tellable
from probes.engine.network import names
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy, Status

_MOST_BYTES = 4 << 20


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An address and the names a line gives it; `line` counts from 1."""

    address: IP
    names: tuple[str, ...]
    line: int


def hosts_file() -> Path:
    """Where the system keeps it: the one file that needs no folder of the policy."""
    if os.name == "nt":
        root = os.environ.get("SYSTEMROOT", r"C:\Windows")
        return Path(root, "System32", "drivers", "etc", "hosts")
    return Path("/etc/hosts")


def parse(text: str) -> list[Entry]:
    """A line whose first word is no address is skipped, as resolvers do."""
    entries = []
    for number, line in enumerate(lines_of(text), 1):
        words = line.partition("#")[0].split()
        try:
            address = ipaddress.ip_address(words[0].partition("%")[0])
        except (IndexError, ValueError):
            continue
        named = tuple(word.lower().removesuffix(".") for word in words[1:])
        entries.append(Entry(address=address, names=named, line=number))
    return entries


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    return await beside_the_loop(_look, params, deadline=deadline, policy=policy)


def _look(params: Mapping[str, Any], policy: Policy) -> Observation:
    path = hosts_file()
    try:
        file = read_end(path.resolve(), shown=str(path), most_bytes=_MOST_BYTES)
    except FileNotFoundError:
        raise CannotLook("unreadable", f"this host has no {path}") from None
    if file.is_cut:
        raise CannotLook("unreadable", f"{path} is larger than {_MOST_BYTES} bytes")
    return _observe(params, parse(file.text), str(path), policy)


def _observe(
    params: Mapping[str, Any], entries: Sequence[Entry], path: str, policy: Policy
) -> Observation:
    name = params["name"]
    own = [each for each in entries if name in each.names]
    found = _addresses(name, entries, policy)
    compared = {other: _addresses(other, entries, policy) for other in params["compare"]}
    facts = names.facts(name, found, compared)
    facts |= {"path": path, "lines": [each.line for each in own]}
    facts["hosts_file_line"] = own[0].line if own else None
    code, words = ("missing", f"is not in {path}")
    if found:
        code, words = names.judge(params, found, compared)
        words = f"{words} by line {own[0].line} of {path}" if own else words
    return Observation(reason_code=code, facts=facts, summary=f"{name} {words}")


def _addresses(name: str, entries: Sequence[Entry], policy: Policy) -> list[IP]:
    try:
        return [ipaddress.ip_address(name)]
    except ValueError:
        found = [each.address for each in entries if name in each.names]
    for address in found:
        check_tellable(address, policy=policy, asked=name)
    # Programs do not try them in the order of the lines: IPv6 comes first (RFC 6724, 2.1).
    return sorted(dict.fromkeys(found), key=lambda address: -address.version)


def _judging(params: Mapping[str, Any]) -> Mapping[str, Status]:
    if params["expect"] == "absent":
        return {
            "missing": Status.OK,
            "resolves": Status.CRITICAL,
            "v6_first": Status.CRITICAL,
        }
    return {}


KIND = Kind(
    name="hosts_entry",
    title="Entry of the hosts file",
    help="Reads this host's hosts file, which comes before any name server, and says which line "
    "speaks of a name.",
    params=(
        *names.PARAMS,
        Param(
            name="expect",
            type="choice",
            choices=("present", "absent"),
            default="present",
            help="absent: no line should speak of the name.",
        ),
    ),
    reasons=reasons(
        ok=("resolves",),
        warning=("v6_first",),
        critical=("wrong_address", "missing"),
        unknown=("unreadable", "timeout"),
    ),
    look=look,
    cost_s=0.05,
    check=names.check,
    judging=_judging,
    facts={
        **names.FACTS,
        "path": "The hosts file of this system.",
        "lines": "The lines that speak of the name.",
        "hosts_file_line": "The first of them.",
    },
    example={"name": "localhost", "expect_addresses": ["127.0.0.1"]},
)

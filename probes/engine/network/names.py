"""What the addresses of a name say: those that were expected, another's, or the wrong family first.

Shared by asking the resolver and reading the hosts file.
"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from probes.engine.errors import Complaint
from probes.engine.guard import IP
from probes.engine.schema import Param
from probes.engine.spec import Network

PARAMS = (
    Param(name="name", type="host", required=True, help="Name, such as localhost."),
    Param(
        name="expect_addresses",
        type="text",
        multiple=True,
        help="Addresses or networks; of each family among them, no other is right.",
    ),
    Param(
        name="compare",
        type="host",
        multiple=True,
        help="Names or addresses that must lead to the same place, such as 127.0.0.1.",
    ),
)
FACTS = {
    "name": "The name that was asked for.",
    "addresses": "Its addresses, in the order programs try them.",
    "families": "Their families, in that order.",
    "compared": "One entry per compared name: the name and its addresses.",
}


def facts(name: str, found: Sequence[IP], compared: Mapping[str, Sequence[IP]]) -> dict[str, Any]:
    return {
        "name": name,
        "addresses": [str(each) for each in found],
        "families": list(dict.fromkeys(f"ipv{each.version}" for each in found)),
        "compared": [
            {"name": other, "addresses": [str(each) for each in own]}
            for other, own in compared.items()
        ],
    }


def judge(
    params: Mapping[str, Any], found: Sequence[IP], compared: Mapping[str, Sequence[IP]]
) -> tuple[str, str]:
    """The reason code and what to say of the name. `found` is not empty."""
    expected = [ipaddress.ip_network(each) for each in params["expect_addresses"]]
    listed = ", ".join(str(each) for each in found)
    if wrong := [each for each in found if not _is_right(each, expected)] or (
        found if expected and not _share(found, expected) else []
    ):
        return "wrong_address", f"has {_listed(wrong)}, not {_listed(expected)}"
    for other, own in compared.items():
        if not own:
            return "missing", f"has {listed}, but {other} has no address"
        if not set(found) & set(own):
            return "wrong_address", f"has {listed}, but {other} has {_listed(own)}"
    if _surprises(found, [*expected, *(each for own in compared.values() for each in own)]):
        return "v6_first", f"has {found[0]} first, so a server on IPv4 alone may seem off"
    return "resolves", f"has {listed}"


def _is_right(address: IP, expected: Sequence[Network]) -> bool:
    """Nothing is said of a family that is not among the expected."""
    same = [network for network in expected if network.version == address.version]
    return not same or any(address in network for network in same)


def _share(found: Sequence[IP], expected: Sequence[Network]) -> bool:
    return any(address in network for address in found for network in expected)


def _surprises(found: Sequence[IP], meant: Sequence[IP | Network]) -> bool:
    """IPv6 comes first where IPv4 alone is meant; or on loopback, where servers often have one."""
    if found[0].version == 4 or all(each.version == 6 for each in found):
        return False
    if meant:
        return all(each.version == 4 for each in meant)
    return all(each.is_loopback for each in found)


def _listed(addresses: Iterable[IP | Network]) -> str:
    return ", ".join(str(each).removesuffix("/32").removesuffix("/128") for each in addresses)


def check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    for text in params["expect_addresses"]:
        try:
            if "${" not in text:
                ipaddress.ip_network(text)
        except ValueError:
            yield Complaint(
                field="expect_addresses",
                message=f"{text} is not an address or a network such as 10.0.0.0/8",
            )

"""The network devices of this host but the loopback one, with their addresses."""

import contextlib
import ipaddress
from collections.abc import Iterator, Mapping, Sequence

from probes.engine.errors import CannotLook

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def interfaces() -> Mapping[str, Sequence[Address]]:
    """Addresses by device, none of them loopback. Raises CannotLook where psutil is missing."""
    try:
        import psutil
    except ImportError:
        raise CannotLook(
            "library_missing",
            "this host's own addresses are read with psutil; install it with "
            "`python3 -m pip install psutil`",
        ) from None
    devices = psutil.net_if_addrs()
    return {
        name: list(_addresses(entry.address for entry in entries))
        for name, entries in devices.items()
        if name != "lo"
    }


def _addresses(texts: Iterator[str]) -> Iterator[Address]:
    """Without those of hardware. A link-local one carries its device, as %eth0."""
    for text in texts:
        with contextlib.suppress(ValueError):
            address = ipaddress.ip_address(text.partition("%")[0])
            if not address.is_loopback:
                yield address

"""Under which names this machine may be asked, and which of them to print."""

import ipaddress
import socket

import psutil

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def allowed_hosts(host: str) -> list[str]:
    """For ALLOWED_HOSTS: loopback, the host itself, or all of this machine's names for a wildcard."""
    if is_wildcard(host):
        return [*LOOPBACK, *_own_names()]
    return list(dict.fromkeys([*LOOPBACK, in_url(host)]))


def _own_names() -> list[str]:
    found = [one for each in psutil.net_if_addrs().values() for one in each]
    families = (socket.AF_INET, socket.AF_INET6)
    numbers = [in_url(one.address.partition("%")[0]) for one in found if one.family in families]
    # The name as the machine knows it; no resolver is asked.
    names = [socket.gethostname().lower(), *numbers]
    return list(dict.fromkeys(names))


def is_wildcard(host: str) -> bool:
    return host in ("", "0.0.0.0", "::", "*")  # noqa: S104 - compared, not bound


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def in_url(host: str) -> str:
    """An IPv6 address stands in brackets."""
    return f"[{host}]" if ":" in host else host


def url(host: str, port: int) -> str:
    return f"http://{'127.0.0.1' if is_wildcard(host) else in_url(host)}:{port}/"

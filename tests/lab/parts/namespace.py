"""Network namespaces with private addresses that exist nowhere else, cabled to one another.

    outside 10.99.0.1 -- 10.99.0.2 cloud 10.99.1.1 -- 10.99.1.2 inside

`outside` is where the load balancer and its users are, `inside` is the API's own host, and
`cloud` forwards between them: a security group is a filter there, which no host can see.
"""

import subprocess
from pathlib import Path

from tests.lab.janitor import HOSTS
from tests.lab.lab import Lab
from tests.lab.machine import found
from tests.lab.place import Place

OUTSIDE, INSIDE = "10.99.0.1", "10.99.1.2"
_NETWORK = "10.99.0.0/16"
_NAMES = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n"


def namespace(lab: Lab, name: str, address: str) -> Place:
    """An empty network namespace with nothing but its loopback."""
    place = Place(name=name, address=address, namespace=f"{lab.name}-{name}")
    lab.leave_to_janitor("namespace", place.namespace)
    ip("netns", "add", place.namespace)
    ip("-n", place.namespace, "link", "set", "lo", "up")
    name_hosts(place, _NAMES)
    lab.places[name] = place
    return place


def name_hosts(place: Place, lines: str) -> None:
    """What processes started there from now on see as /etc/hosts."""
    folder = HOSTS / place.namespace
    folder.mkdir(parents=True, exist_ok=True)
    Path(folder, "hosts").write_text(lines)


def cable(lab: Lab) -> tuple[Place, Place, Place]:
    """Outside, cloud and inside, as drawn above."""
    outside = namespace(lab, "outside", OUTSIDE)
    cloud = namespace(lab, "cloud", "10.99.0.2")
    inside = namespace(lab, "inside", INSIDE)
    _connect(outside, cloud, port="eth0", addresses=(OUTSIDE, "10.99.0.2"))
    _connect(inside, cloud, port="eth1", addresses=(INSIDE, "10.99.1.1"))
    subprocess.run(cloud.argv(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]), check=True)
    ip("-n", outside.namespace, "route", "add", _NETWORK, "via", "10.99.0.2")
    ip("-n", inside.namespace, "route", "add", _NETWORK, "via", "10.99.1.1")
    return outside, cloud, inside


def _connect(host: Place, cloud: Place, *, port: str, addresses: tuple[str, str]) -> None:
    """A cable from the host's eth0 to that port of the cloud; neither end is ever on this host."""
    ends = ((host, "eth0", addresses[0]), (cloud, port, addresses[1]))
    ip(
        "link", "add", "eth0", "netns", host.namespace,
        "type", "veth", "peer", "name", port, "netns", cloud.namespace,
    )  # fmt: skip
    for place, device, address in ends:
        ip("-n", place.namespace, "address", "add", f"{address}/24", "dev", device)
        ip("-n", place.namespace, "link", "set", device, "up")


def ip(*arguments: str) -> None:
    done = subprocess.run(
        [found("ip") or "ip", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")

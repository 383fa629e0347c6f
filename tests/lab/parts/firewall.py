"""Rules of nftables in a namespace of the lab: what is dropped, and what is refused."""

import subprocess

from tests.lab.machine import found
from tests.lab.place import Place

DROP = "drop"
REJECT_WITH_RESET = "reject with tcp reset"
REJECT_WITH_ICMP = "reject with icmp port-unreachable"
# What firewalld sends; connecting ends with "no route to host".
REJECT_AS_PROHIBITED = "reject with icmp admin-prohibited"


def filter_port(place: Place, port: int, verdict: str, *, hook: str = "input") -> None:
    """Do that to whatever comes for the port over the network; loopback is left alone."""
    ruleset(
        place,
        f"""
        table inet lab {{
          chain guard {{
            type filter hook {hook} priority 0; policy accept;
            iifname != "lo" tcp dport {port} counter {verdict}
          }}
        }}
        """,
    )


def open_all(place: Place) -> None:
    ruleset(place, "flush ruleset")


def ruleset(place: Place, text: str) -> None:
    done = subprocess.run(
        place.argv([found("nft") or "nft", "-f", "-"]),
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"nft: {done.stderr.strip()}")

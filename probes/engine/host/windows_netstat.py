"""Reading what `netstat -ano` and `netstat -anob` print on Windows, in any of its languages."""

import ipaddress
import re
from dataclasses import dataclass, replace

# Headings and states are translated (German: ABHÖREN), so only the columns are relied on:
# nobody is at the other end of a listening socket.
_NOBODY = ("0.0.0.0:0", "[::]:0")
_ROW = re.compile(r"\s*TCP\s+(?P<local>\S+):(?P<port>\d{1,5})\s+(?P<foreign>\S+)\s.*?(?P<pid>\d+)")
# With -b the program stands below its socket: `[svchost.exe]`, maybe after a service's name.
_PROGRAM = re.compile(r"\s*\[(?P<name>[^\[\]]+)\]")


@dataclass(frozen=True, kw_only=True)
class ListeningSocket:
    """One listening TCP socket; `process` is empty without -b or where it is not told."""

    address: str
    port: int
    pid: int
    process: str = ""

    @property
    def family(self) -> str:
        return "ipv6" if ":" in self.address else "ipv4"


def listening_sockets(printed: str) -> list[ListeningSocket]:
    """In the order they were printed; lines that are no row of the table are passed over."""
    found: list[ListeningSocket] = []
    is_owner_awaited = False
    for line in printed.splitlines():
        if row := _ROW.fullmatch(line.rstrip()):
            listening = _listening(row)
            found += listening
            is_owner_awaited = bool(listening)
        elif line.split()[:1] in (["TCP"], ["UDP"]):
            is_owner_awaited = False
        elif is_owner_awaited and (program := _PROGRAM.fullmatch(line.rstrip())):
            found[-1] = replace(found[-1], process=program["name"])
            is_owner_awaited = False
    return found


def _listening(row: re.Match[str]) -> list[ListeningSocket]:
    if row["foreign"] not in _NOBODY or int(row["port"]) > 65535:
        return []
    try:
        address = ipaddress.ip_address(row["local"].strip("[]").partition("%")[0])
    except ValueError:
        return []
    return [ListeningSocket(address=str(address), port=int(row["port"]), pid=int(row["pid"]))]

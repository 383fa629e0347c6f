"""Runs probes where names mean what the test says: `own_names.py`, a JSON request on stdin.

Started by `looked_up` in namespaces of its own: its hosts file and resolv.conf lie over the
host's, and a name server on its own loopback answers. Nothing leaves the machine.
"""

import asyncio
import contextlib
import ipaddress
import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from probes.engine.runner import run_one
from probes.engine.spec import Policy, ProbeSpec

NXDOMAIN, SERVFAIL = 3, 2
ROOT = str(Path(__file__).parents[3])


def looked_up(
    *specs: dict[str, Any],
    hosts: str = "",
    zone: dict[str, Any],
    listen: tuple[str, int] | None = None,
    **policy: Any,
) -> Any:
    """The results as [status, reason_code, facts, summary], one per {kind, params}.

    `zone` gives addresses by name; a name that is not there does not exist, and one with
    None makes the server fail. `listen` is where something else accepts connections.
    """
    request = {"specs": specs, "hosts": hosts, "zone": zone, "listen": listen, "policy": policy}
    ran = subprocess.run(
        ["unshare", "--mount", "--net", sys.executable, "-m", "tests.probes.engine.own_names"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def _answer(query: bytes, zone: dict[str, Any]) -> bytes:
    labels, at = [], 12
    while size := query[at]:
        labels.append(query[at + 1 : at + 1 + size].decode())
        at += 1 + size
    question = query[12 : at + 5]
    wanted = struct.unpack(">H", question[-4:-2])[0]
    name = ".".join(labels).lower()
    code = 0 if zone.get(name) else SERVFAIL if name in zone else NXDOMAIN
    found = [ipaddress.ip_address(each) for each in zone.get(name) or ()]
    records = [each.packed for each in found if {4: 1, 6: 28}[each.version] == wanted]
    head = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(records), 0, 0)
    body = b"".join(
        b"\xc0\x0c" + struct.pack(">HHIH", wanted, 1, 60, len(packed)) + packed
        for packed in records
    )
    return head + question + body


def _serve(server: socket.socket, zone: dict[str, Any]) -> None:
    while True:
        query, asked_by = server.recvfrom(512)
        server.sendto(_answer(query, zone), asked_by)


def _lay_over(path: str, text: str, folder: str) -> None:
    own = Path(folder, Path(path).name)
    own.write_text(text)
    subprocess.run(["mount", "--bind", str(own), path], check=True)


async def _run(request: dict[str, Any]) -> list[Any]:
    said = []
    for each in request["specs"]:
        spec = ProbeSpec(timeout_s=5, **each)
        result = await run_one(spec, policy=Policy.read(**request["policy"]))
        said.append([result.status, result.reason_code, result.facts, result.summary])
    return said


def main() -> None:
    request = json.load(sys.stdin)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    threading.Thread(target=_serve, args=(server, request["zone"]), daemon=True).start()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        if request["listen"]:
            stack.enter_context(socket.create_server(tuple(request["listen"])))
        _lay_over("/etc/hosts", request["hosts"], folder)
        _lay_over("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1\n", folder)
        json.dump(asyncio.run(_run(request)), sys.stdout)
        subprocess.run(["umount", "/etc/hosts", "/etc/resolv.conf"], check=True)


if __name__ == "__main__":
    main()

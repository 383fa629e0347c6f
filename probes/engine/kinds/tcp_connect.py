"""tcp_connect: does something accept connections at this host and port, seen from here?"""

from collections.abc import Mapping
from typing import Any

from probes.engine.guard import NameNotFound, resolve
from probes.engine.network.connect import Attempt, close_all, connect_all, winner
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_SAYS = {
    "connected": "accepts connections",
    "refused": "refused the connection",
    "timed_out_connect": "did not answer in time; the connection was dropped",
    "reset": "broke the connection off while connecting",
    "no_route": "cannot be reached: there is no route",
}


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    host, port = params["host"], params["port"]
    try:
        addresses = await resolve(host, port, policy=policy, deadline=deadline)
    except NameNotFound as error:
        facts = {"host": host, "port": port, "addresses": []}
        return Observation(reason_code="dns_failed", facts=facts, summary=str(error))
    attempts = await connect_all(addresses, deadline=deadline)
    try:
        return _observe(host, port, attempts)
    finally:
        close_all(attempts)


def _observe(host: str, port: int, attempts: list[Attempt]) -> Observation:
    telling = winner(attempts)
    facts = {
        "host": host,
        "port": port,
        "outcome": telling.outcome,
        "peer_ip": telling.address.ip,
        "errno": telling.facts["errno"],
        "elapsed_s": telling.facts["elapsed_s"],
        "addresses": [attempt.facts for attempt in attempts],
    }
    summary = f"{host} port {port} {_SAYS[telling.outcome]}"
    if len({attempt.outcome for attempt in attempts}) > 1:
        each = ", ".join(f"{attempt.address.ip} {attempt.outcome}" for attempt in attempts)
        summary = f"{summary} ({each})"
    return Observation(reason_code=telling.outcome, facts=facts, summary=summary)


KIND = Kind(
    name="tcp_connect",
    title="TCP connection",
    help="Connects to a host and port and closes again, trying every address of the name.",
    params=(
        Param(name="host", type="host", required=True, help="Name or IP address."),
        Param(name="port", type="port", required=True),
    ),
    reasons=reasons(
        ok=("connected",),
        critical=("refused", "timed_out_connect", "reset", "no_route", "dns_failed"),
        unknown=("resolver_unavailable",),
    ),
    look=look,
    cost_s=0.1,
    facts={
        "host": "What was asked for.",
        "port": "The port that was asked.",
        "outcome": "How connecting ended, for the address that tells most.",
        "peer_ip": "That address.",
        "errno": "The system's name of the error.",
        "elapsed_s": "Seconds that connecting took.",
        "addresses": "One entry per address of the name: how connecting to it ended.",
    },
    example={"host": "localhost", "port": 8000},
)

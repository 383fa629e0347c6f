"""dns_resolve: which addresses does the system's resolver give for this name, and in what order?"""

import asyncio
from collections.abc import Mapping
from typing import Any

from probes.engine.guard import IP, NameNotFound, addresses_of
from probes.engine.network import names
from probes.engine.schema import Kind, reasons
from probes.engine.spec import Observation, Policy


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    """Only asks, never connects; what may be told is the guard's matter."""
    asked = list(dict.fromkeys([params["name"], *params["compare"]]))
    answers = await asyncio.gather(*(_addresses(name, policy, deadline) for name in asked))
    found, *others = answers
    compared = dict(zip(asked[1:], others, strict=True))
    return _observe(params, found, compared)


async def _addresses(name: str, policy: Policy, deadline: float) -> tuple[IP, ...]:
    try:
        return await addresses_of(name, policy=policy, deadline=deadline)
    except NameNotFound:
        return ()


def _observe(
    params: Mapping[str, Any], found: tuple[IP, ...], compared: Mapping[str, tuple[IP, ...]]
) -> Observation:
    facts = names.facts(params["name"], found, compared)
    code, words = ("missing", "has no address")
    if found:
        code, words = names.judge(params, found, compared)
    return Observation(reason_code=code, facts=facts, summary=f"{params['name']} {words}")


KIND = Kind(
    name="dns_resolve",
    title="Name resolution",
    help="Asks the system's resolver, hosts file included, as a program on this host would, for "
    "every address of a name. It never connects.",
    params=names.PARAMS,
    reasons=reasons(
        ok=("resolves",),
        warning=("v6_first",),
        critical=("wrong_address", "missing"),
        unknown=("resolver_unavailable",),
    ),
    look=look,
    cost_s=0.1,
    check=names.check,
    facts=names.FACTS,
    example={"name": "localhost", "compare": ["127.0.0.1"]},
)

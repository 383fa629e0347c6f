"""The API runs and listens, and something between it and the world keeps its port closed."""

import functools
from collections.abc import Iterator

from tests.lab.lab import Lab
from tests.lab.machine import FILTERED
from tests.lab.parts import firewall
from tests.lab.parts.site import PORT, Site
from tests.lab.scenario import Look, Scenario, Stage
from tests.lab.scenarios.looks import (
    all_is_well,
    answered,
    direct,
    healthy,
    http_direct,
    listener,
    masked,
)

_INSIDE = f"http://127.0.0.1:{PORT}"


def _group_drops(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    site.serve()
    firewall.filter_port(site.cloud, PORT, firewall.DROP, hook="forward")
    yield Stage(
        title="the security group has no rule for port 8000",
        # No host can see a filter that stands before it.
        looks=(masked(504), answered(504), *_dropped(), _own_filter("no_firewall")),
    )
    firewall.open_all(site.cloud)
    yield Stage(title="the security group lets port 8000 in", looks=all_is_well())


def _host_drops(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    site.serve()
    firewall.filter_port(site.inside, PORT, firewall.DROP)
    yield Stage(
        title="the API's own host drops what comes over the network",
        looks=(
            *_dropped(),
            healthy(at="inside", base=_INSIDE),
            masked(504),
            _own_filter("blocked", "drop"),
        ),
    )
    firewall.open_all(site.inside)
    yield Stage(title="its firewall lets port 8000 in", looks=all_is_well())


def _dropped() -> tuple[Look, ...]:
    """The same connection from two vantage points, and the listener that is there all the time."""
    return (
        direct("timed_out_connect"),
        http_direct("timed_out_connect", phase="connect"),
        direct("connected", at="inside"),
        listener("listening", "0.0.0.0", expect_bind="0.0.0.0"),
    )


def _own_filter(reason: str, *actions: str) -> Look:
    """What the API's own host reads in the rules of its packet filter."""
    return Look(
        at="inside",
        kind="firewall_port",
        params={"port": PORT},
        status="CRITICAL" if reason == "blocked" else "OK",
        reason=reason,
        facts={"action": list(actions)} if actions else {},
    )


def _host_rejects(lab: Lab, *, verdict: str, reason: str, errno: str) -> Iterator[Stage]:
    site = Site(lab).balanced()
    site.serve()
    firewall.filter_port(site.inside, PORT, verdict)
    yield Stage(
        title=f"the API's own host answers for it: {verdict}",
        looks=(
            direct(reason, errno=errno),
            direct("connected", at="inside"),
            listener("listening", "0.0.0.0", expect_bind="0.0.0.0"),
            masked(502),
            answered(502),
            _own_filter("blocked", "reject"),
        ),
    )
    firewall.open_all(site.inside)
    yield Stage(title="its firewall lets port 8000 in", looks=all_is_well())


_REFUSED, _NO_ROUTE = "ECONNREFUSED", "EHOSTUNREACH"

SCENARIOS = (
    Scenario(
        slug="group-drops",
        row="SG/firewall drop",
        sentence="A filter before the API's host drops what comes for port 8000; the API runs.",
        cause="filtered: the security group has no rule",
        stages=_group_drops,
        needs=FILTERED,
    ),
    Scenario(
        slug="host-drops",
        row="drop except loopback",
        sentence="The API's own firewall drops what comes over the network: inside all is well.",
        cause="host firewall",
        stages=_host_drops,
        needs=FILTERED,
    ),
    Scenario(
        slug="host-rejects-reset",
        row="firewall reject (RST or ICMP)",
        sentence="A firewall refuses with a reset, as if no server were there.",
        cause="reject rule, not a server that is off",
        stages=functools.partial(
            _host_rejects, verdict=firewall.REJECT_WITH_RESET, reason="refused", errno=_REFUSED
        ),
        needs=FILTERED,
    ),
    Scenario(
        slug="host-rejects-icmp",
        row="firewall reject (RST or ICMP)",
        sentence="A firewall refuses with an ICMP message; connecting ends the same way.",
        cause="reject rule, not a server that is off",
        stages=functools.partial(
            _host_rejects, verdict=firewall.REJECT_WITH_ICMP, reason="refused", errno=_REFUSED
        ),
        needs=FILTERED,
    ),
    Scenario(
        slug="host-prohibits",
        row="firewall reject (RST or ICMP)",
        sentence="A firewall answers as firewalld does: there is no route, it says.",
        cause="reject rule, not a broken route",
        stages=functools.partial(
            _host_rejects,
            verdict=firewall.REJECT_AS_PROHIBITED,
            reason="no_route",
            errno=_NO_ROUTE,
        ),
        needs=FILTERED,
    ),
)

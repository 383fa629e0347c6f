"""localhost is a name: of two addresses, or of a wrong one."""

from collections.abc import Iterator

from tests.lab.lab import Lab
from tests.lab.machine import SITE
from tests.lab.parts.namespace import name_hosts
from tests.lab.parts.site import PORT, Site
from tests.lab.scenario import Look, Scenario, Stage


def _one_family(lab: Lab) -> Iterator[Stage]:
    Site(lab).serve(host="127.0.0.1")
    yield Stage(
        title="the API listens on 127.0.0.1, and localhost is ::1 as well",
        looks=(
            _tcp(
                "localhost",
                "connected",
                addresses=_by_address({"127.0.0.1": "connected", "::1": "refused"}),
            ),
            _name("dns_resolve", "v6_first", addresses=["::1", "127.0.0.1"]),
            _tcp("127.0.0.1", "connected"),
            _tcp("::1", "refused"),
            _http("localhost", "as_expected", peer_ip="127.0.0.1"),
            _http("[::1]", "refused"),
        ),
    )


def _by_address(wanted: dict[str, str]) -> object:
    def outcomes_are_as_named(addresses: list[dict[str, str]]) -> bool:
        return {each["address"]: each["outcome"] for each in addresses} == wanted

    return outcomes_are_as_named


def _hosts_file(lab: Lab) -> Iterator[Stage]:
    site = Site(lab)
    site.serve()
    name_hosts(site.inside, "10.99.7.7 localhost\n")
    yield Stage(
        title="the hosts file sends localhost elsewhere",
        looks=(
            _tcp("127.0.0.1", "connected"),
            _tcp("localhost", "no_route", peer_ip="10.99.7.7"),
            _name("dns_resolve", "wrong_address", addresses=["10.99.7.7"]),
            _name("hosts_entry", "wrong_address", hosts_file_line=1),
        ),
    )
    name_hosts(site.inside, "127.0.0.1 localhost\n")
    yield Stage(
        title="the hosts file is as it should be",
        looks=(
            _tcp("127.0.0.1", "connected"),
            _tcp("localhost", "connected"),
            _name("dns_resolve", "resolves", addresses=["127.0.0.1"]),
            _name("hosts_entry", "resolves", hosts_file_line=1),
        ),
    )


def _tcp(host: str, reason: str, **facts: object) -> Look:
    return Look(
        at="inside",
        kind="tcp_connect",
        params={"host": host, "port": PORT},
        status="OK" if reason == "connected" else "CRITICAL",
        reason=reason,
        facts=facts,
    )


def _name(kind: str, reason: str, **facts: object) -> Look:
    """What the resolver, or the hosts file alone, makes of localhost."""
    return Look(
        at="inside",
        kind=kind,
        params={"name": "localhost", "expect_addresses": ["127.0.0.1"]},
        status={"resolves": "OK", "v6_first": "WARNING"}.get(reason, "CRITICAL"),
        reason=reason,
        facts=facts,
    )


def _http(host: str, reason: str, **facts: object) -> Look:
    return Look(
        at="inside",
        kind="http",
        params={"url": f"http://{host}:{PORT}/health", "expect_status": [200]},
        status="OK" if reason == "as_expected" else "CRITICAL",
        reason=reason,
        facts=facts,
    )


SCENARIOS = (
    Scenario(
        slug="localhost-families",
        row="localhost vs 127.0.0.1",
        sentence="The API listens on 127.0.0.1 only: localhost works, [::1] is refused.",
        cause="one address family",
        stages=_one_family,
        needs=SITE,
    ),
    Scenario(
        slug="hosts-file",
        row="localhost vs 127.0.0.1",
        sentence="The hosts file gives localhost another address; 127.0.0.1 works.",
        cause="hosts file",
        stages=_hosts_file,
        needs=SITE,
    ),
)

"""What a location allows becomes the engine's policy."""

import ipaddress

import pytest

from probes import services

pytestmark = pytest.mark.django_db


def test_server_starts_with_loopback_only() -> None:
    location = services.server_location()

    policy = services.policy_of(location)

    assert policy.networks == (
        ipaddress.ip_network("127.0.0.0/8"),
        ipaddress.ip_network("::1/128"),
    )
    assert (policy.roots, policy.interpreters) == ((), frozenset())
    assert services.server_location() == location


def test_own_ports_are_denied(settings) -> None:
    settings.KNOWNFIX_OWN_PORTS = [8420, 9000]

    assert services.policy_of(services.server_location()).denied_ports == {8420, 9000}

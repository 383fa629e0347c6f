"""Prepares the base that a person plays with: what its places may touch, and an agent's token.

python3 -m tests.lab.parts.furnish LIMITS [HOST]

Run in the base's own environment. With HOST, the API's host, it makes the location `inside` for an
agent there and a service that is looked at from it, and prints the agent's token as its last line.
"""

import os
import sys
from pathlib import Path

import django


def main(limits: str, host: str = "") -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from probes.services import server_location

    _widen(server_location(), limits)
    if host:
        sys.stdout.write(f"{_inside(limits, host)}\n")


def _widen(location, limits: str) -> None:
    from probes.engine.limits import read_limits

    allowed = read_limits(Path(limits))
    location.networks = [str(network) for network in allowed.networks]
    location.roots = list(allowed.roots)
    location.interpreters = sorted(allowed.interpreters)
    location.save()


def _inside(limits: str, host: str) -> str:
    from kb.models import Service
    from probes.models import Location
    from probes.services import issue_token

    location = Location.objects.create(slug="inside", name="inside")
    _widen(location, limits)
    bindings = {"location": "inside", "host": host, "port": 8000}
    Service.objects.create(slug="academy-api", name="academy-api", bindings=bindings)
    return issue_token(location, by=None)


if __name__ == "__main__":
    main(*sys.argv[1:])

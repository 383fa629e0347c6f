"""Where probes look from, and what they may touch there."""

from django.conf import settings

from probes.engine.spec import Policy
from probes.models import Location

SERVER = "server"


def server_location() -> Location:
    """The base's own host; made at the first call, allowed to look at loopback only."""
    return Location.objects.get_or_create(slug=SERVER, defaults={"name": "Server"})[0]


def policy_of(location: Location) -> Policy:
    """The location's own limits, without the ports this base answers on.

    Raises InvalidParams with every complaint when the stored limits cannot be read.
    """
    return Policy.read(
        networks=location.networks,
        roots=location.roots,
        kinds=location.kinds,
        interpreters=location.interpreters,
        denied_ports=settings.KNOWNFIX_OWN_PORTS,
    )

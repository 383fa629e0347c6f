"""Where probes look from, and what they may touch there."""

import logging
from pathlib import Path

from django.conf import settings

from probes.engine.errors import InvalidParams
from probes.engine.limits import narrowed, read_limits
from probes.engine.spec import Policy
from probes.models import Location

logger = logging.getLogger(__name__)

SERVER = "server"


def server_location() -> Location:
    """The base's own host; made at the first call, allowed to look at loopback only."""
    return Location.objects.get_or_create(slug=SERVER, defaults={"name": "Server"})[0]


def policy_of(location: Location) -> Policy:
    """The location's own limits, without the ports this base answers on.

    On the base's own host, its limits file narrows them, and names plugins and secrets.
    Raises InvalidParams with every complaint when the limits cannot be read.
    """
    stored = Policy.read(
        networks=location.networks,
        roots=location.roots,
        kinds=location.kinds,
        interpreters=location.interpreters,
        denied_ports=settings.KNOWNFIX_OWN_PORTS,
    )
    return _on_this_host(stored) if location.slug == SERVER else stored


def policy_or_nothing(location: Location) -> Policy:
    """The same for who runs probes: unreadable limits allow nothing, and each probe then says that
    it was not allowed to look."""
    try:
        return policy_of(location)
    except InvalidParams as broken:
        logger.error("location %s cannot be read: %s", location.slug, broken)
        return Policy()


def _on_this_host(stored: Policy) -> Policy:
    path = settings.KNOWNFIX_LIMITS
    if not path:
        return stored
    return narrowed(read_limits(Path(path), unsaid=stored), wished=stored)

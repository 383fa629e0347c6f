"""The tokens of agents: made and shown once, rotated, revoked, and who last came with one."""

import hashlib
import logging
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from probes.models import Location
from probes.services.locations import SERVER

audit = logging.getLogger("knownfix.audit")

# After a new token is made: how long the former one still opens, so that agents can change over.
CHANGE_OVER = timedelta(hours=1)
# An agent asks every few seconds; a write each time would keep SQLite's one writer busy.
_SEEN_EVERY = timedelta(seconds=30)
# An agent asks for work every few seconds; quiet for so long, it is not there.
AWAY_AFTER = timedelta(minutes=10)


class NoAgentHere(ValueError):
    """The base's own host is looked from by its workers, never by an agent."""


def issue_token(location: Location, *, by: AbstractBaseUser | None) -> str:
    """A new secret for the agents of this location; only its digest is kept.

    The former one opens for another hour. Raises NoAgentHere for the base's own host.
    """
    if location.slug == SERVER:
        raise NoAgentHere(
            _("This base's own workers look from here; an agent needs another place.")
        )
    secret = "ka_" + secrets.token_urlsafe(30)
    Location.objects.filter(pk=location.pk).update(
        token_hash=digest_of(secret),
        token_made_at=Now(),
        former_token_hash=F("token_hash"),
        former_token_until=Now() + CHANGE_OVER,
    )
    audit.info("agent token of location %s made by %s", location.slug, _named(by))
    return secret


def revoke_token(location: Location, *, by: AbstractBaseUser | None) -> bool:
    """Close the location to every agent at once; False when it had no token."""
    had_one = Q(pk=location.pk) & (~Q(token_hash="") | ~Q(former_token_hash=""))
    revoked = Location.objects.filter(had_one).update(
        token_hash="", token_made_at=None, former_token_hash="", former_token_until=None
    )
    if revoked:
        audit.info("agent token of location %s revoked by %s", location.slug, _named(by))
    return revoked == 1


def location_of_token(secret: str) -> Location | None:
    digest = digest_of(secret)
    former = Q(former_token_hash=digest, former_token_until__gt=Now())
    return Location.objects.filter(Q(token_hash=digest) | former).first()


def note_agent(location: Location, *, host: str, version: str) -> None:
    """Remember that an agent came, which one, and when."""
    is_other = ~Q(agent_host=host) | ~Q(agent_version=version)
    is_due = Q(last_seen_at=None) | Q(last_seen_at__lt=Now() - _SEEN_EVERY)
    stale = Location.objects.filter(is_other | is_due, pk=location.pk)
    # Read first: an update that changes nothing would still take SQLite's write lock.
    if stale.exists():
        stale.update(last_seen_at=Now(), agent_host=host, agent_version=version)


def digest_of(secret: str) -> str:
    # The secret has 240 random bits, so a plain digest cannot be guessed back.
    return hashlib.sha256(secret.encode()).hexdigest()


def _named(by: AbstractBaseUser | None) -> str:
    return by.get_username() if by is not None else "the command line"

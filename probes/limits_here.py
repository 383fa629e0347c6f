"""What a kind may touch at a location, as a sentence for whoever writes a probe of that kind."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from probes.engine.errors import InvalidParams
from probes.engine.schema import Kind
from probes.engine.spec import Policy
from probes.models import Location
from probes.services.locations import SERVER, policy_of

Words = str | Promise

_MOST_LOCATIONS = 6
_REACHING = frozenset(
    {
        *("tcp_connect", "tls_certificate", "http", "http_timing", "cors_preflight"),
        *("dns_resolve", "hosts_entry", "sql_query"),
    }
)
_SECRETS = frozenset({"dsn_ref", "secret_headers"})


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One thing the location decides: its name, and what is allowed of it; nothing may be."""

    title: Words
    allowed: tuple[str, ...]
    nothing: Words


@dataclass(frozen=True, kw_only=True)
class LimitsHere:
    """`refusal` says why the kind cannot look there at all; empty where it can."""

    location: Location
    refusal: str
    limits: tuple[Limit, ...]
    is_elsewhere: bool


def limits_of(kind: Kind) -> list[LimitsHere]:
    """At each location there is, the base's own host first; the first six of them."""
    places = sorted(
        Location.objects.order_by("pk")[:_MOST_LOCATIONS], key=lambda each: each.slug != SERVER
    )
    return [_at(location, kind) for location in places]


def _at(location: Location, kind: Kind) -> LimitsHere:
    is_elsewhere = location.slug != SERVER
    try:
        policy = policy_of(location)
    except InvalidParams as broken:
        told = _("Its limits cannot be read, so nothing may look there: %(why)s")
        return LimitsHere(
            location=location,
            refusal=told % {"why": broken},
            limits=(),
            is_elsewhere=is_elsewhere,
        )
    is_refused = bool(policy.kinds) and kind.name not in policy.kinds
    return LimitsHere(
        location=location,
        refusal=_("Probes of this kind may not look from here.") if is_refused else "",
        limits=() if is_refused else tuple(_limits(kind, policy, is_elsewhere=is_elsewhere)),
        is_elsewhere=is_elsewhere,
    )


def _limits(kind: Kind, policy: Policy, *, is_elsewhere: bool) -> Iterator[Limit]:
    for title, concerns, allowed, nothing in _STORED:
        if concerns(kind):
            yield Limit(title=title, allowed=tuple(allowed(policy)), nothing=nothing)
    if is_elsewhere:
        return
    for title, concerns, allowed, nothing in _ON_THE_HOST:
        if concerns(kind):
            yield Limit(title=title, allowed=tuple(allowed(policy)), nothing=nothing)


def _asks_type(name: str) -> Callable[[Kind], bool]:
    return lambda kind: any(param.type == name for param in kind.params)


_Row = tuple[Words, Callable[[Kind], bool], Callable[[Policy], Sequence[str]], Words]

_STORED: tuple[_Row, ...] = (
    (
        gettext_lazy("Networks it may reach"),
        lambda kind: kind.name in _REACHING,
        lambda policy: [str(network) for network in policy.networks],
        gettext_lazy("No network is allowed yet."),
    ),
    (
        gettext_lazy("Folders it may read"),
        _asks_type("path"),
        lambda policy: policy.roots,
        gettext_lazy("No folder is allowed yet."),
    ),
    (
        gettext_lazy("Interpreters it may start"),
        _asks_type("interpreter"),
        lambda policy: sorted(policy.interpreters),
        gettext_lazy("No interpreter is allowed yet."),
    ),
)
# Only the host's own limits file can name these.
_ON_THE_HOST: tuple[_Row, ...] = (
    (
        gettext_lazy("Plugins there are"),
        lambda kind: kind.name == "nagios",
        lambda policy: sorted(policy.plugins),
        gettext_lazy("The host's limits file names no plugin yet."),
    ),
    (
        gettext_lazy("Secrets there are, by name"),
        lambda kind: any(param.name in _SECRETS for param in kind.params),
        lambda policy: sorted(policy.secrets),
        gettext_lazy("The host's limits file names no secret yet."),
    ),
    (
        gettext_lazy("AWS profiles it may ask with"),
        lambda kind: any(param.name == "profile" for param in kind.params),
        lambda policy: sorted(policy.aws.profiles),
        gettext_lazy("The host's limits file names no AWS profile yet."),
    ),
    (
        gettext_lazy("Docker is asked at"),
        lambda kind: kind.name.startswith("docker_"),
        lambda policy: [policy.docker_socket],
        "",
    ),
)

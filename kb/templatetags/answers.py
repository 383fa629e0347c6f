"""The words of an answer: how likely, how strong, which facts were read."""

from collections.abc import Mapping

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kb.models import Evidence

register = template.Library()

Words = Mapping[str, str | Promise]

# A belief is never shown as a number alone: the first bound it reaches names it.
BELIEFS = (
    (0.75, gettext_lazy("very likely")),
    (0.45, gettext_lazy("likely")),
    (0.15, gettext_lazy("possible")),
    (0.03, gettext_lazy("unlikely")),
    (0.0, gettext_lazy("very unlikely")),
)

STRENGTHS: Words = {
    "strong": gettext_lazy("Strong match"),
    "possible": gettext_lazy("Possible match"),
    "weak": gettext_lazy("Weak match"),
}

STATES: Words = {
    "supported": gettext_lazy("Supported"),
    "ruled_out": gettext_lazy("Ruled out"),
    "not_looked_at": gettext_lazy("Not looked at"),
    "unclear": gettext_lazy("Looked at, still unclear"),
}

FACTS: Words = {
    "error_constant": gettext_lazy("Error code"),
    "errno": gettext_lazy("errno"),
    "http_status": gettext_lazy("HTTP status"),
    "exception": gettext_lazy("Exception"),
    "message": gettext_lazy("Message"),
    "host": gettext_lazy("Host"),
    "port": gettext_lazy("Port"),
    "url": gettext_lazy("Address"),
    "origin": gettext_lazy("Origin"),
    "path": gettext_lazy("Path"),
    "module": gettext_lazy("Module"),
    "container": gettext_lazy("Container"),
    "container_state": gettext_lazy("Container state"),
    "pod": gettext_lazy("Pod"),
    "process": gettext_lazy("Process"),
    "pid": gettext_lazy("Process id"),
    "service": gettext_lazy("Service"),
    "alert": gettext_lazy("Alert"),
    "claimed_address": gettext_lazy("Says it listens on"),
    "listening_address": gettext_lazy("Seen listening on"),
    "tcp_test": gettext_lazy("Connection test"),
    "exit_code": gettext_lazy("Exit code"),
    "sqlstate": gettext_lazy("SQLSTATE"),
    "file": gettext_lazy("File"),
    "line": gettext_lazy("Line"),
    "concept": gettext_lazy("Means the same"),
    "symptom": gettext_lazy("Known message"),
    "word": gettext_lazy("Word in common"),
}

MASKED: Words = {
    "secret": gettext_lazy("secret value"),
    "token": gettext_lazy("token"),
    "password": gettext_lazy("password"),
    "email": gettext_lazy("e-mail address"),
    "cookie": gettext_lazy("cookie"),
    "authorization": gettext_lazy("authorization"),
    "private_key": gettext_lazy("private key"),
    "api_key": gettext_lazy("API key"),
    "aws_key": gettext_lazy("AWS key"),
}

SOURCES: Words = {
    "typed": gettext_lazy("typed in"),
    "paste": gettext_lazy("read from the paste"),
    "service": gettext_lazy("from the service"),
    "default": gettext_lazy("the guide's default"),
    "": pgettext_lazy("a value's source", "missing"),
}


@register.filter
def belief_words(belief: float) -> str:
    return str(next(words for bound, words in BELIEFS if belief >= bound))


@register.filter
def percent(share: float) -> str:
    """`41%`; never 0 or 100 for what is only near them."""
    if 0 < share < 0.01:
        return "< 1%"
    if 0.99 < share < 1:
        return "> 99%"
    return f"{share * 100:.0f}%"


@register.filter
def interval_words(interval: tuple[float, float]) -> str:
    """How sure a share of wins is, for whoever asks: `between 54% and 77% of the time`."""
    low, high = (percent(edge) for edge in interval)
    return _("It helps between %(low)s and %(high)s of the time (95%% sure).") % {
        "low": low,
        "high": high,
    }


@register.filter
def strength_words(strength: str) -> str:
    return str(STRENGTHS.get(strength, strength))


@register.filter
def cause_state(state: str) -> str:
    return str(STATES.get(state, state))


@register.filter
def fact_kind(kind: str) -> str:
    return str(FACTS.get(kind, kind.replace("_", " ")))


@register.filter
def value_source(source: str) -> str:
    return str(SOURCES.get(source, source))


@register.filter
def says_words(says: str) -> str:
    if says == "refined":
        return _("a narrower cause explains it better")
    return str(dict(Evidence.Says.choices).get(says, says))


@register.filter
def direction(says: str) -> str:
    """`for` or `against`: the class that colours what a rule says."""
    return "for" if says.endswith("for") else "against"


@register.filter
def masked_sort(sort: str) -> str:
    return str(MASKED.get(sort, sort.replace("_", " ")))

"""Where the time of one request went, drawn on the server as one bar."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from probes.templatetags.states import seconds

register = template.Library()

# The phases of a request in their order, as the HTTP kinds time them.
PHASES: Mapping[str, str | Promise] = {
    "dns": gettext_lazy("Looking up the name"),
    "connect": gettext_lazy("Connecting"),
    "tls": gettext_lazy("TLS handshake"),
    "ttfb": gettext_lazy("Waiting for the answer"),
    "body": gettext_lazy("Reading the answer"),
}
_PHASES_WIDTH = 600


@register.inclusion_tag("parts/phases.html")
def phases(timings: Any) -> dict[str, Any]:
    """Where the time of one request went; nothing for what an older base wrote otherwise."""
    spent = {name: timings.get(f"{name}_s") for name in PHASES} if isinstance(timings, dict) else {}
    known = {name: each for name, each in spent.items() if isinstance(each, int | float)}
    total, x, drawn = sum(known.values()), 0.0, []
    for name, each in known.items() if total else ():
        width = _PHASES_WIDTH * each / total
        title = f"{PHASES[name]}: {seconds(each)}"
        drawn.append({"name": name, "x": round(x, 1), "width": round(width, 1), "title": title})
        x += width
    return {
        "phases": drawn,
        "width": _PHASES_WIDTH,
        "summary": ", ".join(str(phase["title"]) for phase in drawn),
    }

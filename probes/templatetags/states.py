"""How a run's state looks: always a shape, a word and a colour together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from probes import kind_pages
from probes.engine import registry
from probes.engine_texts import translated
from probes.reasons import label

register = template.Library()


@dataclass(frozen=True, kw_only=True)
class Look:
    shape: str
    word: str | Promise
    name: str


LOOKS = {
    "OK": Look(shape="✓", word=_("OK"), name="ok"),
    "WARNING": Look(shape="!", word=_("Warning"), name="warning"),
    "CRITICAL": Look(shape="✕", word=pgettext_lazy("a run's status", "Critical"), name="critical"),
    "UNKNOWN": Look(shape="?", word=_("Could not look"), name="unknown"),
}
NEVER_RUN = Look(shape="○", word=_("Never run"), name="never")


@register.inclusion_tag("parts/chip.html")
def state_chip(
    status: str, text: str = "", age: datetime | None = None, href: str = ""
) -> dict[str, Any]:
    """A chip for a status; an empty status is a probe that has never run."""
    return {"look": LOOKS.get(status, NEVER_RUN), "text": text, "age": age, "href": href}


@register.filter
def reason_label(reason_code: str) -> str:
    return label(reason_code)


@register.filter
def probe_name(name: str) -> str:
    """The names that come with the product are in the catalogue; a team's own stay as written."""
    return translated(name)


@register.filter
def seconds(value: float) -> str:
    """A duration as people read it: `30 ms`, `1.2 s`; what is shorter than can be said is `< 1 ms`."""
    if 0 < value < 0.0005:
        return "< 1 ms"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


@register.inclusion_tag("parts/fact.html")
def fact(value: Any) -> dict[str, Any]:
    """A fact's value: a list of records as a small table, names with values one to a line."""
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        columns = list(dict.fromkeys(name for record in value for name in record))
        rows = [[record.get(name) for name in columns] for record in value]
        return {"columns": columns, "rows": rows}
    if isinstance(value, dict):
        return {"pairs": list(value.items()), "is_empty": not value}
    if isinstance(value, list):
        return {"items": value, "is_empty": not value}
    return {"value": value, "is_empty": value is None or value == ""}


@register.filter
def look_name(status: str) -> str:
    return LOOKS.get(status, NEVER_RUN).name


@register.filter
def look_shape(status: str) -> str:
    return LOOKS.get(status, NEVER_RUN).shape


@register.filter
def look_word(status: str) -> str:
    return str(LOOKS.get(status, NEVER_RUN).word)


@register.filter
def kind_title(name: str) -> str:
    """The kind in words; one that no longer exists stays as it is."""
    kind = registry.KINDS.get(name)
    return kind_pages.title(kind) if kind else name

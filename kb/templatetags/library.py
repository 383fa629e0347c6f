"""The list of guides: its links, and what a guide's checks saw last as small signs."""

from collections import Counter
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from kb.services.diagnosing.newest_looks import Looks
from probes.templatetags.states import LOOKS, NEVER_RUN

register = template.Library()


@register.inclusion_tag("kb/look_signs.html")
def look_signs(looks: Looks) -> dict[str, Any]:
    """A sign per state with how many checks saw it last, the worst first; in words for all."""
    signs = [(LOOKS[status], count) for status, count in Counter(looks.seen).items()]
    never = [(NEVER_RUN, looks.never)] if looks.never else []
    states = ", ".join(f"{look.word} {count}" for look, count in [*signs, *never])
    return {
        "signs": signs,
        "never": looks.never,
        "said": _("%(count)s checks: %(states)s") % {"count": looks.checks, "states": states},
        "is_any": looks.checks > 0,
    }


@register.simple_tag(takes_context=True)
def querystring_with(context: template.Context, name: str, value: str) -> str:
    """The address's question with this value, on the first page; without it for an empty value."""
    asked = context["request"].GET.copy()
    asked.pop("page", None)
    asked.pop(name, None)
    if value:
        asked[name] = value
    place = reverse("guides")
    return f"{place}?{asked.urlencode()}" if asked else place

"""The list of guides: its links, and the newest looks of a guide's checks as small signs."""

from collections import Counter
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from kb.services.newest_looks import Looks
from probes.templatetags.states import LOOKS, NEVER_RUN

register = template.Library()

# More signs than this are a pattern, not something to count.
MOST_SIGNS = 12


@register.inclusion_tag("kb/look_signs.html")
def look_signs(looks: Looks) -> dict[str, Any]:
    """A sign per check that ran, the worst first, and how many never did; in words for all."""
    counted = Counter(looks.seen)
    words = [f"{LOOKS[status].word} {count}" for status, count in counted.items()]
    if looks.never:
        words.append(f"{NEVER_RUN.word} {looks.never}")
    return {
        "signs": [LOOKS[status] for status in looks.seen[:MOST_SIGNS]],
        "more": max(0, len(looks.seen) - MOST_SIGNS),
        "never": looks.never,
        "said": _("%(count)s checks: %(states)s")
        % {"count": looks.checks, "states": ", ".join(words)},
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

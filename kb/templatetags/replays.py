"""The words of a replay: what came first under which rules, and whether that is better."""

from collections.abc import Iterable, Mapping

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()

VERDICTS: Mapping[str, str | Promise] = {
    "better": gettext_lazy("Better"),
    "worse": gettext_lazy("Worse"),
    "other": gettext_lazy("Otherwise"),
}


@register.filter
def verdict_words(verdict: str) -> str:
    return str(VERDICTS.get(verdict, verdict))


@register.filter
def cause_named(key: str, titles: Mapping[str, str]) -> str:
    """A cause by its key; without one, that nobody wrote the cause down."""
    return titles.get(key, key) if key else _("None of these")


@register.filter
def checks_named(keys: Iterable[str], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(key, key) for key in keys)

"""The engine's own name of a parameter, beside the words for it."""

from django import template

from probes.param_words import PARAM

register = template.Library()


@register.filter
def param_name(field: str) -> str:
    """`port` for the field of that parameter; empty for a field that all kinds share."""
    return field.removeprefix(PARAM) if field.startswith(PARAM) else ""

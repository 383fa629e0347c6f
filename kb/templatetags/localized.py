"""A guide's words in the reader's language."""

from django import template
from django.utils.translation import get_language

from kb.models import Cause, Check, Guide, Resolution

register = template.Library()


@register.filter
def localized(written: Guide | Resolution, field: str) -> str:
    return written.localized(field)


@register.filter
def cause_title(cause: Cause) -> str:
    return cause.guide.localized_name("causes", cause.slug, cause.title)


@register.filter
def check_name(check: Check) -> str:
    return check.guide.localized_name("checks", check.slug, check.name)


@register.filter
def resolution_title(resolution: Resolution) -> str:
    return resolution.localized("title")


@register.filter
def language_of(written: Guide | Resolution, field: str) -> str:
    """The language that `localized` answers in."""
    guide = written if isinstance(written, Guide) else written.cause.guide
    is_original = written.localized(field) == getattr(written, field)
    return guide.language if is_original else get_language() or guide.language

"""A guide's words in the reader's language."""

from django import template

from kb.models import Cause, Check, Guide, Resolution

register = template.Library()


@register.filter
def localized(guide: Guide, field: str) -> str:
    return guide.localized(field)


@register.filter
def cause_title(cause: Cause) -> str:
    return cause.guide.localized_name("causes", cause.slug, cause.title)


@register.filter
def check_name(check: Check) -> str:
    return check.guide.localized_name("checks", check.slug, check.name)


@register.filter
def resolution_title(resolution: Resolution) -> str:
    cause = resolution.cause
    slug = f"{cause.slug}/{resolution.slug}"
    return cause.guide.localized_name("resolutions", slug, resolution.title)

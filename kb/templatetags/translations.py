"""The way from a guide to its translations."""

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from kb.models import Guide

register = template.Library()


@register.filter
def translation_deeds(guide: Guide) -> list[tuple[str, str]]:
    """Each other language with what is to be done there. Reads the guide's `translations`."""
    stored = {one.language for one in guide.translations.all()}
    return [
        (language, _deed(str(_(name)), is_there=language in stored))
        for language, name in settings.LANGUAGES
        if language != guide.language
    ]


def _deed(language: str, *, is_there: bool) -> str:
    if is_there:
        return _("Translation into %(language)s") % {"language": language}
    return _("Translate into %(language)s") % {"language": language}

"""A guide that lacks a translation into a language that the base is kept in."""

from collections.abc import Iterator, Mapping

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kb.models import Guide, GuideTranslation
from kb.services.upkeep.health.reasons import LOOK, Reason

_MISSING: Mapping[str, str | Promise] = {
    "en": _("It cannot be read in English, as most guides can."),
    "ko": _("It cannot be read in Korean, as most guides can."),
}


def untranslated_reasons(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    """Reads the `translations` of each guide, and once how many guides have one."""
    published = [one for one in guides.values() if one.state == Guide.State.PUBLISHED]
    kept = _kept_languages() if published else []
    for guide in published:
        readable = {guide.language, *(one.language for one in guide.translations.all())}
        for language in kept:
            if language not in readable:
                yield guide.pk, _reason(guide, language)


def _kept_languages() -> list[str]:
    """Those into which at least half of the guides written in another one are translated.

    A team that writes in one language only, or in either without translating, is not told to.
    """
    found = Guide.objects.published().aggregate(**_counts())
    languages = [code for code, _name in settings.LANGUAGES]
    return [
        code
        for code in languages
        if found[f"{code}_done"] and 2 * found[f"{code}_done"] >= found[f"{code}_others"]
    ]


def _counts() -> dict[str, Count]:
    counts = {}
    for code, _name in settings.LANGUAGES:
        others = ~Q(language=code)
        row = GuideTranslation.objects.filter(guide=OuterRef("pk"), language=code)
        counts[f"{code}_others"] = Count("pk", filter=others)
        counts[f"{code}_done"] = Count("pk", filter=others & Q(Exists(row)))
    return counts


def _reason(guide: Guide, language: str) -> Reason:
    return Reason(
        code="translation_missing",
        severity=LOOK,
        text=str(_MISSING.get(language, language)),
        href=f"{guide.get_absolute_url()}translation/{language}/",
        evidence=str(_("the translation")),
    )

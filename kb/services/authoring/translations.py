"""Which guides lack a translation, and which translations were left behind."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from kb.models import Guide, GuideRevision, GuideTranslation

STATES = {
    "missing": _("missing"),
    "behind": _("behind"),
    "done": _("up to date"),
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a guide's translation into one language is; `of` is 0 where there is none."""

    guide: Guide
    language: str
    title: str
    state: str
    of: int
    now: int


def guides_by_translation(state: str = "") -> QuerySet[Guide]:
    """Guides that are not archived, whose translation into any language is in that state."""
    newest = GuideRevision.objects.filter(guide=OuterRef("pk")).order_by("-number")
    guides = Guide.objects.exclude(state=Guide.State.ARCHIVED).annotate(
        now=Subquery(newest.values("number")[:1])
    )
    if state in STATES:
        guides = guides.filter(_in_state(state))
    return guides.prefetch_related("translations").order_by("-updated_at", "slug")


def missing() -> QuerySet[Guide]:
    """Published guides that can be read in one language only."""
    return Guide.objects.published().filter(_lacks_one())


def behind() -> QuerySet[GuideTranslation]:
    newer = GuideRevision.objects.filter(
        guide=OuterRef("guide"), number__gt=OuterRef("of_revision")
    )
    return GuideTranslation.objects.filter(Exists(newer)).exclude(guide__state=Guide.State.ARCHIVED)


def standings(guide: Guide) -> Iterator[Standing]:
    """One for each other language. Reads `translations`, and `now` of `guides_by_translation`."""
    now = int(getattr(guide, "now", None) or 0)
    stored = {one.language: one for one in guide.translations.all()}
    for language, _name in settings.LANGUAGES:
        if language == guide.language:
            continue
        row = stored.get(language)
        of = row.of_revision if row else 0
        state = "missing" if row is None else "behind" if of < now else "done"
        yield Standing(
            guide=guide,
            language=language,
            title=row.title if row else "",
            state=state,
            of=of,
            now=now,
        )


def _in_state(state: str) -> Q:
    rows = GuideTranslation.objects.filter(guide=OuterRef("pk"))
    if state == "missing":
        return _lacks_one()
    if state == "behind":
        return Q(Exists(rows.filter(of_revision__lt=OuterRef("now"))))
    is_behind = Q(Exists(rows.filter(of_revision__lt=OuterRef("now"))))
    return ~_lacks_one() & ~is_behind


def _lacks_one() -> Q:
    found = Q()
    for language, _name in settings.LANGUAGES:
        row = GuideTranslation.objects.filter(guide=OuterRef("pk"), language=language)
        found |= ~Q(language=language) & ~Q(Exists(row))
    return found

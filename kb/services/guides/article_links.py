"""The guides that an article's links mean, by slug, file name, language ending or title."""

import re
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Q
from django.utils.text import slugify

from kb.models import Guide
from kb.rendering.slots import Target
from kb.services.guides.links import section_names

_NOT_WORD = re.compile(r"[\W_]+")
_LANGUAGE = re.compile(rf"\.(?:{'|'.join(code for code, _name in settings.LANGUAGES)})$")


def targets_of(names: Iterable[str]) -> dict[str, Target]:
    """For each name a link uses, the published guide it means; names of none are left out.

    `connection`, `connection.en` and the title with underscores for spaces all mean one guide.
    """
    wanted = set(names)
    if not wanted:
        return {}
    found = {key: target for guide in _guides(wanted) for key, target in _keys(guide)}
    named = ((name, _first(found, name)) for name in wanted)
    return {name: target for name, target in named if target is not None}


def _guides(names: set[str]) -> list[Guide]:
    titles = Q()
    for name in names:
        title = _as_title(name)
        titles |= Q(title__iexact=title) | Q(translations__title__iexact=title)
    slugs = {slug for name in names for slug in _slugs(name)}
    guides = Guide.objects.published().filter(Q(slug__in=slugs) | titles)
    return list(guides.distinct().prefetch_related("translations"))


def _slugs(name: str) -> tuple[str, ...]:
    stem = _LANGUAGE.sub("", name)
    return stem, stem.lower(), slugify(stem)


def _as_title(name: str) -> str:
    return _LANGUAGE.sub("", name).replace("_", " ")


def _keys(guide: Guide) -> Iterator[tuple[str, Target]]:
    bodies = [guide.body, *(one.body for one in guide.translations.all())]
    sections = frozenset().union(*(section_names(body) for body in bodies))
    target = Target(slug=guide.slug, sections=sections)
    yield guide.slug, target
    for title in [guide.title, *(one.title for one in guide.translations.all())]:
        yield _plain(title), target


def _first(found: dict[str, Target], name: str) -> Target | None:
    """A slug comes before a title."""
    keys = (*_slugs(name), _plain(_as_title(name)))
    return next((found[key] for key in keys if key in found), None)


def _plain(title: str) -> str:
    return "title " + _NOT_WORD.sub(" ", title.lower()).strip()

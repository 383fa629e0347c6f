"""Every guide in the little that the list needs to narrow, count and order: six queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from kb.matching.impacts import LAYER
from kb.models import Guide, GuideTranslation
from kb.models.postings import IndexedGuide

_OWN = ("pk", "slug", "title", "summary", "language", "state", "review_after", "updated_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """A guide. `facets` are its values by facet; `said` its names and summaries, to search."""

    pk: int
    title: str
    updated_at: datetime
    facets: Mapping[str, frozenset[str]]
    said: str


def volumes_of(guides: QuerySet[Guide]) -> list[Volume]:
    """The guides, with their translations, services and layers."""
    services = _services(guides)
    translations = _translations(guides)
    layers = _layers(guides)
    today, reader = timezone.now().date(), (get_language() or "").split("-")[0]
    return [
        _volume(
            row,
            services=services.get(row[0], frozenset()),
            translations=translations.get(row[0], {}),
            layers=layers.get(row[0], frozenset()),
            today=today,
            reader=reader,
        )
        for row in guides.order_by().values_list(*_OWN)
    ]


def _volume(
    row: tuple[Any, ...],
    *,
    services: frozenset[str],
    translations: Mapping[str, tuple[str, str]],
    layers: frozenset[str],
    today: date,
    reader: str,
) -> Volume:
    pk, slug, title, summary, language, state, review_after, updated_at = row
    texts = [slug, title, summary, *(text for pair in translations.values() for text in pair)]
    is_due = review_after is not None and review_after < today
    needs = ["due"] if is_due else []
    if state == Guide.State.IN_REVIEW:
        needs.append("asked")
    return Volume(
        pk=pk,
        title=title if language == reader else translations.get(reader, (title, ""))[0],
        updated_at=updated_at,
        facets={
            "service": services,
            "layer": layers,
            "language": frozenset([language, *translations]),
            "state": frozenset([state]),
            "review": frozenset(needs),
        },
        said="\n".join(texts).casefold(),
    )


def _services(guides: QuerySet[Guide]) -> dict[int, frozenset[str]]:
    through = Guide.services.through.objects.filter(guide__in=guides.order_by().values("pk"))
    return _sets(through.values_list("guide_id", "service__slug"))


def _translations(guides: QuerySet[Guide]) -> dict[int, dict[str, tuple[str, str]]]:
    found: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    rows = GuideTranslation.objects.filter(guide__in=guides.order_by().values("pk"))
    for guide, language, title, summary in rows.values_list(
        "guide_id", "language", "title", "summary"
    ):
        found[guide][language] = (title, summary)
    return found


def _layers(guides: QuerySet[Guide]) -> dict[int, frozenset[str]]:
    """The layers of the stack that its symptoms and causes speak of, as the index read them."""
    rows = IndexedGuide.objects.filter(guide__in=guides.order_by().values("pk"))
    return _sets(
        (guide, mark.removeprefix(LAYER))
        for guide, marks in rows.values_list("guide_id", "details__marks")
        for mark in marks or ()
        if mark.startswith(LAYER)
    )


def _sets(pairs: Iterable[tuple[int, str]]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for guide, value in pairs:
        found[guide].add(value)
    return {guide: frozenset(values) for guide, values in found.items()}

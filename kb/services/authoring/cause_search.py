"""Causes that a person may mean: by words of their own or their guide's title, and a few of them."""

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from kb.models import Cause, Guide

MOST_OFFERED = 20
_MOST_WORDS = 6


def living_causes() -> QuerySet[Cause]:
    """Those of every guide but the archived ones, with what their names need."""
    causes = Cause.objects.exclude(guide__state=Guide.State.ARCHIVED).select_related("guide")
    return causes.prefetch_related("guide__translations").order_by("guide__slug", "position")


def causes_like(words: str) -> Sequence[Cause]:
    """At most `MOST_OFFERED`; every word is in the cause's title or in one of its guide's."""
    found = living_causes()
    for word in words.split()[:_MOST_WORDS]:
        said = Q(title__icontains=word) | Q(guide__title__icontains=word)
        in_translation = Q(guide__in=Guide.objects.filter(translations__title__icontains=word))
        found = found.filter(said | in_translation)
    return list(found[:MOST_OFFERED])


def offered_causes(first: Iterable[Cause | None]) -> Sequence[Cause]:
    """`first`, each once; where there is none, those of the guides that were changed last."""
    chosen = {cause.pk: cause for cause in first if cause is not None}
    if chosen:
        return list(chosen.values())[:MOST_OFFERED]
    return list(living_causes().order_by("-guide__updated_at", "position")[:MOST_OFFERED])

"""Rows with honest defaults, for tests. Functions; fixed values, no randomness."""

from typing import Any

from kb import index
from kb.models import Cause, Guide, GuideTranslation, Service, Suggests, Symptom


def make_guide(
    slug: str = "connection",
    *,
    title: str = "Server cannot be reached",
    state: str = Guide.State.PUBLISHED,
    language: str = "en",
    services: tuple[str, ...] = (),
    **fields: Any,
) -> Guide:
    """A published guide without knowledge. Call `reindex(guide)` when its rows are complete."""
    guide = Guide.objects.create(slug=slug, title=title, state=state, language=language, **fields)
    guide.services.set([make_service(name) for name in services])
    return guide


def make_service(slug: str, **fields: Any) -> Service:
    return Service.objects.get_or_create(slug=slug, defaults={"name": slug, **fields})[0]


def make_translation(guide: Guide, *, language: str = "ko", **fields: Any) -> GuideTranslation:
    fields = {"title": guide.title, **fields}
    return GuideTranslation.objects.create(guide=guide, language=language, **fields)


def make_symptom(
    guide: Guide,
    slug: str = "refused",
    *,
    phrases: tuple[str, ...] = (),
    suggests: dict[str, str] | None = None,
    **fields: Any,
) -> Symptom:
    """`suggests` maps slugs of the guide's causes to a strength."""
    symptom = Symptom.objects.create(guide=guide, slug=slug, phrases=list(phrases), **fields)
    for cause, strength in (suggests or {}).items():
        Suggests.objects.create(
            symptom=symptom, cause=guide.causes.get(slug=cause), strength=strength
        )
    return symptom


def make_cause(guide: Guide, slug: str = "not-running", **fields: Any) -> Cause:
    fields = {"title": slug.replace("-", " "), **fields}
    return Cause.objects.create(guide=guide, slug=slug, **fields)


def reindex(*guides: Guide) -> None:
    """Write the postings, as saving a guide does."""
    for guide in guides:
        index.update(guide)

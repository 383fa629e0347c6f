"""Rows with honest defaults, for tests. Functions; fixed values, no randomness."""

from typing import Any

from django.contrib.auth.models import User

from kb import index
from kb.models import (
    Cause,
    Check,
    Evidence,
    Guide,
    GuideTranslation,
    Resolution,
    Service,
    Suggests,
    Symptom,
)
from probes.models import Probe


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


def make_user(username: str = "jisu") -> User:
    return User.objects.create_user(username)


def make_probe(slug: str = "tcp", *, kind: str = "tcp_connect", **fields: Any) -> Probe:
    """An approved probe; the default one asks for `host` and `port`."""
    fields = {"name": slug, "params": {"host": "${host}", "port": "${port}"}, **fields}
    probe = Probe.objects.create(slug=slug, kind=kind, **fields)
    probe.approved_hash = probe.definition_hash
    probe.save()
    return probe


def make_check(guide: Guide, slug: str, probe: Probe, **fields: Any) -> Check:
    fields = {"name": slug, "position": guide.checks.count(), **fields}
    return Check.objects.create(guide=guide, slug=slug, probe=probe, **fields)


def make_evidence(cause: Cause, says: str, **reasons: str | list[str]) -> Evidence:
    """`make_evidence(cause, "for", listener="not_listening")`."""
    when = {
        check.replace("_", "-"): {"reason": [codes] if isinstance(codes, str) else codes}
        for check, codes in reasons.items()
    }
    position = cause.evidence.count()
    return Evidence.objects.create(cause=cause, when=when, says=says, position=position)


def make_resolution(
    cause: Cause, slug: str = "start", *, verify: tuple[str, ...] = (), **fields: Any
) -> Resolution:
    """`verify` names checks of the cause's guide."""
    fields = {"title": slug, "position": cause.resolutions.count(), **fields}
    resolution = Resolution.objects.create(cause=cause, slug=slug, **fields)
    resolution.verify.set(cause.guide.checks.filter(slug__in=verify))
    return resolution

"""Very many guides with what belongs to them, to measure pages with: rows past the import."""

from collections.abc import Sequence
from typing import TypeVar

from django.contrib.auth.models import User
from django.db import models, transaction

from kb import index
from kb.evaluation.invented import invent_documents, invent_phrases
from kb.evaluation.judged import Document, JudgedSet
from kb.models import (
    Cause,
    Check,
    Guide,
    GuideRevision,
    GuideTranslation,
    Resolution,
    Service,
    Suggests,
    Symptom,
)
from probes.models import Probe

_SERVICES = 40
# Four pages of a runbook. The invented texts are as long as a product's whole manual.
_LONGEST = 12_000
_CAUSES, _CHECKS = 3, 4
# One guide in so many is translated.
_TRANSLATED = 3
_Row = TypeVar("_Row", bound=models.Model)


@transaction.atomic
def seed_guides(judged: JudgedSet, count: int) -> None:
    """Store `count` published guides, each with causes, resolutions, checks, a phrase, a service.

    Their checks use the probes that are there.
    """
    owner = User.objects.order_by("pk").first()
    first = Guide.objects.count()
    documents = enumerate(invent_documents(judged, count), start=first + 1)
    guides = store([_guide(one, f"d{number}", owner) for number, one in documents])
    _serve(guides)
    store([_revision(guide, owner) for guide in guides])
    store([_translation(guide) for guide in guides[::_TRANSLATED]])
    causes = store([_cause(guide, number) for guide in guides for number in range(_CAUSES)])
    store([_resolution(cause) for cause in causes])
    probes = list(Probe.objects.all())
    store([_check(guide, number, probes) for guide in guides for number in range(_CHECKS)])
    _foresee(invent_phrases(judged, count), causes[::_CAUSES])
    index.rebuild()


def store(rows: Sequence[_Row]) -> list[_Row]:
    """The rows with their ids."""
    manager = type(rows[0])._default_manager if rows else None
    return manager.bulk_create(rows, batch_size=1000) if manager else []


def _guide(document: Document, slug: str, owner: User | None) -> Guide:
    return Guide(
        slug=slug,
        language="en",
        title=document.title[:200],
        summary=document.text[:160],
        body=_begin(document.text),
        state=Guide.State.PUBLISHED,
        owner=owner,
    )


def _begin(text: str) -> str:
    """The text up to the last paragraph that begins within `_LONGEST`."""
    return text if len(text) <= _LONGEST else text[:_LONGEST].rpartition("\n\n")[0]


def _serve(guides: Sequence[Guide]) -> None:
    services = [
        Service.objects.get_or_create(slug=f"s{number}", defaults={"name": f"Service {number}"})[0]
        for number in range(_SERVICES)
    ]
    store(
        [
            Guide.services.through(guide=guide, service=services[number % _SERVICES])
            for number, guide in enumerate(guides)
        ]
    )


def _revision(guide: Guide, author: User | None) -> GuideRevision:
    return GuideRevision(
        guide=guide, number=1, author=author, source=GuideRevision.Source.IMPORT, file=guide.body
    )


def _translation(guide: Guide) -> GuideTranslation:
    return GuideTranslation(
        guide=guide, language="ko", title=f"{guide.title} (한국어)", body=guide.body, of_revision=1
    )


def _cause(guide: Guide, number: int) -> Cause:
    return Cause(guide=guide, slug=f"cause-{number}", title=f"Cause {number}", position=number)


def _resolution(cause: Cause) -> Resolution:
    return Resolution(cause=cause, slug="repair", title=f"Repair of {cause.title}")


def _check(guide: Guide, number: int, probes: Sequence[Probe]) -> Check:
    probe = probes[(guide.pk + number) % len(probes)]
    name = f"Check {number}"
    return Check(guide=guide, slug=f"check-{number}", name=name, probe=probe, position=number)


def _foresee(phrases: Sequence[str], causes: Sequence[Cause]) -> None:
    """A phrase for each of these causes, of different guides."""
    pairs = list(zip(phrases, causes, strict=True))
    symptoms = store(
        [Symptom(guide_id=cause.guide_id, slug="seen", phrases=[said]) for said, cause in pairs]
    )
    store(
        [
            Suggests(symptom=symptom, cause=cause, strength="strong")
            for symptom, (_said, cause) in zip(symptoms, pairs, strict=True)
        ]
    )

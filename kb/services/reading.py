"""Reads everything one diagnosis needs, in a number of queries that does not grow."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch

from kb import index
from kb.index import Found, GuideMatch
from kb.matching import Analysis, analyse
from kb.models import (
    Cause,
    Check,
    Evidence,
    Guide,
    Investigation,
    Resolution,
    Service,
    Suggests,
    Symptom,
)

# More guides would only add causes that nobody reads down to.
MOST_GUIDES = 5
MOST_WEAK = 3
_MASK = re.compile(r"\[masked:[^\]\n]{1,40}\]")


@dataclass(frozen=True, kw_only=True)
class Case:
    """An investigation with its analysis and the guides that answer it, best first."""

    investigation: Investigation
    analysis: Analysis
    found: Found
    guides: tuple[Guide, ...]
    weak: tuple[tuple[Guide, GuideMatch], ...]
    services: tuple[Service, ...]

    @cached_property
    def matches(self) -> dict[int, GuideMatch]:
        return {match.guide_id: match for match in self.found.matches}

    @cached_property
    def causes(self) -> dict[str, Cause]:
        """By `guide/cause`, in the order of guides and authors."""
        return {c.key: c for guide in self.guides for c in guide.causes.all()}

    @cached_property
    def checks(self) -> dict[str, Check]:
        return {c.key: c for guide in self.guides for c in guide.checks.all()}

    @cached_property
    def symptoms(self) -> dict[int, Symptom]:
        return {s.pk: s for guide in self.guides for s in guide.symptoms.all()}


def read_text(text: str) -> Analysis:
    """A stored text as matching reads it: what stands for a secret is no word of the paste.

    A mask becomes as many spaces, so that every place stays where it is.
    """
    return analyse(_MASK.sub(lambda mask: " " * len(mask[0]), text))


def read_case(investigation: Investigation) -> Case:
    analysis = read_text(investigation.text)
    found = index.find(analysis, services=tuple(investigation.services))
    ids = [match.guide_id for match in found.matches][:MOST_GUIDES]
    if investigation.guide_id:
        # Started from a guide: its causes are the question, whatever else the text says.
        ids = [investigation.guide_id]
    weak = [match for match in found.weak if match.guide_id not in ids][:MOST_WEAK]
    guides = _with_knowledge([*ids, *(match.guide_id for match in weak)])
    return Case(
        investigation=investigation,
        analysis=analysis,
        found=found,
        guides=tuple(guides[pk] for pk in ids if pk in guides),
        weak=tuple((guides[m.guide_id], m) for m in weak if m.guide_id in guides),
        services=_services(investigation),
    )


def _with_knowledge(ids: list[int]) -> dict[int, Guide]:
    rows = Guide.objects.filter(pk__in=ids).prefetch_related(
        "translations",
        "services",
        Prefetch("checks", Check.objects.select_related("probe")),
        Prefetch("causes", Cause.objects.select_related("refines__guide")),
        Prefetch("causes__evidence", Evidence.objects.all()),
        Prefetch("causes__resolutions", Resolution.objects.all()),
        Prefetch("causes__resolutions__verify", Check.objects.select_related("guide", "probe")),
        Prefetch("symptoms", Symptom.objects.all()),
        Prefetch("symptoms__suggests", Suggests.objects.select_related("cause__guide")),
        "symptoms__explained_by",
    )
    return {guide.pk: guide for guide in rows}


def _services(investigation: Investigation) -> tuple[Service, ...]:
    if not investigation.services:
        return ()
    rows = {s.slug: s for s in Service.objects.filter(slug__in=investigation.services)}
    return tuple(rows[slug] for slug in investigation.services if slug in rows)

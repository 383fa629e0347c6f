"""Reads everything one diagnosis needs, in a number of queries that does not grow."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch

from kb import index
from kb.index import Found, GuideMatch
from kb.matching import Analysis, analyse
from kb.models import (
    Cause,
    Check,
    Guide,
    Investigation,
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
        """Those that are in the text."""
        return {s.pk: s for guide in self.guides for s in guide.symptoms.all()}


def read_text(text: str) -> Analysis:
    """A stored text as matching reads it: what stands for a secret is no word of the paste.

    A mask becomes as many spaces, so that every place stays where it is.
    """
    return analyse(_MASK.sub(lambda mask: " " * len(mask[0]), text))


def guides_for(investigation: Investigation) -> tuple[Analysis, tuple[Guide, ...]]:
    """How the text is read, and the guides that answer it, best first, without what they know."""
    looked_up = _look_up(investigation)
    guides = Guide.objects.in_bulk(looked_up.ids)
    return looked_up.analysis, tuple(guides[pk] for pk in looked_up.ids if pk in guides)


def read_case(investigation: Investigation) -> Case:
    return read_cases([investigation])[0]


def read_cases(investigations: Sequence[Investigation]) -> list[Case]:
    """Several cases; what their guides know is read once for all of them."""
    looked_up = [_look_up(investigation) for investigation in investigations]
    guides = _with_knowledge(
        {pk for one in looked_up for pk in (*one.ids, *one.weak)},
        shown={pk for one in looked_up for pk in one.shown},
    )
    services = _services(investigations)
    return [
        Case(
            investigation=one.investigation,
            analysis=one.analysis,
            found=one.found,
            guides=tuple(guides[pk] for pk in one.ids if pk in guides),
            weak=tuple((guides[pk], match) for pk, match in one.weak.items() if pk in guides),
            services=tuple(
                services[slug] for slug in one.investigation.services if slug in services
            ),
        )
        for one in looked_up
    ]


@dataclass(frozen=True, kw_only=True)
class _LookedUp:
    """What the index says of a case: the ids of its guides, and of those that are near."""

    investigation: Investigation
    analysis: Analysis
    found: Found
    ids: Sequence[int]
    weak: Mapping[int, GuideMatch]

    @property
    def shown(self) -> set[int]:
        """The ids of the symptoms that are in the text."""
        return {hit.symptom_id for match in self.found.matches for hit in match.symptoms}


def _look_up(investigation: Investigation) -> _LookedUp:
    analysis = read_text(investigation.text)
    found = index.find(analysis, services=tuple(investigation.services))
    ids = [match.guide_id for match in found.matches][:MOST_GUIDES]
    if investigation.guide_id:
        # Started from a guide: its causes are the question, whatever else the text says.
        ids = [investigation.guide_id]
    weak = [match for match in found.weak if match.guide_id not in ids][:MOST_WEAK]
    return _LookedUp(
        investigation=investigation,
        analysis=analysis,
        found=found,
        ids=ids,
        weak={match.guide_id: match for match in weak},
    )


def _with_knowledge(ids: Collection[int], *, shown: Collection[int]) -> dict[int, Guide]:
    """The guides with all they know; of their symptoms only those `shown`, for they have many."""
    rows = Guide.objects.filter(pk__in=ids).prefetch_related(
        "translations",
        "services",
        Prefetch("checks", Check.objects.select_related("probe")),
        Prefetch("causes", Cause.objects.select_related("refines__guide")),
        "causes__evidence",
        "causes__resolutions__verify",
        Prefetch("symptoms", Symptom.objects.filter(pk__in=shown)),
        Prefetch("symptoms__suggests", Suggests.objects.select_related("cause__guide")),
        "symptoms__explained_by",
    )
    return {guide.pk: guide for guide in rows}


def _services(investigations: Iterable[Investigation]) -> dict[str, Service]:
    slugs = {slug for investigation in investigations for slug in investigation.services}
    return {s.slug: s for s in Service.objects.filter(slug__in=slugs)} if slugs else {}

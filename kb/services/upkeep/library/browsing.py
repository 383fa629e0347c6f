"""Narrowing the library, counting its facets, and putting it in order."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kb import index
from kb.diagnosis.track_record import Tally
from kb.models import Guide, Resolution, Service
from kb.services.cases.track_records import track_records
from kb.services.upkeep.library.choices import Choice
from kb.services.upkeep.library.volumes import Volume, volumes_of

Words = Mapping[str, str | Promise]

# The facets in the order in which they help: what it is about first, upkeep last.
GROUPS: Words = {
    "service": _("Service"),
    "layer": _("Kind of trouble"),
    "language": _("Language"),
    "state": _("State"),
    "review": _("Review"),
}
# Values of a facet that are shown at once.
SHOWN = 8
# Up to so many guides are put in order by what was tried until now, more by what was known then.
FEW, KEPT_S = 150, 300
_KEY = "kb-usefulness"
REVIEW: Words = {"due": _("review overdue"), "asked": _("waits for a review")}


@dataclass(frozen=True, kw_only=True)
class Option:
    """A value of a facet, and how many guides would be left with it."""

    value: str
    words: str
    count: int
    is_picked: bool


@dataclass(frozen=True, kw_only=True)
class Facet:
    name: str
    title: str | Promise
    options: tuple[Option, ...]

    @property
    def first(self) -> tuple[Option, ...]:
        return self.options[:SHOWN]

    @property
    def rest(self) -> tuple[Option, ...]:
        """What is folded away; what is picked never is."""
        return self.options[SHOWN:]

    @property
    def picked(self) -> Option | None:
        return next((option for option in self.options if option.is_picked), None)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The guides that fit, by id in order; `of` counts all there are. `choice` is what was known."""

    choice: Choice
    guides: tuple[int, ...]
    facets: tuple[Facet, ...]
    of: int


def browse(
    guides: QuerySet[Guide], choice: Choice, *, layers: Words, facets: Iterable[str]
) -> Shelf:
    """The guides that fit the choice. `layers` names the layers of the stack.

    Ten queries however many guides there are. A facet's counts disregard what is picked in it.
    """
    names = _names(layers)
    known = choice.among(names)
    volumes = volumes_of(guides)
    found = _mentioning(volumes, known.words)
    fitting = [one for one in found if all(map(_has(one), known.picked.items()))]
    return Shelf(
        choice=known,
        guides=tuple(one.pk for one in _ordered(fitting, known.order)),
        facets=tuple(_facet(name, found, known, names[name]) for name in facets),
        of=len(volumes),
    )


def _names(layers: Words) -> dict[str, Words]:
    """What the values of each facet are called."""
    return {
        "service": dict(Service.objects.values_list("slug", "name")),
        "layer": layers,
        "language": dict(settings.LANGUAGES),
        "state": dict(Guide.State.choices),
        "review": REVIEW,
    }


def _mentioning(volumes: Sequence[Volume], words: Sequence[str]) -> Sequence[Volume]:
    """Those with every word in a title, summary or address, or anywhere where the index has it."""
    if not words:
        return volumes
    holders = index.guides_with(words)
    return [
        one
        for one in volumes
        if all(
            word in one.said or one.pk in held for word, held in zip(words, holders, strict=True)
        )
    ]


def _has(volume: Volume) -> Callable[[tuple[str, str]], bool]:
    return lambda picked: picked[1] in volume.facets[picked[0]]


def _facet(name: str, found: Iterable[Volume], choice: Choice, words: Words) -> Facet:
    others = [pair for pair in choice.picked.items() if pair[0] != name]
    counts = Counter(
        value for one in found if all(map(_has(one), others)) for value in one.facets[name]
    )
    picked = choice.picked.get(name, "")
    if picked in words and picked not in counts:
        counts[picked] = 0
    options = [
        Option(value=value, words=str(words[value]), count=count, is_picked=value == picked)
        for value, count in counts.items()
        if value in words
    ]
    ordered = sorted(options, key=lambda one: (not one.is_picked, -one.count, one.words.casefold()))
    return Facet(name=name, title=GROUPS[name], options=tuple(ordered))


def _ordered(volumes: Sequence[Volume], order: str) -> list[Volume]:
    newest = sorted(volumes, key=lambda one: (one.updated_at, one.pk), reverse=True)
    if order == "recent":
        return newest
    if order == "title":
        return sorted(newest, key=lambda one: one.title.casefold())
    usefulness = _usefulness([one.pk for one in newest])
    return sorted(newest, key=lambda one: -usefulness.get(one.pk, 0.0))


def _usefulness(guides: Sequence[int]) -> Mapping[int, float]:
    """By guide. Of many, as it was some minutes ago: it takes every attempt there is."""
    if len(guides) <= FEW:
        return _usefulness_now(guides)
    kept: Mapping[int, float] | None = cache.get(_KEY)
    if kept is None:
        kept = _usefulness_now(list(Guide.objects.values_list("pk", flat=True)))
        cache.set(_KEY, kept, KEPT_S)
    return kept


def _usefulness_now(guides: Sequence[int]) -> dict[int, float]:
    """How surely a guide's fixes help: the lower end of what they did, all of them together."""
    records = track_records(guides)
    fixes = Resolution.objects.filter(pk__in=records, kind=Resolution.Kind.FIX)
    tallies: dict[int, Tally] = {}
    for resolution, guide in fixes.values_list("pk", "cause__guide_id"):
        tallies[guide] = tallies.get(guide, Tally()) + records[resolution].everywhere
    return {guide: tally.interval[0] for guide, tally in tallies.items()}

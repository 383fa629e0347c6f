"""The list of probes: what was asked for, in which order, and what stands in a row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Min, OuterRef, Prefetch, QuerySet, Subquery
from django.http import QueryDict

from kb.models import Check, Guide, GuideTranslation
from probes.engine_texts import translated
from probes.models import BatchItem, Probe, Schedule, Status
from probes.services.histories import Glimpse, Latency, Tally, last_runs, latency_of, tally_of

NEVER = "never"
GUIDES_SHOWN = 2
# Failing first; not having looked is worth a look before what is well.
STATES = (Status.CRITICAL, Status.WARNING, Status.UNKNOWN, Status.OK)
_ORDER: Mapping[str, int] = {status.value: place for place, status in enumerate(STATES)}
APPROVALS = ("approved", "needed")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Filters as the address holds them; empty is no filter, and what is unknown is left out."""

    q: str = ""
    state: str = ""
    kind: str = ""
    guide: str = ""
    approval: str = ""

    @property
    def is_narrowed(self) -> bool:
        return self != Asked()


class Place(NamedTuple):
    """A probe's place in the list: what its last run saw and when, if it ever ran."""

    pk: int
    status: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Found:
    """`counts` are of all states, however the state was narrowed."""

    ran: tuple[Place, ...]
    never: tuple[Place, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Used:
    """A check in each of the first guides that use a probe, and how many guides do."""

    checks: Sequence[Check] = ()
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Row:
    probe: Probe
    runs: Sequence[Glimpse]
    tally: Tally
    latency: Latency | None
    next_at: datetime | None
    used: Used

    @property
    def last(self) -> Glimpse | None:
        return self.runs[-1] if self.runs else None


def asked(query: QueryDict) -> Asked:
    words = {name: query.get(name, "").strip() for name in ("q", "state", "kind", "guide")}
    state = words.pop("state").upper()
    approval = query.get("approval", "")
    return Asked(
        **words,
        state=state if state in _ORDER else NEVER if state == NEVER.upper() else "",
        approval=approval if approval in APPROVALS else "",
    )


def find(wanted: Asked) -> Found:
    """Two queries at most, each with one look into an index for every probe there is."""
    places = _places(wanted)
    counts = Counter(place.status or NEVER for place in places)
    ran = [place for place in places if place.status and wanted.state in ("", place.status)]
    never = [place for place in places if not place.status and wanted.state in ("", NEVER)]
    ran.sort(key=lambda place: (_ORDER[place.status], -place.at.timestamp() if place.at else 0))
    return Found(ran=tuple(ran), never=tuple(never), counts=counts)


def _places(wanted: Asked) -> list[Place]:
    probes = _narrowed(wanted).order_by("slug")
    if wanted.approval:
        is_approved = wanted.approval == "approved"
        pks = [probe.pk for probe in probes if probe.is_approved == is_approved]
        probes = Probe.objects.filter(pk__in=pks).order_by("slug")
    # By the items, whose index holds a probe's newest at its end.
    ran = BatchItem.objects.filter(probe=OuterRef("pk"), run__isnull=False).order_by("-id")
    places = probes.values_list("pk", "name", "slug", "kind").annotate(
        status=Subquery(ran.values("run__status")[:1]),
        at=Subquery(ran.values("run__started_at")[:1]),
    )
    return [
        Place(pk, status or "", at)
        for pk, name, slug, kind, status, at in places
        if _holds(wanted.q, name, translated(name), slug, kind)
    ]


def _narrowed(wanted: Asked) -> QuerySet[Probe]:
    probes = Probe.objects.all()
    if wanted.kind:
        probes = probes.filter(kind=wanted.kind)
    if wanted.guide:
        of_guide = Check.objects.filter(guide__slug=wanted.guide)
        probes = probes.filter(pk__in=of_guide.values("probe"))
    return probes


def _holds(q: str, *texts: str) -> bool:
    """Every word of the question somewhere; the names of the product also in the reader's language."""
    hay = " ".join(texts).casefold()
    return all(word in hay for word in q.casefold().split())


def rows_of(pks: Sequence[int], guides: QuerySet[Guide] | None, *, schedules: bool) -> list[Row]:
    """In their order, in a number of queries that does not depend on how many there are.

    `guides` are those that the reader may see, None for no guide at all.
    """
    probes = Probe.objects.in_bulk(pks)
    runs = last_runs(pks)
    checks = checks_of(pks, guides)
    following = _next_times(pks) if schedules else {}
    return [
        Row(
            probe=probes[pk],
            runs=runs[pk],
            tally=tally_of(run.status for run in runs[pk]),
            latency=latency_of(runs[pk]),
            next_at=following.get(pk),
            used=checks.get(pk, Used()),
        )
        for pk in pks
    ]


def checks_of(pks: Sequence[int], guides: QuerySet[Guide] | None) -> dict[int, Used]:
    """By probe, the first guides that use it; one of fifty probes may serve thousands of guides."""
    if guides is None:
        return {}
    rows = Check.objects.filter(probe__in=pks, guide__in=guides).order_by("guide__slug", "position")
    by_probe: dict[int, dict[int, int]] = {}
    for probe, guide, check in rows.values_list("probe_id", "guide_id", "pk"):
        by_probe.setdefault(probe, {}).setdefault(guide, check)
    first = {pk: list(checks.values())[:GUIDES_SHOWN] for pk, checks in by_probe.items()}
    shown = Check.objects.filter(pk__in=[one for some in first.values() for one in some])
    found = shown.prefetch_related(Prefetch("guide", titled(Guide.objects.all()))).in_bulk()
    return {
        pk: Used(checks=[found[one] for one in first[pk]], count=len(checks))
        for pk, checks in by_probe.items()
    }


def titled(guides: QuerySet[Guide]) -> QuerySet[Guide]:
    """With what names them in every language, and without their long texts."""
    own = GuideTranslation.objects.defer("body")
    return guides.defer("body").prefetch_related(Prefetch("translations", own))


def _next_times(pks: Sequence[int]) -> dict[int, datetime]:
    running = Schedule.objects.filter(probe__in=pks, is_paused=False).order_by()
    return dict(running.values_list("probe").annotate(Min("next_at")))

"""The last runs of several probes at once, and what they come to in numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import NamedTuple

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from probes.models import BatchItem, Probe, Run, Status

SHOWN = 40
READ = 2_000
# Items that wait or were cancelled have no run; so many among the last ones push none out.
_SPARE = 20


class Glimpse(NamedTuple):
    """What a list needs of a run."""

    public_id: str
    status: str
    reason_code: str
    started_at: datetime
    elapsed_s: float


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many looks saw what. A run that could not look counts for neither side of the share."""

    ok: int = 0
    warning: int = 0
    critical: int = 0
    unknown: int = 0

    @property
    def looked(self) -> int:
        return self.ok + self.warning + self.critical

    @property
    def runs(self) -> int:
        return self.looked + self.unknown

    @property
    def percent_ok(self) -> float | None:
        """Of the runs that could look; None where none could."""
        return 100 * self.ok / self.looked if self.looked else None

    @property
    def percent_unknown(self) -> float | None:
        """Of all runs; None where there was none."""
        return 100 * self.unknown / self.runs if self.runs else None

    @property
    def worst(self) -> str:
        """The worst state that was seen; UNKNOWN where nothing was, empty where nothing ran."""
        seen = (
            (Status.CRITICAL, self.critical),
            (Status.WARNING, self.warning),
            (Status.OK, self.ok),
        )
        found = next((status.value for status, count in seen if count), "")
        return found or (Status.UNKNOWN.value if self.unknown else "")

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            ok=self.ok + other.ok,
            warning=self.warning + other.warning,
            critical=self.critical + other.critical,
            unknown=self.unknown + other.unknown,
        )


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Seconds that the looks took; runs that could not look are left out."""

    least: float
    median: float
    p95: float
    most: float
    count: int


def last_runs(probes: Iterable[int], *, most: int = SHOWN) -> dict[int, list[Glimpse]]:
    """By probe, up to `most` of its last runs, the oldest first.

    Two queries, whose cost does not depend on how many runs there are: for every probe the ids of
    its last items are read off the end of an index, and their runs are looked up by those.
    """
    found: dict[int, list[Glimpse]] = {probe: [] for probe in probes}
    by_item = _last_items(found, most + _SPARE)
    columns = ("item_id", "public_id", "status", "reason_code", "started_at", "elapsed_s")
    runs = Run.objects.filter(item_id__in=list(by_item)).order_by("item_id")
    for item_id, *seen in runs.values_list(*columns):
        found[by_item[item_id]].append(Glimpse(*seen))
    return {probe: runs[-most:] for probe, runs in found.items()}


def _last_items(probes: Iterable[int], most: int) -> dict[int, int]:
    """The probe by item. In one query with the runs PostgreSQL would read the whole table of runs:
    it cannot know how few items lie behind an id that is only found while it reads."""
    newest = BatchItem.objects.filter(probe=OuterRef("pk")).order_by("-id").values("id")
    start = Coalesce(Subquery(newest[most - 1 : most]), 0)
    rows = Probe.objects.filter(pk__in=list(probes)).annotate(start=start)
    rows = rows.filter(items__id__gte=F("start")).order_by()
    return {item: probe for probe, item in rows.values_list("pk", "items__id")}


def tally_of(statuses: Iterable[str]) -> Tally:
    seen = [status.lower() for status in statuses]
    return Tally(**{name: seen.count(name) for name in ("ok", "warning", "critical", "unknown")})


def latency_of(runs: Sequence[Glimpse]) -> Latency | None:
    """The 95th percentile is the nearest rank: a length that was measured, not one between two."""
    lengths = sorted(run.elapsed_s for run in runs if run.status != Status.UNKNOWN)
    if not lengths:
        return None
    rank = -(-len(lengths) * 95 // 100)
    return Latency(
        least=lengths[0],
        median=median(lengths),
        p95=lengths[rank - 1],
        most=lengths[-1],
        count=len(lengths),
    )

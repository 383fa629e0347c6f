"""What each check of some guides saw last, judged beside its baseline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Concat

from kb.models import Check, Guide
from probes.engine.spec import Status
from probes.models import BatchItem, Run
from probes.services import judged

_WORST = [s.value for s in (Status.CRITICAL, Status.WARNING, Status.UNKNOWN, Status.OK)]


@dataclass(frozen=True, kw_only=True)
class Looks:
    """The statuses that a guide's checks saw last, the worst first, and how many never ran."""

    seen: tuple[str, ...]
    never: int

    @property
    def checks(self) -> int:
        return len(self.seen) + self.never


def newest_looks(guides: Sequence[Guide]) -> dict[int, Looks]:
    """By guide, in two queries."""
    rows = _checks(guides)
    wanted = [run for _guide, _baseline, run in rows if run]
    light = Run.objects.defer("output", "facts", "attempts", "summary")
    runs = light.in_bulk(wanted) if wanted else {}
    by_guide: dict[int, list[str]] = {guide.pk: [] for guide in guides}
    for guide, baseline, run in rows:
        by_guide[guide].append(judged(runs[run], baseline) if run in runs else "")
    return {guide: _looks(statuses) for guide, statuses in by_guide.items()}


def _checks(guides: Iterable[Guide]) -> list[tuple[int, str, int | None]]:
    """Each check's guide, baseline and newest run."""
    key = Concat(OuterRef("guide__slug"), Value("/"), OuterRef("slug"), output_field=CharField())
    ran = BatchItem.objects.filter(ref=key, run__isnull=False).order_by("-id")
    checks = Check.objects.filter(guide__in=list(guides)).order_by("guide_id", "position", "pk")
    newest = Subquery(ran.values("run")[:1])
    return list(checks.annotate(newest=newest).values_list("guide_id", "baseline", "newest"))


def _looks(statuses: Sequence[str]) -> Looks:
    seen = [status for status in statuses if status]
    return Looks(seen=tuple(sorted(seen, key=_WORST.index)), never=len(statuses) - len(seen))

"""The last day by the hour, the last week by six hours, the last month by the day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from django.db.models import F, IntegerField, Sum, Value
from django.utils import timezone

from probes.models import Schedule, ScheduleHour
from probes.models.hours import hour_of
from probes.services.histories import Glimpse, Tally, tally_of

# By how many bars it stands before the newest, which is under way.
_Counted = Mapping[int, Tally]


@dataclass(frozen=True, kw_only=True)
class Ruler:
    """How a window is divided: `count` bars of `step_h` hours."""

    name: str
    count: int
    step_h: int

    @property
    def end(self) -> datetime:
        """Of the bar that is under way. Days begin at midnight in the base's time zone."""
        now = timezone.localtime()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        steps = now.hour // self.step_h + 1
        return (midnight + timedelta(hours=steps * self.step_h)).astimezone(UTC)

    @property
    def start(self) -> datetime:
        return self.end - timedelta(hours=self.count * self.step_h)


RULERS = (
    Ruler(name="24h", count=24, step_h=1),
    Ruler(name="7d", count=28, step_h=6),
    Ruler(name="30d", count=30, step_h=24),
)


@dataclass(frozen=True, kw_only=True)
class Span:
    """One part of a window. `is_read` is False where there may be runs that were not read."""

    start: datetime
    end: datetime
    tally: Tally
    is_read: bool = True


@dataclass(frozen=True, kw_only=True)
class Window:
    name: str
    spans: tuple[Span, ...]

    @cached_property
    def tally(self) -> Tally:
        return sum((span.tally for span in self.spans), Tally())

    @property
    def is_whole(self) -> bool:
        return all(span.is_read for span in self.spans)


def windows_of_runs(
    runs: Sequence[Glimpse], *, read_from: datetime | None = None
) -> tuple[Window, ...]:
    """Of a probe's last runs. `read_from` is how far back they were read, None for all of them."""
    windows = []
    for ruler in RULERS:
        statuses: dict[int, list[str]] = defaultdict(list)
        end, step = ruler.end - timedelta(microseconds=1), timedelta(hours=ruler.step_h)
        for run in runs:
            statuses[(end - run.started_at) // step].append(run.status)
        counted = {place: tally_of(seen) for place, seen in statuses.items()}
        windows.append(_window(ruler, counted, read_from))
    return tuple(windows)


def windows_of_schedules(schedules: Iterable[Schedule]) -> dict[int, tuple[Window, ...]]:
    """By schedule. A query for each length, of at most a month's hours, however often they ran."""
    pks = [schedule.pk for schedule in schedules]
    by_ruler = [(ruler, _counted(pks, ruler)) for ruler in RULERS]
    return {
        pk: tuple(_window(ruler, counted[pk], None) for ruler, counted in by_ruler) for pk in pks
    }


def _counted(pks: Sequence[int], ruler: Ruler) -> dict[int, dict[int, Tally]]:
    newest = Value(hour_of(ruler.end) - 1, output_field=IntegerField())
    rows = ScheduleHour.objects.filter(schedule_id__in=pks, hour__gte=hour_of(ruler.start))
    placed = rows.annotate(place=(newest - F("hour")) / ruler.step_h).values("schedule_id", "place")
    sums = placed.annotate(
        oks=Sum("ok"), warnings=Sum("warning"), criticals=Sum("critical"), unknowns=Sum("unknown")
    )
    found: dict[int, dict[int, Tally]] = {pk: {} for pk in pks}
    for pk, place, ok, warning, critical, unknown in sums.values_list(
        "schedule_id", "place", "oks", "warnings", "criticals", "unknowns"
    ):
        tally = Tally(ok=ok, warning=warning, critical=critical, unknown=unknown)
        found[pk][place] = tally
    return found


def _window(ruler: Ruler, counted: _Counted, read_from: datetime | None) -> Window:
    step, newest = timedelta(hours=ruler.step_h), ruler.end
    spans = []
    for place in reversed(range(ruler.count)):
        end = newest - step * place
        tally = counted.get(place, Tally())
        is_read = read_from is None or end - step >= read_from or tally.runs > 0
        spans.append(Span(start=end - step, end=end, tally=tally, is_read=is_read))
    return Window(name=ruler.name, spans=tuple(spans))

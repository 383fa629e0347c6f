"""How many incidents began in each week, by severity: counted by the database in one query."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from incidents.models import Incident

# From the one that is to be seen first to the one that matters least.
SEVERITIES: Sequence[str] = tuple(Incident.Severity.values)


@dataclass(frozen=True, kw_only=True)
class Week:
    """From Monday `start` on; `counts` has every severity."""

    start: date
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def first_day(weeks: int, *, today: date | None = None) -> datetime:
    """When the oldest of so many weeks began, the running one counted."""
    today = today or timezone.localdate()
    monday = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    return timezone.make_aware(datetime.combine(monday, datetime.min.time()))


def weekly(incidents: QuerySet[Incident], weeks: int) -> list[Week]:
    """The oldest first, empty weeks too. Duplicates are part of what they were merged into."""
    start = first_day(weeks)
    rows = incidents.filter(merged_into=None, started_at__gte=start).order_by()
    counted = rows.annotate(week=TruncWeek("started_at")).values("week", "severity")
    counts: dict[date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SEVERITIES, 0))
    for row in counted.annotate(number=Count("pk", distinct=True)):
        counts[timezone.localdate(row["week"])][row["severity"]] += row["number"]
    days = (start.date() + timedelta(weeks=number) for number in range(weeks))
    return [Week(start=day, counts=counts[day]) for day in days]

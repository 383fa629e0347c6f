"""How everything that runs by itself stands, at one glance: rows in groups, and one sentence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Case, CharField, Count, F, QuerySet, Value, When
from django.utils import timezone

from kb.models import Check, Guide
from probes.models import Schedule
from probes.services import Standing, standings
from probes.services.standing import worst_first
from probes.services.windows import Window, windows_of_schedules

# So many rows are drawn, those that need a look first; the others are counted.
MOST = 120
# A worker looks for what is due every second or so; so much later none is there.
LATE = timedelta(seconds=90)
_BADNESS: Mapping[str, int] = {
    "CRITICAL": 0,
    "WARNING": 1,
    "blind": 2,
    "none": 3,
    "OK": 4,
    "resting": 5,
}
# `BoardRow.verdict` as far as the row of a schedule alone tells it.
_VERDICT = Case(
    When(is_paused=True, then=Value("resting")),
    When(state__in=("CRITICAL", "WARNING"), then=F("state")),
    When(blind_since__isnull=False, then=Value("blind")),
    When(state="OK", then=Value("OK")),
    default=Value("none"),
    output_field=CharField(),
)


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    standing: Standing
    windows: tuple[Window, ...]
    guide: Guide | None
    section: str
    is_late: bool

    @property
    def schedule(self) -> Schedule:
        return self.standing.schedule

    @property
    def verdict(self) -> str:
        """CRITICAL, WARNING or OK as last seen; `blind` when the last look saw nothing, `none` when
        nothing was ever seen, `resting` when it does not run by itself now."""
        if not self.standing.runs_by_itself:
            return "resting"
        if self.schedule.state in ("CRITICAL", "WARNING"):
            return self.schedule.state
        if self.schedule.blind_since:
            return "blind"
        return self.schedule.state or "none"


@dataclass(frozen=True, kw_only=True)
class BoardGroup:
    name: str
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True, kw_only=True)
class Board:
    """`hidden` counts the schedules that are not drawn by their verdict, as their rows tell it."""

    groups: tuple[BoardGroup, ...]
    at: datetime
    hidden: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> list[BoardRow]:
        return [row for group in self.groups for row in group.rows]

    def count(self, *verdicts: str) -> int:
        shown = sum(row.verdict in verdicts for row in self.rows)
        return shown + sum(self.hidden.get(verdict, 0) for verdict in verdicts)

    @property
    def total(self) -> int:
        return len(self.rows) + sum(self.hidden.values())

    @property
    def bad(self) -> int:
        return self.count("CRITICAL", "WARNING")

    @property
    def blind(self) -> int:
        return self.count("blind")

    @property
    def ok(self) -> int:
        return self.count("OK")

    @property
    def unseen(self) -> int:
        return self.count("none")

    @property
    def resting(self) -> int:
        return self.count("resting")

    @property
    def watched(self) -> int:
        return self.total - self.resting

    @property
    def late(self) -> int:
        return sum(row.is_late for row in self.rows)

    @property
    def blind_since(self) -> datetime | None:
        since = (row.schedule.blind_since for row in self.rows if row.verdict == "blind")
        return min((at for at in since if at), default=None)

    @property
    def look(self) -> str:
        """Whose shape and colour the headline has: a state, or empty for nothing to say."""
        if self.count("CRITICAL"):
            return "CRITICAL"
        if self.bad:
            return "WARNING"
        if self.blind or self.late:
            return "UNKNOWN"
        return "OK" if self.ok else ""


def board(guides: QuerySet[Guide] | None) -> Board:
    """`guides` are those that the reader may see. A bounded number of queries and of rows."""
    schedules = Schedule.objects.select_related("probe", "location", "last_batch", "last_run")
    shown = list(worst_first(schedules)[:MOST])
    # Within a group they stand by name.
    shown.sort(key=lambda one: (one.name, one.slug))
    windows = windows_of_schedules(shown)
    by_slug = _guides(shown, guides)
    sections = _sections(by_slug.values())
    rows = [
        _row(standing, windows[standing.schedule.pk], by_slug, sections)
        for standing in standings(shown)
    ]
    return Board(groups=tuple(_grouped(rows)), at=timezone.now(), hidden=_hidden(shown))


def _hidden(shown: Sequence[Schedule]) -> dict[str, int]:
    """How many schedules are not shown, by verdict. No query where all can be shown."""
    if len(shown) < MOST:
        return {}
    rest = Schedule.objects.exclude(pk__in=[one.pk for one in shown]).order_by()
    told = rest.annotate(verdict=_VERDICT).values_list("verdict").annotate(Count("pk"))
    return dict(told)


def _guides(schedules: Iterable[Schedule], guides: QuerySet[Guide] | None) -> dict[str, Guide]:
    if guides is None:
        return {}
    slugs = {schedule.guide_slug for schedule in schedules if schedule.is_kept_by_guide}
    found = guides.filter(slug__in=slugs).prefetch_related("services", "translations")
    return {guide.slug: guide for guide in found}


def _sections(guides: Iterable[Guide]) -> dict[str, str]:
    """By `guide/check`, as schedules name what they come from."""
    checks = Check.objects.filter(guide__in=[guide.pk for guide in guides])
    rows = checks.values_list("guide__slug", "slug", "section")
    return {f"{guide}/{slug}": section for guide, slug, section in rows}


def _row(
    standing: Standing,
    windows: tuple[Window, ...],
    guides: Mapping[str, Guide],
    sections: Mapping[str, str],
) -> BoardRow:
    schedule = standing.schedule
    due_since = timezone.now() - schedule.next_at
    return BoardRow(
        standing=standing,
        windows=windows,
        guide=guides.get(schedule.guide_slug),
        section=sections.get(schedule.ref, ""),
        is_late=standing.phase == "waiting" and due_since > LATE,
    )


def _grouped(rows: Sequence[BoardRow]) -> list[BoardGroup]:
    """By the service that the guide is about, else by where it looks from; the worst first."""
    by_name: dict[str, list[BoardRow]] = {}
    for row in rows:
        by_name.setdefault(_group_of(row), []).append(row)
    groups = [
        BoardGroup(name=name, rows=tuple(sorted(found, key=_badness)))
        for name, found in by_name.items()
    ]
    return sorted(groups, key=lambda group: (_badness(group.rows[0]), group.name))


def _group_of(row: BoardRow) -> str:
    services = list(row.guide.services.all()) if row.guide else []
    return str(services[0]) if services else str(row.schedule.location)


def _badness(row: BoardRow) -> int:
    return _BADNESS[row.verdict]

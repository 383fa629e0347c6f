"""The admin's front page: what waits for somebody, and what was edited lately.

Every counter is asked for in one query together, so the page costs the same whatever is stored;
none of them reads runs or cases, of which there may be a million.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet, Value
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from config.dashboard_questions import DUE, SOME_DAY, URGENT, Question, questions
from kb.models import Guide, GuideRevision

EDITS_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class Counter:
    """Something that waits, where it is worked on, and how pressing it is."""

    words: str | Promise
    level: str
    address: str
    count: int

    @property
    def shape(self) -> str:
        return {URGENT: "✕", DUE: "!"}.get(self.level, "○")


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What somebody did: `what` is the thing's name, `kind` what sort of thing it is."""

    at: datetime
    by: str
    deed: str | Promise
    what: str
    kind: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    waiting: tuple[Counter, ...]
    quiet: tuple[Counter, ...]
    edits: tuple[Edit, ...]


def dashboard_of(user: User) -> Dashboard:
    """Only what this user may see and, mostly, do something about."""
    asked = {name: one for name, one in questions().items() if user.has_perm(one.permission)}
    counts = _counted(asked)
    found = [_counter(one, counts.get(name, 0)) for name, one in asked.items()]
    order = (URGENT, DUE, SOME_DAY)
    waiting = sorted((one for one in found if one.count), key=lambda one: order.index(one.level))
    return Dashboard(
        waiting=tuple(waiting),
        quiet=tuple(one for one in found if not one.count),
        edits=_edits(user),
    )


def _counter(question: Question, count: int) -> Counter:
    address = reverse(question.page) + question.query
    return Counter(words=question.words, level=question.level, address=address, count=count)


def _counted(asked: Mapping[str, Question]) -> dict[str, int]:
    parts = [
        one.rows.order_by()
        .annotate(which=Value(name))
        .values("which")
        .annotate(found=Count("pk"))
        .values_list("which", "found")
        for name, one in asked.items()
    ]
    if not parts:
        return {}
    return dict(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])


# --- recent edits


def _edits(user: User) -> tuple[Edit, ...]:
    """Everyone's, the newest first; what was saved through the admin is in its own log."""
    found: list[Edit] = [*_logged(user)]
    if user.has_perm("kb.view_guiderevision"):
        found += _saved_elsewhere()
    return tuple(sorted(found, key=lambda edit: edit.at, reverse=True)[:EDITS_SHOWN])


def _logged(user: User) -> Iterable[Edit]:
    # By id, which has an index; more than are shown, since not all may be seen.
    entries = LogEntry.objects.select_related("user", "content_type").order_by("-pk")
    for entry in entries[: EDITS_SHOWN * 4]:
        if entry.content_type is not None and _may_see(user, entry.content_type):
            yield _edit(entry)


def _may_see(user: User, kind: Any) -> bool:
    names = (f"{kind.app_label}.{deed}_{kind.model}" for deed in ("view", "change"))
    return any(user.has_perm(name) for name in names)


def _edit(entry: LogEntry) -> Edit:
    deeds = {
        ADDITION: pgettext_lazy("recent edit", "added"),
        DELETION: pgettext_lazy("recent edit", "deleted"),
    }
    is_gone = entry.action_flag == DELETION
    return Edit(
        at=entry.action_time,
        by=entry.user.get_username(),
        deed=deeds.get(entry.action_flag, pgettext_lazy("recent edit", "changed")),
        what=entry.object_repr,
        kind=str(entry.content_type.name) if entry.content_type else "",
        address="" if is_gone else entry.get_admin_url() or "",
    )


def _saved_elsewhere() -> Sequence[Edit]:
    rows: QuerySet[GuideRevision] = GuideRevision.objects.exclude(
        source=GuideRevision.Source.ADMIN
    ).select_related("guide", "author")
    return [
        Edit(
            at=one.created_at,
            by=one.author.get_username() if one.author else _("the product itself"),
            deed=one.get_source_display(),
            what=one.guide.title,
            kind=str(Guide._meta.verbose_name),
            address=reverse("admin:kb_guide_change", args=[one.guide_id]),
        )
        for one in rows.order_by("-pk")[:EDITS_SHOWN]
    ]
